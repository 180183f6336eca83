from dataclasses import replace

import pytest

from analytics.decide.chance import Chance
from analytics.decide.load_curves import kv_peak_tokens, load_points, tokens_per_s
from shadow.load.figures import figures_of
from shadow.load.level import LoadLevel, ServerSide
from shadow.replay import Lane
from tests.loads import closed_requests, failed_request, load_level
from tests.records import deployment, experiment

CHANCE = Chance(1, 300)


def pair(baseline: LoadLevel, candidate: LoadLevel) -> list[LoadLevel]:
    return [replace(one, fingerprint=deployment(one.lane).fingerprint) for one in (baseline, candidate)]


def test_a_point_per_lane_and_load_with_intervals() -> None:
    levels = pair(
        load_level(closed_requests(800, ttft_ms=50), lane=Lane.BASELINE), load_level(closed_requests(800), number=1)
    )
    baseline, candidate = load_points(levels, experiment(), chance=CHANCE, confidence=0.95)
    assert (baseline.lane, candidate.lane) == ("baseline", "candidate")
    assert candidate.ttft_ms.p95 is not None
    assert candidate.ttft_ms.p95.estimate == pytest.approx(100)
    assert candidate.itl_ms.p50 is not None
    assert candidate.itl_ms.p50.estimate == pytest.approx(10)
    assert candidate.tokens_per_s is not None
    assert candidate.tokens_per_s.low is not None
    assert candidate.tokens_per_s.high is not None
    assert candidate.tokens_per_s.low <= candidate.tokens_per_s.estimate <= candidate.tokens_per_s.high
    assert candidate.goodput_per_s is not None
    assert candidate.goodput_per_s.estimate == pytest.approx(4 / 0.14, rel=0.02)
    assert candidate.kv_peak_tokens == 250


def test_the_rate_is_the_one_that_the_terminal_shows() -> None:
    level = load_level(closed_requests(400))
    rate, draws = tokens_per_s([level], rng=CHANCE.stream("x"), resamples=50)
    assert rate == pytest.approx(figures_of(level).tokens_per_s)
    assert len(draws) == 50


def test_a_quantile_of_failures_is_none() -> None:
    requests = closed_requests(80)
    for number in range(20, 60, 4):
        requests[number] = failed_request(number, sent_s=requests[number].sent_s)
    levels = pair(load_level(lane=Lane.BASELINE), load_level(requests, number=1))
    _, candidate = load_points(levels, experiment(), chance=CHANCE, confidence=0.95)
    assert candidate.failed == 10
    assert candidate.ttft_ms.p50 is not None
    assert candidate.ttft_ms.p95 is None
    assert candidate.itl_ms.p99 is None


def test_a_block_without_a_steady_window_has_no_rate() -> None:
    rate, draws = tokens_per_s([load_level(closed_requests(4))], rng=CHANCE.stream("x"), resamples=5)
    assert rate == 0
    assert not draws.any()


def test_the_fullest_cache_of_all_blocks_counts() -> None:
    fuller = load_level(number=1, server=ServerSide(kv_peak_usage=0.5, kv_size_tokens=1_000))
    assert kv_peak_tokens([load_level(), fuller]) == 500
    assert kv_peak_tokens([load_level(), load_level(number=1, server=ServerSide())]) is None
