import math

import pytest

from analytics.stats.quantile import bounded_quantile, linear_quantile


def test_p95_interpolates_linearly() -> None:
    assert linear_quantile([1, 2, 3, 4], 0.95) == pytest.approx(3.85)
    assert linear_quantile(list(range(1, 101)), 0.95) == pytest.approx(95.05)


def test_one_failed_request_raises_p95() -> None:
    times = [100.0 + index for index in range(19)]
    assert linear_quantile([*times, math.inf], 0.95) > linear_quantile([*times, 120.0], 0.95)


def test_a_quantile_that_falls_exactly_on_a_finite_value_stays_finite_beside_a_failure() -> None:
    assert linear_quantile([1.0, 2.0, math.inf], 0.5) == 2.0


def test_a_quantile_among_failures_is_infinite_and_never_nan() -> None:
    assert linear_quantile([1.0, math.inf, math.inf], 0.95) == math.inf


def test_58_values_do_not_bound_p95_from_above_and_59_do() -> None:
    assert bounded_quantile([1.0] * 58, 0.95).high == math.inf
    assert bounded_quantile([1.0] * 59, 0.95).high == 1.0


def test_a_single_value_does_not_bound_the_median() -> None:
    found = bounded_quantile([3.0], 0.5)
    assert (found.low, found.estimate, found.high) == (-math.inf, 3.0, math.inf)


def test_bounds_hold_the_estimate_between_them() -> None:
    found = bounded_quantile([float(value) for value in range(1, 501)], 0.95)
    assert found.low <= found.estimate <= found.high
    assert (found.low, found.high) == (467.0, 484.0)
