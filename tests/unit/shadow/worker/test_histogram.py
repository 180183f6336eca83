import math

import pytest

from shadow.worker.histogram import Histogram

LE = (0.1, 0.5, math.inf)


def test_a_quantile_is_linear_within_its_bucket() -> None:
    assert Histogram(LE, (10, 20, 20)).quantile(0.95) == pytest.approx(0.1 + 0.4 * 0.9)


def test_beyond_the_last_finite_bound_it_is_that_bound() -> None:
    assert Histogram(LE, (0, 0, 20)).quantile(0.95) == 0.5


def test_nothing_counted_has_no_quantile() -> None:
    assert Histogram().quantile(0.95) is None
    assert Histogram(LE, (0, 0, 0)).quantile(0.95) is None


def test_a_difference_is_what_was_counted_in_between() -> None:
    assert Histogram(LE, (15, 22, 23)).since(Histogram(LE, (10, 16, 16))) == Histogram(LE, (5, 6, 7))


@pytest.mark.parametrize(
    "earlier", [Histogram(LE, (16, 22, 23)), Histogram((0.1, 0.6, math.inf), (1, 1, 1)), Histogram()]
)
def test_a_server_that_started_anew_has_no_difference(earlier: Histogram) -> None:
    assert Histogram(LE, (15, 22, 23)).since(earlier) is None
