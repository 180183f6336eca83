from datetime import timedelta

from shadow.replay import Lane, ReplayOutcome
from shadow.worker.breaker import BreakerState
from shadow.worker.metrics import WorkerMetrics
from shadow.worker.server_metrics import ServerMetrics
from shadow.worker.spend import Spend
from tests.records import NOON, replay


def test_replays_are_counted_by_lane_and_outcome() -> None:
    metrics = WorkerMetrics()
    answers = [replay(lane=Lane.BASELINE), replay(outcome=ReplayOutcome.TIMED_OUT)]
    for _ in range(2):
        metrics.settled("trial", disposition="replayed", reason="", replays=answers)
    value = metrics.registry.get_sample_value
    labels = {"experiment": "trial"}
    assert value("understudy_replays_total", labels | {"lane": "baseline", "outcome": "completed"}) == 2
    assert value("understudy_replays_total", labels | {"lane": "candidate", "outcome": "timed_out"}) == 2
    assert value("understudy_lane_records_total", labels | {"disposition": "replayed", "reason": ""}) == 2


def test_how_far_behind_an_experiment_is_follows_the_exchange_that_it_took_last() -> None:
    metrics = WorkerMetrics(clock=NOON.timestamp)
    metrics.took("trial", NOON - timedelta(seconds=90))
    metrics.took("trial", NOON - timedelta(seconds=20))
    assert metrics.registry.get_sample_value("understudy_replay_behind_seconds", {"experiment": "trial"}) == 20


def test_spend_breakers_and_servers_are_shown_as_they_stand() -> None:
    metrics = WorkerMetrics()
    metrics.stands("trial", spend=Spend(9, 8.0, 7.0), breakers={Lane.CANDIDATE: BreakerState.OPEN})
    metrics.scraped("trial", "candidate", ServerMetrics(waiting=4))
    metrics.halted("trial", "distress_waiting")
    value = metrics.registry.get_sample_value
    labels = {"experiment": "trial"}
    assert value("understudy_spent_output_tokens", labels) == 9
    assert value("understudy_spent_gpu_seconds", labels) == 8
    assert value("understudy_spent_usd", labels) == 7
    assert value("understudy_breaker_state", labels | {"lane": "candidate"}) == 2
    assert value("understudy_server_waiting_requests", labels | {"deployment": "candidate"}) == 4
    assert value("understudy_server_kv_usage_ratio", labels | {"deployment": "candidate"}) is None
    assert value("understudy_halts_total", labels | {"reason": "distress_waiting"}) == 1


def test_refused_rows_are_counted_by_table() -> None:
    metrics = WorkerMetrics()
    metrics.refused("replays", 2)
    metrics.refused("replays", 1)
    assert metrics.registry.get_sample_value("understudy_rows_refused_total", {"table": "replays"}) == 3


def test_records_that_were_put_back_are_counted() -> None:
    metrics = WorkerMetrics()
    metrics.put_back("trial", 7)
    metrics.put_back("trial", 2)
    assert metrics.registry.get_sample_value("understudy_records_put_back_total", {"experiment": "trial"}) == 9
