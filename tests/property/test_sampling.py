"""What must hold of capture's sampling for any traffic: which draws decide, what floors add, what workers get."""

import math
import statistics
from bisect import bisect_right
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.exchange import Exchange
from proxy.sampling.sampler import Kept, SampledOut, Sampler, draw_of
from proxy.sampling.within import weight_within
from tests.records import exchange

RATIOS = st.floats(0.001, 1)
KEYS = st.binary(min_size=16, max_size=32)
TRAFFIC = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["en", "de", "mt"]), st.floats(0, 400)), min_size=1, max_size=80
)
FEW = settings(max_examples=60, deadline=None)

type Traffic = list[tuple[int, str, float]]
type Decided = list[Kept | SampledOut]


def _arrivals(traffic: Traffic) -> list[tuple[Exchange, float]]:
    in_order = sorted(traffic, key=lambda arrival: arrival[2])
    return [(exchange(number, language=language), at) for number, language, at in in_order]


def _decide(traffic: Traffic, *, ratio: float, key: bytes, floor: int = 2, most_conversations: int = 1_000) -> Decided:
    sampler = Sampler(key, floor_exchanges=floor, most_conversations=most_conversations)
    return [sampler.decide(one, ratio=ratio, at=at) for one, at in _arrivals(traffic)]


def _floors(decided: Decided) -> list[bool]:
    return [isinstance(one, Kept) and one.by_floor for one in decided]


@FEW
@given(st.text(), KEYS)
def test_a_draw_lies_strictly_between_0_and_1_and_stays(conversation_id: str, key: bytes) -> None:
    conversation_id = conversation_id.encode("utf-8", "replace").decode()
    assert 0 < draw_of(conversation_id, key=key) == draw_of(conversation_id, key=key) < 1


@FEW
@given(TRAFFIC, RATIOS, KEYS)
def test_the_same_traffic_is_decided_the_same_way_twice(traffic: Traffic, ratio: float, key: bytes) -> None:
    assert _decide(traffic, ratio=ratio, key=key) == _decide(traffic, ratio=ratio, key=key)


@FEW
@given(TRAFFIC, st.tuples(RATIOS, RATIOS), st.tuples(KEYS, KEYS), st.integers(1, 5))
def test_what_floors_take_depends_on_arrivals_alone(
    traffic: Traffic, ratios: tuple[float, float], keys: tuple[bytes, bytes], most: int
) -> None:
    """Neither key nor ratio moves it, however little is remembered: this is why weights are exact."""
    left = _decide(traffic, ratio=ratios[0], key=keys[0], most_conversations=most)
    right = _decide(traffic, ratio=ratios[1], key=keys[1], most_conversations=most)
    assert _floors(left) == _floors(right)


@FEW
@given(TRAFFIC, RATIOS, KEYS)
def test_every_weight_is_the_inverse_of_a_probability_that_the_rule_gave(
    traffic: Traffic, ratio: float, key: bytes
) -> None:
    for decided in _decide(traffic, ratio=ratio, key=key):
        match decided:
            case Kept(by_floor=True):
                assert decided.weight == 1
            case Kept():
                assert decided.draw < ratio
                assert decided.weight == 1 / ratio
            case SampledOut():
                assert ratio < 1
                assert decided.reason == "ratio"


@FEW
@given(TRAFFIC, RATIOS, RATIOS, KEYS)
def test_a_worker_gets_the_smaller_ratio_whatever_other_experiments_want(
    traffic: Traffic, own: float, captured: float, key: bytes
) -> None:
    """The contract with workers: draw below the own ratio, or by a floor; weight the larger of recorded and own."""
    alone = _decide(traffic, ratio=min(own, captured), key=key)
    for left, right in zip(alone, _decide(traffic, ratio=captured, key=key), strict=True):
        replayed = isinstance(right, Kept) and (right.by_floor or right.draw < own)
        assert replayed == isinstance(left, Kept)
        if replayed and isinstance(left, Kept) and isinstance(right, Kept):
            assert left.weight == (1 if right.by_floor else max(right.weight, 1 / own))


@FEW
@given(TRAFFIC, RATIOS, KEYS, st.integers(1, 4))
def test_every_stratum_keeps_its_floor_in_every_window(traffic: Traffic, ratio: float, key: bytes, floor: int) -> None:
    seen: dict[tuple[str, float], list[bool]] = {}
    for (one, at), decided in zip(_arrivals(traffic), _decide(traffic, ratio=ratio, key=key, floor=floor), strict=True):
        seen.setdefault((one.language, at // 60), []).append(isinstance(decided, Kept))
    assert all(sum(kept) >= min(floor, len(kept)) for kept in seen.values())


@FEW
@given(TRAFFIC, RATIOS, KEYS)
def test_a_kept_conversation_stays_kept(traffic: Traffic, ratio: float, key: bytes) -> None:
    kept: set[str] = set()
    for (one, _), decided in zip(_arrivals(traffic), _decide(traffic, ratio=ratio, key=key), strict=True):
        assert isinstance(decided, Kept) or one.conversation_id not in kept
        if isinstance(decided, Kept):
            kept.add(one.conversation_id)


# A simulated day in which both ratios change more than once: what capture keeps, and what an experiment replays later.
_ARRIVALS = 1_200
_CAPTURED = ((0, 0.3), (300, 0.8), (500, 0.15), (900, 1.0))
_REPLAYED = ((0, 0.5), (400, 0.2), (700, 0.6), (1_100, 0.25))
_LAG = 60
_DAYS = 60

type Seen = tuple[int, Exchange]
type Weigh = Callable[[Seen, float], float | None]


def _ratio(steps: tuple[tuple[int, float], ...], *, at: int) -> float:
    return steps[bisect_right(steps, at, key=lambda step: step[0]) - 1][1]


@cache
def _day() -> list[Seen]:
    """One arrival a second: 150 conversations of eight turns that overlap, one in 25 of a rare language."""
    return [
        (at, exchange(number, turn=1 + at // 150, language="mt" if number % 25 == 0 else "en"))
        for at in range(_ARRIVALS)
        for number in [(at * 37) % 150]
    ]


_FIGURES: dict[str, Callable[[Seen], float]] = {
    "all": lambda _: 1.0,
    "rare": lambda seen: float(seen[1].language == "mt"),
    "evening": lambda seen: float(seen[0] >= 700),
    "a figure that grows over the day": lambda seen: seen[0] / _ARRIVALS + (seen[1].language == "mt"),
}


@cache
def _totals(weigh: Weigh, *, processes: int) -> list[dict[str, float]]:
    """The weighted totals of one day under each of many keys, which are what is random."""
    return [_total(weigh, processes=processes, key=f"key {day:012d}".encode()) for day in range(_DAYS)]


def _total(weigh: Weigh, *, processes: int, key: bytes) -> dict[str, float]:
    samplers = [Sampler(key, floor_exchanges=2, window_s=120, most_conversations=50) for _ in range(processes)]
    totals = dict.fromkeys(_FIGURES, 0.0)
    for at, one in _day():
        kept = samplers[at % processes].decide(one, ratio=_ratio(_CAPTURED, at=at), at=at)
        if isinstance(kept, Kept):
            captured = one.model_copy(update={"weight": kept.weight, "draw": kept.draw, "by_floor": kept.by_floor})
            weight = weigh((at, captured), kept.draw) or 0.0
            for name, figure in _FIGURES.items():
                totals[name] += weight * figure((at, one))
    return totals


def _when_captured(seen: Seen, draw: float) -> float | None:
    del draw
    return seen[1].weight


def _when_replayed(seen: Seen, draw: float) -> float | None:
    return weight_within(seen[1], ratio=_ratio(_REPLAYED, at=seen[0] + _LAG), draw=draw)


def _worked_out_in_the_evening(seen: Seen, draw: float) -> float | None:
    """As if only the experiment's last ratio were known."""
    if _when_replayed(seen, draw) is None:
        return None
    return 1.0 if seen[1].by_floor else max(seen[1].weight, 1 / _REPLAYED[-1][1])


@pytest.mark.parametrize("weigh", [_when_captured, _when_replayed])
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("figure", _FIGURES)
def test_weighted_totals_are_those_of_the_traffic_however_the_ratios_change(
    weigh: Weigh, processes: int, figure: str
) -> None:
    """Over keys, the mean total lies within 4 standard errors, and these are small enough to tell."""
    truth = sum(map(_FIGURES[figure], _day()))
    totals = [day[figure] for day in _totals(weigh, processes=processes)]
    error = statistics.stdev(totals) / math.sqrt(_DAYS)
    assert abs(statistics.fmean(totals) - truth) < 4 * error < truth / 5


def test_a_weight_worked_out_from_the_ratio_of_later_would_be_wrong() -> None:
    totals = [day["all"] for day in _totals(_worked_out_in_the_evening, processes=1)]
    error = statistics.stdev(totals) / math.sqrt(_DAYS)
    assert abs(statistics.fmean(totals) - _ARRIVALS) > 6 * error
