import math

import pytest

from analytics.stats.proportion import upper_bound
from analytics.stats.sample_size import MOST, more_for_mean, more_for_p, more_for_rate, more_for_share
from analytics.stats.share_beyond import share_p_values


@pytest.mark.parametrize(("events", "n", "more"), [(0, 500, 98), (0, 0, 598), (0, 598, 0), (1, 598, 660), (7, 598, 0)])
def test_answers_until_half_a_per_cent_is_settled(events: int, n: int, more: int) -> None:
    assert more_for_rate(events, n=n, below=0.005, above=0.005) == more


def test_what_is_asked_for_is_enough_and_one_fewer_is_not() -> None:
    more = more_for_rate(0, n=500, below=0.005, above=0.005)
    assert more is not None
    assert upper_bound(0, n=500 + more) < 0.005 <= upper_bound(0, n=500 + more - 1)


def test_requests_until_a_share_is_settled() -> None:
    assert more_for_share(0, n=0, allowed=0.05) == 59
    assert more_for_share(0, n=58, allowed=0.05) == 1
    more = more_for_share(20, n=500, allowed=0.05)
    assert more is not None
    assert share_p_values(round(0.04 * (500 + more)), n=500 + more, allowed=0.05).below <= 0.05


def test_a_rate_that_sits_on_the_limit_is_never_settled() -> None:
    assert more_for_share(25, n=500, allowed=0.05) is None


def test_rows_for_a_mean_grow_with_the_square_of_its_reach() -> None:
    assert more_for_mean(0.1, reach=0.2, n=100) == 300
    assert more_for_mean(0.2, reach=0.1, n=100) == 0
    assert more_for_mean(0.0, reach=0.1, n=100) is None
    assert more_for_mean(1e-6, reach=0.1, n=MOST) is None
    assert more_for_mean(0.1, reach=math.inf, n=100) is None


def test_a_p_value_falls_with_the_root_of_the_rows() -> None:
    assert more_for_p(0.05, n=100, wanted=0.0005) == 301
    assert more_for_p(0.05, n=100, wanted=0.05) == 0
    assert more_for_p(0.5, n=100, wanted=0.05) is None
    assert more_for_p(0.4999999, n=100, wanted=0.05) is None
