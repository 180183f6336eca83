"""Suites from JSONL files: each line an example, each problem with its line and never with its text."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from proxy.errors import UsageError
from shadow.suites.example import Example
from shadow.suites.suite import Suite

_EMPTY = "suite {path} has no example; write one JSON object per line"


def load_suite(path: Path) -> Suite:
    """The suite that a JSONL file holds, one example per line, named after the file; blank lines are passed over.

    Raises:
        UsageError: the file cannot be read or has no example, or a line is no example or repeats an id. The
            message gives path and line, never the line's text.
    """
    examples = []
    for one in _examples(_read(path), path=path):
        if isinstance(one, UsageError):
            raise one
        examples.append(one)
    if not examples:
        raise UsageError(_EMPTY.format(path=path))
    return Suite(name=path.stem, examples=tuple(examples))


def problems_of(path: Path) -> list[str]:
    """Everything that is wrong with a suite's file, one sentence each with its line; empty for a sound one."""
    try:
        text = _read(path)
    except UsageError as error:
        return [str(error)]
    found = list(_examples(text, path=path))
    wrong = [str(one) for one in found if isinstance(one, UsageError)]
    return wrong if found else [_EMPTY.format(path=path)]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot read suite {path}: {type(error).__name__}; give a readable UTF-8 JSONL file"
        raise UsageError(message) from None


def _examples(text: str, *, path: Path) -> Iterator[Example | UsageError]:
    """Each line's example, or what is wrong with it."""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            example = _parse(line, where=f"{path} line {number}")
        except UsageError as error:
            yield error
            continue
        if example.id in seen:
            message = f"{path} line {number}: id of line {seen[example.id]} again; give each example its own id"
            yield UsageError(message)
        else:
            seen[example.id] = number
            yield example


def _parse(line: str, *, where: str) -> Example:
    """The example of a line, read by Python's JSON, which keeps lone surrogates."""
    try:
        return Example.model_validate(json.loads(line, parse_constant=_refuse, parse_float=_finite))
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        fields = sorted({".".join(map(str, problem["loc"])) for problem in problems})
        message = f"{where}: wrong or missing {', '.join(fields) or 'object'}; see the suite format"
    except ValueError as error:
        message = f"{where}: {_why(error)}; write one JSON object per line"
    except RecursionError:
        message = f"{where}: nested too deeply; put such input into a text"
    raise UsageError(message)


class _NoNumberError(ValueError):
    """NaN, Infinity, or a number beyond a double's range."""


def _refuse(_constant: str) -> None:
    raise _NoNumberError


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _NoNumberError
    return value


def _why(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at column {error.colno}"
    return "holds NaN, Infinity or a number that no double holds; put such numbers into a text"
