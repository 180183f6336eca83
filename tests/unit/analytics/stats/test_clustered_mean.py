import math

import numpy as np
import pytest

from analytics.stats.clustered_mean import ClusteredMean, clustered_mean


def mean_of(values: list[float], clusters: list[str], *, weights: list[float] | None = None) -> ClusteredMean:
    rng = np.random.default_rng(7)
    return clustered_mean(values, weights=weights or [1.0] * len(values), clusters=clusters, rng=rng, resamples=500)


VALUES = [float(value) for value in np.random.default_rng(3).normal(0.2, 1.0, 80)]
CLUSTERS = [f"conversation-{index:02d}" for index in range(80)]


def test_duplicating_rows_within_conversations_changes_nothing() -> None:
    once, thrice = mean_of(VALUES, CLUSTERS), mean_of(VALUES * 3, CLUSTERS * 3)
    assert (thrice.mean, thrice.low, thrice.high) == pytest.approx((once.mean, once.low, once.high))


def test_taking_duplicates_for_conversations_of_their_own_would_shrink_the_interval() -> None:
    once = mean_of(VALUES, CLUSTERS)
    fooled = mean_of(VALUES * 3, [f"{name}-{copy}" for copy in range(3) for name in CLUSTERS])
    assert fooled.high - fooled.low < once.high - once.low


def test_with_single_rows_the_sandwich_is_the_standard_error_of_a_mean() -> None:
    found = mean_of(VALUES, CLUSTERS)
    error = np.std(VALUES, ddof=1) / math.sqrt(80)
    assert found.mean - found.low >= 1.664 * error
    assert found.mean - found.low == pytest.approx(1.6644 * error, rel=0.15)


def test_one_conversation_has_no_bounds() -> None:
    found = mean_of([1.0, 0.0, 1.0], ["only"] * 3)
    assert found.mean == pytest.approx(2 / 3)
    assert (found.low, found.high, found.p_negative) == (-math.inf, math.inf, 1.0)


def test_weights_weigh() -> None:
    assert mean_of([1.0, 0.0], ["a", "b"], weights=[3.0, 1.0]).mean == 0.75


def test_a_mean_far_below_zero_has_a_small_p_value_and_one_above_a_large() -> None:
    low, high = mean_of([-1.0, -0.9, -1.1] * 10, CLUSTERS[:30]), mean_of([1.0, 0.9] * 15, CLUSTERS[:30])
    assert low.p_negative < 0.01
    assert high.p_negative > 0.9
