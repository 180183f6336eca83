"""Labels by people: sheets that go out to annotators, what comes back, and the suite that it makes."""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from proxy.errors import UsageError
from shadow.suites.agreement import Ratings
from shadow.suites.importers.found import read_text
from shadow.suites.suite import Suite
from shadow.suites.traffic import question_of

_COLUMNS = ("id", "category", "question", "reference", "annotator", "verdict", "answer")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that spreadsheets take for a formula."""


class Verdict(StrEnum):
    """What an annotator says of the provisional reference."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"


class Label(BaseModel):
    """One annotator's word on one example; `answer` is a right answer where the reference is wrong."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    annotator: str = Field(min_length=1, max_length=64)
    verdict: Verdict
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The suite with its labels, and what became of its examples: confirmed, corrected, disputed, unlabelled."""

    suite: Suite
    outcomes: dict[str, int]


def sheet(suite: Suite, *, as_csv: bool) -> str:
    """The suite for annotators, CSV or JSONL, with empty columns for their words."""
    rows = [
        {"id": one.id, "category": one.category, "question": question_of(one), "reference": one.reference}
        for one in suite.examples
    ]
    blank = {"annotator": "", "verdict": "", "answer": ""}
    if not as_csv:
        return "".join(json.dumps(row | blank, ensure_ascii=True) + "\n" for row in rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=_COLUMNS)
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in (row | blank).items()} for row in rows)
    return out.getvalue().encode("utf-8", "replace").decode()


def read_labels(files: Iterable[Path]) -> list[Label]:
    """The labels of several files, CSV or JSONL by their ending; rows without a verdict are passed over.

    Raises:
        UsageError: a row is no label, or an annotator labels an example twice; file and row are named.
    """
    found: dict[tuple[str, str], Label] = {}
    for file in files:
        for number, row in enumerate(_rows(file), start=1):
            if not str(row.get("verdict") or "").strip():
                continue
            label = _label(row, where=f"{file} row {number}")
            if (label.id, label.annotator) in found:
                message = f"{file} row {number}: {label.annotator} labels {label.id} twice; keep one"
                raise UsageError(message)
            found[label.id, label.annotator] = label
    return list(found.values())


def ratings_of(labels: Iterable[Label]) -> Ratings:
    """The verdicts by example, for measures of agreement."""
    units: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for label in labels:
        units[label.id][label.annotator] = str(label.verdict)
    return list(units.values())


def apply_labels(suite: Suite, labels: Sequence[Label]) -> Labelled:
    """The examples whose reference a majority confirmed, or corrected with the answer that most of it gave.

    Disputed and unlabelled examples are left out: a suite of labelled examples holds none that is not.

    Raises:
        UsageError: a label names no example of the suite, or no example is left.
    """
    by_id: defaultdict[str, list[Label]] = defaultdict(list)
    for label in labels:
        by_id[suite.example(label.id).id].append(label)
    outcomes, kept = Counter[str](), []
    for example in suite.examples:
        outcome, reference = _settled(by_id[example.id], reference=example.reference)
        outcomes[outcome] += 1
        if reference is not None:
            kept.append(example.model_copy(update={"reference": reference}))
    if not kept:
        message = f"no example of {suite.id} is settled by these labels: {dict(outcomes)}"
        raise UsageError(message)
    return Labelled(Suite(name=suite.name, examples=tuple(kept)), dict(outcomes))


def _settled(labels: Sequence[Label], *, reference: str) -> tuple[str, str | None]:
    if not labels:
        return "unlabelled", None
    (verdict, count), *_ = Counter(label.verdict for label in labels).most_common()
    if count * 2 <= len(labels) or verdict is Verdict.UNSURE:
        return "disputed", None
    if verdict is Verdict.RIGHT:
        return "confirmed", reference
    answers = Counter(label.answer.strip() for label in labels if label.answer.strip())
    return ("corrected", answers.most_common(1)[0][0]) if answers else ("disputed", None)


def _rows(file: Path) -> list[dict[str, object]]:
    text = read_text(file)
    if file.suffix == ".csv":
        return [dict(row) for row in csv.DictReader(io.StringIO(text, newline=""))]
    try:
        return [dict(json.loads(line)) for line in text.split("\n") if line.strip()]
    except (TypeError, ValueError):
        message = f"{file} is no JSONL; give the sheets that `understudy suite export` wrote, as CSV or JSONL"
        raise UsageError(message) from None


def _label(row: dict[str, object], *, where: str) -> Label:
    try:
        return Label.model_validate({name: str(value or "").strip() for name, value in row.items()})
    except ValidationError as error:
        wrong = ", ".join(sorted(str(problem["loc"][0]) for problem in error.errors(include_input=False)))
        message = f"{where}: wrong or missing {wrong}; the verdict is right, wrong or unsure"
        raise UsageError(message) from None


def _harmless(value: str) -> str:
    """The text, which no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value
