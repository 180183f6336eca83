import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from proxy.errors import UsageError
from shadow.suites.importers.formats import FORMATS
from shadow.suites.making_cli import suite


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(suite, [str(word) for word in words], catch_exceptions=False)


def test_a_drawn_suite_is_sound_and_shows_what_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "fresh.jsonl"
    drawn = run("draw", "held-out", file, "--seed", "9", "--size", "33")
    assert drawn.exit_code == 0
    assert "33 examples" in drawn.output
    assert run("validate", file).exit_code == 0
    shown = json.loads(run("show", file, "--json").output)
    assert shown["suite"].startswith("fresh@")
    assert (shown["examples"], len(shown["categories"])) == (33, 11)
    assert "arithmetic" in run("show", file).output
    one = run("show", file, "--example", "tools-0010").output
    assert json.loads(one)["category"] == "tools"


def test_an_adversarial_suite_tells_its_dangers(tmp_path: Path) -> None:
    file = tmp_path / "probes.jsonl"
    run("draw", "adversarial", file, "--size", "110")
    dangers = json.loads(run("show", file, "--json").output)["dangers"]
    assert dangers == {"injection": 20, "prompt_leak": 20, "unsafe_help": 20, "tool_abuse": 20}


def test_validation_ends_with_one_and_names_every_wrong_line(tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text('{"id":"a","category":"c","messages":[{"role":"user"}]}\n', "utf-8")
    (tmp_path / "wrong.jsonl").write_text("{\n{}\n", "utf-8")
    found = run("validate", tmp_path, "--json")
    assert found.exit_code == 1
    problems = json.loads(found.output)
    assert problems[str(tmp_path / "good.jsonl")] == []
    assert len(problems[str(tmp_path / "wrong.jsonl")]) == 2
    assert "line 1" in run("validate", tmp_path).output


def test_a_difference_ends_with_one(tmp_path: Path) -> None:
    for seed, name in ((1, "a"), (1, "b"), (2, "c")):
        run("draw", "held-out", tmp_path / f"{name}.jsonl", "--seed", str(seed), "--size", "5")
    assert run("diff", tmp_path / "a.jsonl", tmp_path / "b.jsonl").exit_code == 0
    other = run("diff", tmp_path / "a.jsonl", tmp_path / "c.jsonl", "--json")
    assert other.exit_code == 1
    assert len(json.loads(other.output)["changed"]) == 5


def test_a_folder_without_suites_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no suite"):
        run("validate", tmp_path)


def test_a_sheet_is_labelled_measured_and_brought_back(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    run("draw", "held-out", file, "--size", "11")
    run("export", file, tmp_path / "sheet.jsonl", "--for-labels")
    rows = [json.loads(line) for line in (tmp_path / "sheet.jsonl").read_text("utf-8").splitlines()]
    for name in ("anna", "ben"):
        lines = [json.dumps(row | {"annotator": name, "verdict": "right" if n < 6 else "wrong"})
                 for n, row in enumerate(rows)]  # fmt: skip
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    sheets = (tmp_path / "anna.jsonl", tmp_path / "ben.jsonl")
    assert json.loads(run("agreement", *sheets, "--json").output)["cohen"] == 1
    assert "alpha" in run("agreement", *sheets).output
    done = json.loads(run("label", file, *sheets, "--to", tmp_path / "labelled.jsonl", "--json").output)
    assert done == {"examples": 6, "outcomes": {"confirmed": 6, "disputed": 5}}


def test_contamination_ends_with_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    run("draw", "adversarial", file, "--size", "44")
    clean, dirty = tmp_path / "clean.txt", tmp_path / "dirty.txt"
    clean.write_text("nothing of it", "utf-8")
    dirty.write_text(file.read_text("utf-8"), "utf-8")
    assert run("contamination", file, clean).exit_code == 0
    found = run("contamination", file, dirty, "--json")
    assert found.exit_code == 1
    assert any(one["has_canary"] for one in json.loads(found.output)["overlaps"])


def test_every_format_that_is_read_can_be_asked_for() -> None:
    (form,) = [one for one in suite.commands["import"].params if one.name == "form"]
    assert isinstance(form.type, click.Choice)
    assert list(form.type.choices) == list(FORMATS)


def test_a_foreign_file_is_imported_with_its_losses(tmp_path: Path) -> None:
    (tmp_path / "g.jsonl").write_text('{"question": "1+1?", "answer": "#### 2"}\n{', "utf-8")
    found = run("import", "gsm8k", tmp_path / "g.jsonl", tmp_path / "sums.jsonl")
    assert "sums@" in found.output
    assert "left out, no JSON: 1" in found.output
    assert run("validate", tmp_path / "sums.jsonl").exit_code == 0
