import math

import pytest

from shadow.load.figures import Spread, figures_of, quantile
from shadow.load.level import Load, Loop, Slo
from tests.loads import closed_requests, failed_request, load_level, load_request


def test_a_quantile_is_interpolated() -> None:
    assert quantile([1, 2, 3, 4], 0.95) == pytest.approx(3.85)
    assert quantile(list(range(1, 101)), 0.95) == pytest.approx(95.05)


def test_a_quantile_that_leans_on_a_failure_is_infinite() -> None:
    assert quantile([1.0, 2.0, math.inf], 0.75) == math.inf
    assert quantile([1.0, 2.0, math.inf], 0.5) == 2.0


def test_nothing_has_no_spread() -> None:
    assert Spread.of([]) == Spread(None, None, None)


def test_failures_count_in_every_latency() -> None:
    requests = closed_requests(80)
    for number in (20, 30, 40, 50, 55):
        requests[number] = failed_request(number, sent_s=requests[number].sent_s)
    figures = figures_of(load_level(requests))
    assert figures.failed == 5
    for spread in (figures.ttft_ms, figures.tpot_ms, figures.e2e_ms):
        assert spread.p95 == math.inf
    assert figures.itl_ms.p99 == math.inf
    assert figures.ttft_ms.p50 == pytest.approx(100)


def test_throughput_is_that_of_the_steady_window() -> None:
    figures = figures_of(load_level(closed_requests(400)))
    assert figures.tokens_per_s == pytest.approx(4 * 5 / 0.14, rel=0.03)


def test_goodput_counts_what_met_every_bound() -> None:
    requests = closed_requests(80)
    requests[30] = load_request(30, sent_s=requests[30].sent_s, ttft_ms=600)
    level = load_level(requests)
    assert figures_of(level).good_share == pytest.approx(1 - 1 / len(level.kept))
    assert figures_of(load_level(slo=Slo(ttft_ms=500, tpot_ms=5))).good_share == 0


def test_an_open_loop_is_timed_from_its_schedule() -> None:
    late = load_request(sent_s=5.0, ttft_ms=100)
    assert late.first_token_ms(Loop.CLOSED) == 100
    assert late.first_token_ms(Loop.OPEN) == 100.5
    requests = [load_request(number, sent_s=number / 10) for number in range(60)]
    level = load_level(requests, load=Load(Loop.OPEN, 10), streams=2)
    assert figures_of(level).ttft_ms.p50 == pytest.approx(100.5)
