import math
from typing import Any

import pytest

from shadow.experiment import Distress as Limits
from shadow.replay import Lane, Replay, ReplayOutcome
from shadow.worker.distress import FEWEST, IN_A_ROW, WINDOW_S, Distress
from shadow.worker.halt import HaltReason
from shadow.worker.histogram import Histogram
from shadow.worker.server_metrics import ServerMetrics
from tests.records import replay


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def watching(**limits: Any) -> tuple[Distress, Clock]:
    clock = Clock()
    return Distress(Limits(**limits), clock=clock), clock


def failed(**changes: Any) -> Replay:
    return replay(outcome=ReplayOutcome.TIMED_OUT, **changes)


def reason(distress: Distress) -> HaltReason | None:
    halt = distress.halt()
    return halt.reason if halt else None


def test_a_lane_that_fails_more_than_it_may_is_a_sign() -> None:
    distress, _ = watching(max_error_ratio=0.2)
    distress.settle([replay()] * 15 + [failed()] * 4)
    assert reason(distress) is None
    distress.settle([failed()])
    halt = distress.halt()
    assert halt is not None
    assert halt.reason is HaltReason.ERRORS
    assert halt.because == "5 of the last 20 replays of candidate failed; 20% may"


def test_lanes_are_watched_apart_and_few_replays_tell_nothing() -> None:
    distress, _ = watching(max_error_ratio=0.2)
    distress.settle([failed()] * (FEWEST - 1) + [failed(lane=Lane.BASELINE)] * (FEWEST - 1))
    assert reason(distress) is None


def test_failures_of_long_ago_are_forgotten() -> None:
    distress, clock = watching(max_error_ratio=0.2)
    distress.settle([failed()] * (FEWEST - 1))
    clock.now_s = WINDOW_S + 1
    distress.settle([replay()] * 10 + [failed()] * 2)
    assert reason(distress) is None


def test_a_request_that_the_server_refuses_as_wrong_is_no_sign() -> None:
    distress, _ = watching(max_error_ratio=0.2)
    distress.settle([replay(outcome=ReplayOutcome.HTTP_ERROR, status=400)] * 50)
    assert reason(distress) is None


@pytest.mark.parametrize(
    ("limits", "full", "free", "expected"),
    [
        ({"max_waiting": 5}, ServerMetrics(waiting=6), ServerMetrics(waiting=5), HaltReason.WAITING),
        ({"max_kv_usage": 0.9}, ServerMetrics(kv_usage=0.95), ServerMetrics(kv_usage=0.9), HaltReason.KV_USAGE),
    ],
)
def test_a_full_server_is_a_sign_once_it_stays_full(
    limits: dict[str, Any], full: ServerMetrics, free: ServerMetrics, expected: HaltReason
) -> None:
    distress, _ = watching(**limits)
    for metrics in [full] * (IN_A_ROW - 1) + [free] + [full] * (IN_A_ROW - 1):
        distress.scraped("candidate", metrics)
        distress.scraped("baseline", free)
    assert reason(distress) is None
    distress.scraped("candidate", full)
    assert reason(distress) is expected


def test_a_server_that_says_nothing_is_in_no_distress() -> None:
    distress, _ = watching(max_waiting=0, max_kv_usage=0.1)
    for _ in range(10):
        distress.scraped("candidate", ServerMetrics())
    assert reason(distress) is None


def production(fast: int, slow: int) -> ServerMetrics:
    return ServerMetrics(ttft=Histogram((0.1, 1.0, math.inf), (fast, fast + slow, fast + slow)))


def test_a_production_that_slows_down_is_a_sign_by_its_last_minute_alone() -> None:
    distress, clock = watching(production_metrics_url="http://p/metrics", production_ttft_p95_ms=500)
    distress.production(production(0, 1_000))
    clock.now_s = 5
    distress.production(production(100, 1_000))
    assert reason(distress) is None
    clock.now_s = 10
    distress.production(production(100, 1_050))
    assert reason(distress) is HaltReason.PRODUCTION


def test_a_production_that_was_restarted_begins_anew() -> None:
    distress, clock = watching(production_metrics_url="http://p/metrics", production_ttft_p95_ms=500)
    distress.production(production(500, 500))
    clock.now_s = 5
    distress.production(production(0, 30))
    clock.now_s = 10
    distress.production(production(0, 35))
    assert reason(distress) is None
    clock.now_s = 15
    distress.production(production(0, 60))
    assert reason(distress) is HaltReason.PRODUCTION


def test_a_limit_of_none_watches_for_nothing() -> None:
    distress, _ = watching(max_error_ratio=None, max_kv_usage=None)
    distress.settle([failed()] * 100)
    for _ in range(5):
        distress.scraped("candidate", ServerMetrics(waiting=1e9, kv_usage=1))
    assert reason(distress) is None
