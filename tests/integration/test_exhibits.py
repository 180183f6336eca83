"""What a report draws beside the decision, as the store aggregates it."""

from datetime import timedelta
from typing import Any

import pytest

from analytics.decide.decision import Decision
from analytics.jobs.exhibits import load_exhibits, void_spans
from analytics.jobs.judging import judge_experiment
from analytics.report.report import Exhibits, Measure
from judges.panel import cheap_panel
from shadow.replay import Lane, ReplayOutcome, Timings
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, replay_row, self_check_row
from shadow.worker.watch import SelfCheck
from tests.records import NOON, deployment, exchange, replay
from tests.unit.analytics.report.sample import decision

_PAIRS = 10


@pytest.fixture
def filled(store: Store) -> Store:
    """Ten pairs, one second apart; the candidate's last one timed out."""
    store.insert("exchanges", [exchange_row(exchange(number)) for number in range(_PAIRS)])
    lanes = (Lane.BASELINE, Lane.CANDIDATE)
    replays = [replay(number, lane=lane) for number in range(_PAIRS) for lane in lanes]
    replays[-1] = replay(_PAIRS - 1, outcome=ReplayOutcome.TIMED_OUT, timings=Timings(schedule_delay_ms=0.0), text="")
    store.insert("replays", [replay_row(one) for one in replays])
    return store


def _check(second: int, *, lag_ms: float) -> dict[str, Any]:
    check = SelfCheck(
        window_start=NOON + timedelta(seconds=second),
        loop_lag_p99_ms=lag_ms,
        cpu_share=0.1,
        schedule_delay_median_ms=0.1,
    )
    return self_check_row(check, experiment_id="trial", worker_id="w")


def _decided(**changes: Any) -> Decision:
    return decision(experiment_id="trial", **changes)


def test_a_request_without_a_first_token_failed(filled: Store) -> None:
    times = load_exhibits(filled, _decided()).timings[Measure.TTFT]
    assert (times["candidate"].timed, times["candidate"].failed) == (_PAIRS - 1, 1)
    assert (times["baseline"].timed, times["baseline"].failed) == (_PAIRS, 0)
    expected_ms = replay(0).timings.ttft_ms
    assert expected_ms is not None
    edge_ms = times["baseline"].quantile_ms(0.5)
    assert edge_ms is not None
    assert expected_ms <= edge_ms <= expected_ms * 1.0203


def test_what_was_sent_while_the_client_failed_its_check_is_left_out(filled: Store) -> None:
    filled.insert("self_checks", [_check(second, lag_ms=lag_ms) for second, lag_ms in ((0, 1.0), (3, 20.0), (5, 1.0))])
    times = load_exhibits(filled, _decided()).timings[Measure.E2E]
    assert times["baseline"].total == _PAIRS - 2


def test_a_canary_is_no_request_of_users(filled: Store) -> None:
    filled.insert("exchanges", [exchange_row(exchange(2, suite="canary@1"))])
    assert load_exhibits(filled, _decided()).timings[Measure.TTFT]["baseline"].total == _PAIRS - 1


def test_spans_of_failed_windows_are_merged_over_workers_and_the_last_one_has_no_end() -> None:
    def row(worker_id: str, second: int, *, passed: bool) -> dict[str, Any]:
        return {"worker_id": worker_id, "window_start": NOON + timedelta(seconds=second), "passed": passed}

    start_ms = round(NOON.timestamp() * 1000)
    checks = [
        row("a", 0, passed=False),
        row("a", 10, passed=True),
        row("b", 5, passed=False),
        row("b", 12, passed=True),
    ]
    assert void_spans(checks) == [(start_ms, start_ms + 12_000)]
    assert void_spans([row("a", 0, passed=True), row("a", 10, passed=False)])[0][1] > start_ms + 10**12
    assert void_spans([]) == []


def test_severities_are_answers_by_lane(filled: Store) -> None:
    judge_experiment(filled, experiment_id="trial", judges=list(cheap_panel()), batch=100)
    severities = load_exhibits(filled, _decided()).severities
    assert {lane: sum(answers.values()) for lane, answers in severities.items()} == {
        "baseline": _PAIRS,
        "candidate": _PAIRS,
    }
    assert max(severities["candidate"]) > max(severities["baseline"]) == 0


def test_costs_are_in_dollars_only_where_a_price_was_declared(filled: Store) -> None:
    priced = deployment("candidate", price_usd_per_million_tokens=2.0, gpus=2)
    costs = {
        one.deployment_id: one
        for one in load_exhibits(filled, _decided(baseline=deployment("baseline"), candidate=priced)).costs
    }
    assert costs["baseline"].usd is None
    assert costs["candidate"].output_tokens == 2 * _PAIRS
    assert costs["candidate"].usd == pytest.approx(2 * _PAIRS * 2.0 / 1e6)
    assert costs["candidate"].gpu_seconds == pytest.approx(2 * costs["candidate"].busy_s)


def test_an_experiment_without_replays_has_no_exhibits(store: Store) -> None:
    assert load_exhibits(store, _decided()) == Exhibits()
