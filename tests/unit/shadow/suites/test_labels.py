import csv
import json
from pathlib import Path

import pytest

from proxy.errors import UsageError
from shadow.suites.example import Example
from shadow.suites.labels import Label, Verdict, apply_labels, ratings_of, read_labels, sheet
from shadow.suites.suite import Suite

SUITE = Suite(
    name="mine",
    examples=tuple(
        Example.model_validate(
            {"id": f"e{n}", "category": "c", "messages": [{"role": "user", "content": "=1+1"}], "reference": f"r{n}"}
        )
        for n in range(4)
    ),
)


def labels(example: str, *verdicts: str, answer: str = "") -> list[Label]:
    return [Label(id=example, annotator=f"a{n}", verdict=Verdict(one), answer=answer) for n, one in enumerate(verdicts)]


def test_a_majority_confirms_or_corrects_and_what_is_not_settled_goes() -> None:
    given = [
        *labels("e0", "right", "right", "wrong"),
        *labels("e1", "wrong", "wrong", answer="better"),
        *labels("e2", "right", "wrong"),
    ]
    done = apply_labels(SUITE, given)
    assert {one.id: one.reference for one in done.suite.examples} == {"e0": "r0", "e1": "better"}
    assert done.outcomes == {"confirmed": 1, "corrected": 1, "disputed": 1, "unlabelled": 1}


def test_wrong_without_a_better_answer_is_disputed() -> None:
    with pytest.raises(UsageError, match="no example"):
        apply_labels(SUITE, labels("e0", "wrong", "wrong"))


def test_a_label_of_another_suite_is_refused() -> None:
    with pytest.raises(UsageError, match="has no example"):
        apply_labels(SUITE, labels("other", "right"))


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_sheet_goes_out_and_comes_back(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"anna.{ending}"
    text = sheet(SUITE, as_csv=ending == "csv")
    if ending == "csv":
        rows = list(csv.DictReader(text.splitlines()))
        assert rows[0]["question"] == "'=1+1"
        for row in rows[:2]:
            row |= {"annotator": "anna", "verdict": "right"}
        with file.open("w", newline="") as out:
            writer = csv.DictWriter(out, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        lines = [json.loads(line) | {"annotator": "anna", "verdict": "right"} for line in text.splitlines()[:2]]
        file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    found = read_labels([file])
    assert [(one.id, one.annotator, one.verdict) for one in found] == [("e0", "anna", "right"), ("e1", "anna", "right")]
    assert ratings_of(found) == [{"anna": "right"}, {"anna": "right"}]


def test_wrong_rows_are_named(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"id": "e0", "annotator": "a", "verdict": "maybe"}', "utf-8")
    with pytest.raises(UsageError, match="row 1: wrong or missing verdict"):
        read_labels([file])
    file.write_text('{"id": "e0", "annotator": "a", "verdict": "right"}\n' * 2, "utf-8")
    with pytest.raises(UsageError, match="labels e0 twice"):
        read_labels([file])
    file.write_text("{", "utf-8")
    with pytest.raises(UsageError, match="no JSONL"):
        read_labels([file])
