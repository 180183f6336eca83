"""The watch verb on a real store."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from analytics.cli import understudy
from analytics.jobs.judging import judge_experiment
from judges.panel import cheap_panel
from shadow.replay import Lane, Replay
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, experiment_row, replay_row
from tests.records import exchange, experiment, replay


@pytest.fixture
def running(store: Store, clickhouse: ClickHouseSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty judged pairs, of which the candidate's first tokens are slow."""
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_PORT", str(clickhouse.port))
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_DATABASE", clickhouse.database)
    asked = [exchange(number) for number in range(40)]
    slow = {Lane.BASELINE: 200.0, Lane.CANDIDATE: 900.0}
    rows = [
        replay_row(timed(replay(number, lane=lane), ttft_ms=ttft_ms), exchange=one)
        for number, one in enumerate(asked)
        for lane, ttft_ms in slow.items()
    ]
    store.insert("experiment_versions", [experiment_row(experiment())])
    store.insert("exchanges", [exchange_row(one) for one in asked])
    store.insert("replays", rows)
    judge_experiment(store, experiment_id="trial", judges=list(cheap_panel()), batch=100)


def timed(one: Replay, *, ttft_ms: float) -> Replay:
    return replace(one, timings=replace(one.timings, ttft_ms=ttft_ms))


@pytest.mark.usefixtures("running")
def test_a_violation_ends_the_watch_with_its_exit_code() -> None:
    shown = CliRunner().invoke(understudy, ["watch", "trial", "--settle", "0", "--json"])
    told = json.loads(shown.output)
    assert (shown.exit_code, told["conclusion"]) == (1, "violated")
    (latency,) = [one for one in told["gates"] if one["gate"] == "G1"]
    assert (latency["conclusion"], latency["estimate"], latency["conversations"]) == ("violated", 1.0, 40)
    table = CliRunner().invoke(understudy, ["watch", "trial", "--settle", "0", "--once"])
    assert (table.exit_code, "trial: violated" in table.output) == (1, True)


@pytest.mark.usefixtures("running")
def test_what_is_not_quiet_yet_leaves_all_open() -> None:
    shown = CliRunner().invoke(understudy, ["watch", "trial", "--once", "--json", "--settle", "1e12"])
    assert (shown.exit_code, json.loads(shown.output)["conclusion"]) == (2, "go on")


@pytest.mark.usefixtures("running")
def test_an_unknown_experiment_is_an_error_that_says_so() -> None:
    shown = CliRunner().invoke(understudy, ["watch", "nobody", "--once"])
    assert shown.exit_code != 0
    assert "nobody" in str(shown.exception) + shown.output
