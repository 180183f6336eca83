"""The verb that reports at set times, over a real store, as a Kubernetes CronJob calls it."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from analytics.cli import understudy
from proxy.errors import UsageError
from shadow.replay import Lane
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, experiment_row, replay_row
from tests.records import exchange, experiment, replay

_PLAN = """
[[plan]]
name = "nightly"
cron = "0 6 * * *"
time_zone = "Europe/Berlin"
experiments = ["trial", "nowhere"]
judge = false
deliver = ["folder"]
"""


@pytest.fixture
def plans(store: Store, clickhouse: ClickHouseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan over an experiment with three pairs and one that the store does not know."""
    store.insert("experiment_versions", [experiment_row(experiment())])
    store.insert("exchanges", [exchange_row(exchange(number)) for number in range(3)])
    lanes = (Lane.BASELINE, Lane.CANDIDATE)
    store.insert("replays", [replay_row(replay(number, lane=lane)) for number in range(3) for lane in lanes])
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_PORT", str(clickhouse.port))
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_DATABASE", clickhouse.database)
    monkeypatch.setenv("UNDERSTUDY_ANALYTICS_REPORT_DIR", str(tmp_path / "reports"))
    monkeypatch.setenv("UNDERSTUDY_ANALYTICS_RESAMPLES", "200")
    monkeypatch.setenv("UNDERSTUDY_DELIVERY_FOLDER", str(tmp_path / "out"))
    path = tmp_path / "plans.toml"
    path.write_text(_PLAN)
    return path


def _run(*words: Any) -> Result:
    return CliRunner().invoke(understudy, ["schedule", *map(str, words)])


def test_a_run_decides_reports_delivers_and_says_what_failed(plans: Path, tmp_path: Path) -> None:
    result = _run(plans, "--now", "--json")
    run = json.loads(result.output.splitlines()[-1])
    known, unknown = run["experiments"]
    assert (known["verdict"], known["deliveries"][0]["error"]) == ("INSUFFICIENT EVIDENCE", "")
    assert unknown["error"] == "UsageError"
    assert result.exit_code == 64
    delivered = (tmp_path / "out/trial/latest/decision.json").read_bytes()
    assert delivered == (tmp_path / "reports/trial/decision.json").read_bytes()
    assert "trial" in (tmp_path / "reports/index.html").read_text("utf-8")


def test_the_next_run_says_what_changed(plans: Path) -> None:
    _run(plans, "--now")
    run = json.loads(_run(plans, "--now", "--json").output.splitlines()[-1])
    assert run["experiments"][0]["verdict_changed"] is False


def test_times_are_shown_without_a_run(plans: Path, tmp_path: Path) -> None:
    times = json.loads(_run(plans, "--next", 2, "--json").output)["nightly"]
    assert len(times) == 2
    assert all(datetime.fromisoformat(one) > datetime.now(UTC) for one in times)
    assert not (tmp_path / "reports").exists()


def test_options_that_exclude_each_other_and_channels_that_are_not_set_up_are_usage_errors(
    plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(_run(plans, "--now", "--once").exception, UsageError)
    monkeypatch.delenv("UNDERSTUDY_DELIVERY_FOLDER")
    assert isinstance(_run(plans, "--now").exception, UsageError)


@pytest.mark.usefixtures("store")
def test_a_schedule_that_waits_ends_by_a_signal(plans: Path, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "analytics.cli", "schedule", str(plans)]
    waiting = subprocess.Popen(argv, cwd=Path(__file__).parents[2], env=dict(os.environ))
    state = tmp_path / "reports/schedule.json"
    deadline = time.monotonic() + 60
    while not state.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(30) == 0
    assert json.loads(state.read_text())["plans"]["nightly"]["runs"] == 0
