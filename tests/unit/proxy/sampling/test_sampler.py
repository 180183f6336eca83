import math
import statistics
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from proxy.exchange import Exchange
from proxy.sampling.sampler import NO_EXPERIMENT, RATIO, Kept, SampledOut, Sampler, draw_of
from tests.records import exchange

_KEY = b"0123456789abcdef"
_ROOT = Path(__file__).parents[4]
_PRINT_DRAWS = """
from proxy.sampling.sampler import draw_of
print([draw_of(f"conversation-{number:04d}", key=b"0123456789abcdef") for number in range(50)])
"""


def _decide(
    arrivals: Iterable[Exchange], *, ratio: float, key: bytes = _KEY, **settings: Any
) -> list[Kept | SampledOut]:
    """One exchange every 10 ms."""
    sampler = Sampler(key, **settings)
    return [sampler.decide(one, ratio=ratio, at=number / 100) for number, one in enumerate(arrivals)]


def test_ratio_1_keeps_all_with_weight_1() -> None:
    found = _decide((exchange(number) for number in range(500)), ratio=1.0)
    assert all(isinstance(one, Kept) and one.weight == 1 for one in found)


def test_ratio_0_keeps_nothing_not_even_for_floors() -> None:
    assert _decide([exchange()], ratio=0.0) == [NO_EXPERIMENT]
    assert NO_EXPERIMENT.reason == "no_experiment"


def test_draws_are_the_same_in_every_process() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", _PRINT_DRAWS],
            cwd=_ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert answers == {str([draw_of(f"conversation-{number:04d}", key=_KEY) for number in range(50)])}


def test_another_key_draws_anew() -> None:
    assert draw_of("c", key=_KEY) != draw_of("c", key=b"another key of 16")


@pytest.mark.parametrize("ratio", [0.01, 0.3, 0.9])
def test_the_kept_fraction_lies_within_binomial_bounds(ratio: float) -> None:
    conversations = 5_000
    found = _decide((exchange(number) for number in range(conversations)), ratio=ratio, floor_exchanges=0)
    kept = sum(isinstance(one, Kept) for one in found)
    assert abs(kept - conversations * ratio) < 4 * math.sqrt(conversations * ratio * (1 - ratio))


def test_a_conversation_is_kept_or_left_out_as_a_whole_without_floors() -> None:
    turns = [exchange(number % 50, turn=1 + number // 50) for number in range(250)]
    found = _decide(turns, ratio=0.4, floor_exchanges=0)
    assert {len({isinstance(one, Kept) for one in found[start::50]}) for start in range(50)} == {1}
    assert RATIO in found


def test_a_growing_ratio_leaves_no_kept_conversation_out() -> None:
    sampler = Sampler(_KEY, floor_exchanges=0)
    kept: set[int] = set()
    for ratio in (0.1, 0.1, 0.35, 0.8):
        now = {n for n in range(300) if isinstance(sampler.decide(exchange(n), ratio=ratio, at=0), Kept)}
        assert kept <= now
        kept = now
    assert kept


def test_a_floor_keeps_a_rare_stratum_that_the_ratio_would_lose() -> None:
    arrivals = [exchange(n, language="mt" if n % 100 == 99 else "en") for n in range(1_000)]
    found = _decide(arrivals, ratio=0.001, floor_exchanges=5, window_s=1_000)
    rare = [one for one, decided in zip(arrivals, found, strict=True) if one.language == "mt" and decided != RATIO]
    assert len(rare) >= 5
    assert sum(isinstance(one, Kept) for one in found) < 20


def test_a_conversation_that_a_floor_met_stays_although_the_floor_is_full() -> None:
    unlucky = max((exchange(n) for n in range(50)), key=lambda one: draw_of(one.conversation_id, key=_KEY))
    arrivals = [unlucky, *(exchange(n) for n in range(100, 300)), unlucky]
    found = _decide(arrivals, ratio=0.01, floor_exchanges=1)
    assert found[0] == found[-1]
    assert isinstance(found[-1], Kept)
    assert (found[-1].weight, found[-1].by_floor) == (1, True)


def test_conversations_that_floors_met_are_forgotten_when_there_are_too_many() -> None:
    sampler = Sampler(_KEY, floor_exchanges=100_000, most_conversations=100, most_strata=5)
    for number in range(2_000):
        sampler.decide(exchange(number, tenant=f"tenant-{number}"), ratio=0.5, at=0)
    assert len(sampler._met) == 100
    assert len(sampler._floors) == 6


def test_weights_sum_to_what_was_seen_over_all_and_within_a_rare_stratum() -> None:
    """Over keys, which are what is random, the mean of the sums lies within 4 standard errors of the count."""
    arrivals = [exchange(n * n % 400, language="mt" if n * n % 400 % 25 == 0 else "en") for n in range(1_000)]
    for chosen in ({"en", "mt"}, {"mt"}):
        seen = sum(one.language in chosen for one in arrivals)
        sums = [_sum_of_weights(arrivals, chosen, key=f"key {n:012d}".encode()) for n in range(60)]
        error = statistics.stdev(sums) / math.sqrt(len(sums))
        assert abs(statistics.fmean(sums) - seen) < 4 * error < seen / 2


def _sum_of_weights(arrivals: list[Exchange], chosen: set[str], *, key: bytes) -> float:
    found = _decide(arrivals, ratio=0.2, key=key, floor_exchanges=3, window_s=2)
    return sum(
        decided.weight
        for one, decided in zip(arrivals, found, strict=True)
        if one.language in chosen and isinstance(decided, Kept)
    )
