"""Samples of OpenAI's evals: JSONL with `input` (messages or a text) and, mostly, `ideal` (a text or several)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shadow.suites.importers.found import Found, Options, Skipped, asked, example, records
from shadow.suites.template import has_any


def read_openai_evals(path: Path, options: Options) -> Iterator[Found]:
    """One example per sample; a right answer holds one of the ideal texts."""
    for number, (place, record) in enumerate(records(path), start=1):
        if isinstance(record, Skipped):
            yield record
            continue
        given, ideal = record.get("input"), record.get("ideal")
        ideals = [one for one in (ideal if isinstance(ideal, list) else [ideal]) if isinstance(one, str) and one]
        if not ideals:
            yield Skipped(place, "no ideal answer")
            continue
        yield example(
            place,
            id=f"sample-{number:05d}",
            category=options.category or path.stem[:64],
            messages=_messages(given),
            checks=[has_any(*ideals)],
            reference=ideals[0],
            max_tokens=options.max_tokens,
        )


def _messages(given: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - foreign JSON
    if isinstance(given, str):
        return asked(given)
    return [dict(one) for one in given if isinstance(one, dict)] if isinstance(given, list) else []
