"""Strict JSON: how every judge reads it, and its canonical form.

Only reading lives here; what a broken document means for an answer is the business of `format.py` and `checks.py`.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

MAX_DEPTH: Final = 200
"""Deepest nesting that is read; JSON Schema validation and comparison recurse as deep as the document."""

_BEGINNINGS: Final = frozenset('{["-0123456789tfn')
"""First characters of JSON."""
_ESCAPE: Final = re.compile(r"\\.", re.DOTALL)
_STRUCTURE: Final = re.compile(r'"[^"]*"|[\[\]{}]')


@dataclass(frozen=True, slots=True)
class NotJson:
    """Why text is no strict JSON: `invalid`, `duplicate_key` or `too_deep`."""

    kind: str


class _DuplicateKeyError(ValueError):
    """An object names a key twice, so readers disagree about its value."""


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for match in _STRUCTURE.finditer(_ESCAPE.sub("", text)):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def parse_json(text: str, *, unique_keys: bool = False) -> JsonValue | NotJson:
    """Read RFC 8259 JSON: NaN and Infinity are refused, and nesting beyond `MAX_DEPTH` never reaches the parser.

    A repeated key keeps its last value, as in most readers, unless `unique_keys` refuses it.
    """
    if _too_deep(text):
        return NotJson("too_deep")
    if text.lstrip()[:1] not in _BEGINNINGS:
        return NotJson("invalid")
    hook = _unique if unique_keys else None
    try:
        parsed: JsonValue = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=hook)
    except _DuplicateKeyError:
        return NotJson("duplicate_key")
    except RecursionError:
        return NotJson("too_deep")
    except ValueError:
        return NotJson("invalid")
    return parsed


def canonical_json(value: JsonValue) -> str:
    """One spelling per document: sorted keys, no white space, whole floats written as integers."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _plain(value: JsonValue) -> JsonValue:
    match value:
        case bool() | None | str() | int():
            return value
        case float():
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {key: _plain(item) for key, item in value.items()}
