from dataclasses import replace
from pathlib import Path

import pytest

from analytics.report.writing import write_index, write_report
from proxy.errors import UsageError
from tests.unit.analytics.report import sample


def test_a_report_is_three_files_and_nothing_else(tmp_path: Path) -> None:
    path = write_report(sample.report(), folder=tmp_path / "reports")
    assert path == tmp_path / "reports" / "llama-awq" / "report.html"
    assert sorted(file.name for file in path.parent.iterdir()) == ["decision.json", "report.html", "report.md"]


def test_the_record_is_written_to_the_byte(tmp_path: Path) -> None:
    path = write_report(sample.report(), folder=tmp_path)
    assert path.with_name("decision.json").read_bytes() == sample.decision().to_json().encode()


def test_a_later_report_replaces_the_earlier_one(tmp_path: Path) -> None:
    write_report(sample.report(), folder=tmp_path)
    path = write_report(sample.report(owner="somebody else"), folder=tmp_path)
    assert "somebody else" in path.read_text(encoding="utf-8")
    assert len(list(path.parent.iterdir())) == 3


def test_texts_that_are_no_proper_unicode_are_written(tmp_path: Path) -> None:
    made = sample.report()
    shown = sample.specimen(candidate_text="half a pair \ud83d", request_text="")
    path = write_report(replace(made, specimens=(shown,)), folder=tmp_path)
    assert "[U+D83D]" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("experiment_id", ["../outside", "", ".", "..", ".hidden", "a/b", "a\\b", "a\nb"])
def test_an_id_that_leaves_the_folder_is_refused(tmp_path: Path, experiment_id: str) -> None:
    with pytest.raises(UsageError):
        write_report(sample.report(experiment_id=experiment_id), folder=tmp_path)
    with pytest.raises(UsageError):
        write_index([sample.decision(experiment_id=experiment_id)], folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_the_callers_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot write"):
        write_report(sample.report(), folder=tmp_path / "file")


def test_the_index_is_written_twice_over(tmp_path: Path) -> None:
    path = write_index([sample.decision()], folder=tmp_path)
    assert path == tmp_path / "index.html"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["index.html", "index.md"]
