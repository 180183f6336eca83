"""Strict JSON: how every judge reads it, and its canonical form.

Only reading lives here; what a broken document means for an answer is the business of `format.py` and `checks.py`.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

type Json = None | bool | int | float | str | list[Json] | dict[str, Json]

MAX_DEPTH: Final = 200
"""Deepest nesting that is read; JSON Schema validation and comparison recurse as deep as the document."""

_FENCE: Final = re.compile(r"```[a-zA-Z0-9_-]*[ \t]*\n(.*?)```", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\.", re.DOTALL)
_STRUCTURE: Final = re.compile(r'"[^"]*"|[\[\]{}]')
_OPENING: Final = re.compile(r"[\[{]")
_MOST_STARTS: Final = 20


@dataclass(frozen=True, slots=True)
class NotJson:
    """Why text is no strict JSON: `invalid`, `duplicate_key` or `too_deep`."""

    kind: str


class _DuplicateKeyError(ValueError):
    """An object names a key twice, so readers disagree about its value."""


def _refuse_constant(name: str) -> Json:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _lenient(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    return dict(pairs)


def _too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for match in _STRUCTURE.finditer(_ESCAPE.sub("", text)):
        token = match[0]
        if token in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif token in "]}":
            depth -= 1
    return False


def parse_json(text: str, *, unique_keys: bool = False) -> Json | NotJson:
    """Read RFC 8259 JSON: NaN and Infinity are refused, and nesting beyond `MAX_DEPTH` never reaches the parser.

    A repeated key keeps its last value, as in most readers, unless `unique_keys` refuses it.
    """
    if _too_deep(text):
        return NotJson("too_deep")
    hook = _unique if unique_keys else _lenient
    try:
        parsed: Json = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=hook)
    except _DuplicateKeyError:
        return NotJson("duplicate_key")
    except RecursionError:
        return NotJson("too_deep")
    except ValueError:
        return NotJson("invalid")
    return parsed


def find_json(text: str) -> Json | NotJson:
    """The first JSON document in an answer: the whole text, a fenced block, or the first object or array in prose."""
    whole = parse_json(text)
    if not isinstance(whole, NotJson):
        return whole
    for match in _FENCE.finditer(text):
        fenced = parse_json(match[1])
        if not isinstance(fenced, NotJson):
            return fenced
    return _embedded(text)


def _embedded(text: str) -> Json | NotJson:
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    if _too_deep(text):
        return NotJson("too_deep")
    for match, _ in zip(_OPENING.finditer(text), range(_MOST_STARTS), strict=False):
        try:
            found: Json = decoder.raw_decode(text, match.start())[0]
        except (ValueError, RecursionError):
            continue
        return found
    return NotJson("invalid")


def canonical_json(value: Json) -> str:
    """One spelling per document: sorted keys, no white space, whole floats written as integers."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _plain(value: Json) -> Json:
    match value:
        case bool() | None | str() | int():
            return value
        case float():
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {key: _plain(item) for key, item in value.items()}


def contains_json(value: Json, *, part: Json) -> bool:
    """Whether every field of `part` stands in `value` with an equal value; arrays must agree item by item."""
    if isinstance(part, dict):
        return isinstance(value, dict) and all(k in value and contains_json(value[k], part=v) for k, v in part.items())
    if isinstance(part, list):
        return isinstance(value, list) and len(value) == len(part) and _each(value, part)
    return canonical_json(value) == canonical_json(part)


def _each(values: Sequence[Json], parts: Sequence[Json]) -> bool:
    return all(contains_json(value, part=part) for value, part in zip(values, parts, strict=True))
