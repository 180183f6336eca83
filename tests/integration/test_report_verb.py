"""Reports written again from stored decisions, as the verb does it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from analytics.cli import understudy
from analytics.decide.decision import Verdict
from analytics.jobs.decisions import keep_decision, load_decisions, load_last_decisions
from analytics.jobs.reporting import restore_report
from proxy.errors import BadRecord, UsageError
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from tests.records import NOON
from tests.unit.analytics.report.sample import decision

_LATER = NOON + timedelta(days=7)


@pytest.fixture
def decided(store: Store, clickhouse: ClickHouseSettings, monkeypatch: pytest.MonkeyPatch) -> Store:
    """One experiment decided twice, another once."""
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_PORT", str(clickhouse.port))
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_DATABASE", clickhouse.database)
    keep_decision(store, decision(), decided_at=NOON)
    keep_decision(store, decision(verdict=Verdict.NO_GO, pairs=3000), decided_at=_LATER)
    keep_decision(store, decision(experiment_id="qwen", verdict=Verdict.GO), decided_at=NOON)
    return store


def _run(*words: Any) -> Result:
    return CliRunner().invoke(understudy, ["report", *map(str, words)])


@pytest.mark.usefixtures("decided")
def test_the_last_decision_is_written_to_the_byte_with_what_changed(tmp_path: Path) -> None:
    result = _run("llama-awq", "--report-dir", tmp_path)
    assert result.exit_code == 0, result.output
    assert result.output.split() == [str(tmp_path / "llama-awq" / "report.html")]
    record = decision(verdict=Verdict.NO_GO, pairs=3000).to_json()
    assert (tmp_path / "llama-awq" / "decision.json").read_text("utf-8") == record
    assert "The evidence has 1,000 more pairs." in (tmp_path / "llama-awq" / "report.html").read_text("utf-8")


@pytest.mark.usefixtures("decided")
def test_an_earlier_decision_comes_back_as_of_its_time() -> None:
    result = _run("llama-awq", "--as-of", "2026-11-02", "--format", "json")
    assert result.output == decision().to_json()
    assert "Since the previous" not in _run("llama-awq", "--as-of", "2026-11-02", "--format", "md").output


@pytest.mark.usefixtures("decided")
def test_the_index_ranks_every_experiment_that_was_decided(tmp_path: Path) -> None:
    result = _run("--index", "--report-dir", tmp_path, "--json")
    rows = json.loads(result.output)
    assert [row["experiment_id"] for row in rows] == ["qwen", "llama-awq"]
    assert rows[1]["verdict_changed"] is True
    assert {path.name for path in tmp_path.iterdir()} == {"qwen", "llama-awq", "index.html", "index.md"}


@pytest.mark.usefixtures("decided")
def test_a_report_of_one_experiment_leaves_the_index_alone(tmp_path: Path) -> None:
    _run("llama-awq", "--report-dir", tmp_path)
    assert not (tmp_path / "index.html").exists()


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("words", [[], ["llama-awq", "--index"], ["llama-awq", "qwen", "--format", "md"]])
def test_words_that_do_not_fit_together_are_a_usage_error(words: list[str]) -> None:
    assert isinstance(_run(*words).exception, UsageError)


def test_an_experiment_that_was_not_decided_by_then_is_a_usage_error(decided: Store) -> None:
    with pytest.raises(UsageError, match="understudy decide nowhere"):
        restore_report(decided, "nowhere", until=_LATER, made_at=_LATER)
    with pytest.raises(UsageError):
        restore_report(decided, "llama-awq", until=NOON - timedelta(days=1), made_at=_LATER)


def test_the_same_record_decided_again_is_one_decision_with_the_later_time(decided: Store) -> None:
    keep_decision(decided, decision(), decided_at=_LATER + timedelta(days=1))
    found = load_decisions(decided, "llama-awq", until=_LATER + timedelta(days=2), most=9)
    assert [one.decided_at for one in found] == [_LATER + timedelta(days=1), _LATER]
    assert [one.decision.experiment_id for one in load_last_decisions(decided)] == ["llama-awq", "qwen"]


def test_a_record_of_another_version_is_named_and_not_guessed(decided: Store) -> None:
    row = {
        "decision_id": "f" * 32,
        "experiment_id": "llama-awq",
        "decided_at": _LATER + timedelta(days=1),
        "verdict": "GO",
        "record": '{"schema_version": 7}',
    }
    decided.insert("decisions", [row])
    with pytest.raises(BadRecord, match="decide again"):
        load_decisions(decided, "llama-awq", until=_LATER + timedelta(days=2), most=1)
