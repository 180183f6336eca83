"""What an importer finds in a file: examples, and what it had to leave out with the reason."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from proxy.errors import UsageError
from shadow.suites.example import Example

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_ID = 100


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is no example; `place` names line or row, `reason` is from a closed list of the importer."""

    place: str
    reason: str


type Found = Example | Skipped


@dataclass(frozen=True, slots=True)
class Options:
    """What a file does not say itself.

    Attributes:
        answers: File of the right answers, where a format keeps them apart.
        category: Category of the examples; the format's own when empty.
        danger: Dangerous category that the examples probe; the format's own when empty.
        columns: Names of columns by what they hold: prompt, reference, category, id.
        max_tokens: Output bound of each example, tokens.
    """

    answers: Path | None = None
    category: str = ""
    danger: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    max_tokens: int = 512


type Importer = Callable[[Path, Options], Iterator[Found]]


def example(place: str, **fields: Any) -> Found:  # noqa: ANN401 - fields of the model, which checks them
    """The example of these fields, or why they make none."""
    kept = {name: value for name, value in fields.items() if value not in ("", None)}
    try:
        return Example.model_validate(kept)
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors(include_input=False) if problem["loc"]}
        return Skipped(place, f"no valid {', '.join(sorted(wrong)) or 'example'}")


def asked(prompt: object) -> list[dict[str, Any]]:
    """One message of the user."""
    return [{"role": "user", "content": prompt}]


def fit_id(raw: object, *, otherwise: str) -> str:
    """An id that the format allows, as near to the given one as may be."""
    fit = _UNFIT.sub("-", str(raw)).strip("-._")[:_MOST_ID]
    return fit or otherwise


def records(path: Path) -> Iterator[tuple[str, Mapping[str, Any] | Skipped]]:
    """Each record of a JSONL file, or of a JSON file that is a list, with its place.

    Raises:
        UsageError: the file cannot be read.
    """
    text = read_text(path)
    if text.lstrip().startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if listed is not None:
            for number, one in enumerate(listed, start=1):
                place = f"item {number}"
                yield place, one if isinstance(one, dict) else Skipped(place, "no object")
            return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"line {number}", _object(line, place=f"line {number}")


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        UsageError: it cannot be read as UTF-8.
    """
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({type(error).__name__}); give a readable UTF-8 file"
        raise UsageError(message) from None


def _object(line: str, *, place: str) -> Mapping[str, Any] | Skipped:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return Skipped(place, "no JSON")
    return found if isinstance(found, dict) else Skipped(place, "no object")
