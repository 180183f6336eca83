import pytest

from proxy.sampling.within import weight_within
from tests.records import exchange


@pytest.mark.parametrize(("captured", "weight"), [(1.0, 4.0), (2.0, 4.0), (10.0, 10.0)])
def test_the_smaller_of_both_ratios_is_what_a_replay_weighs(captured: float, weight: float) -> None:
    assert weight_within(exchange(weight=captured, draw=0.05), ratio=0.25, draw=0.05) == weight


def test_a_draw_at_or_above_the_ratio_is_not_replayed() -> None:
    assert weight_within(exchange(), ratio=0.25, draw=0.25) is None
    assert weight_within(exchange(), ratio=1.0, draw=0.999) == 1


def test_floors_and_suites_are_replayed_whatever_the_draw_with_their_own_weight() -> None:
    assert weight_within(exchange(by_floor=True, draw=0.9), ratio=0.1, draw=0.9) == 1
    assert weight_within(exchange(suite="held-out@1", weight=3.0), ratio=0.1, draw=0.9) == 3
