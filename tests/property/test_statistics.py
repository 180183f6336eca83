"""What must hold of the estimators for any data."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.stats.clustered_mean import clustered_mean
from analytics.stats.holm import holm
from analytics.stats.kish import effective_count
from analytics.stats.mcnemar import mcnemar_p
from analytics.stats.proportion import lower_bound, upper_bound
from analytics.stats.quantile import bounded_quantile
from analytics.stats.share_beyond import share_p_values

TIMES = st.one_of(st.floats(1, 2_000), st.just(math.inf))
SHARES = st.floats(0, 1)
FEW = settings(max_examples=60, deadline=None)


@FEW
@given(st.lists(TIMES, min_size=1, max_size=400))
def test_the_order_statistic_bounds_and_the_binomial_test_say_the_same(times: list[float]) -> None:
    found = bounded_quantile(times, 0.95)
    p_values = share_p_values(sum(time >= 500 for time in times), n=len(times), allowed=0.05)
    assert (found.high < 500) == (p_values.below <= 0.05)
    assert (found.low >= 500) == (p_values.above <= 0.05)
    assert found.low <= found.estimate <= found.high or math.isinf(found.high)


@FEW
@given(st.lists(TIMES, min_size=2, max_size=50), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_move_a_quantile(times: list[float], random: object) -> None:
    shuffled = list(times)
    getattr(random, "shuffle")(shuffled)  # noqa: B009 - hypothesis types it loosely
    assert bounded_quantile(shuffled, 0.95) == bounded_quantile(times, 0.95)


@FEW
@given(st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_of_a_proportion_hold_it_and_one_more_event_raises_both(counts: tuple[int, int]) -> None:
    events, n = counts
    assert lower_bound(events, n=n) <= events / n <= upper_bound(events, n=n)
    if events < n:
        assert upper_bound(events + 1, n=n) >= upper_bound(events, n=n)
        assert lower_bound(events + 1, n=n) >= lower_bound(events, n=n)


@FEW
@given(st.lists(SHARES, max_size=12))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(after >= before for before, after in zip(p_values, adjusted, strict=True))
    ranked = [after for _, after in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)


@FEW
@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_symmetric_and_a_probability(first: int, second: int) -> None:
    assert mcnemar_p(first, second) == mcnemar_p(second, first)
    assert 0 <= mcnemar_p(first, second) <= 1


@FEW
@given(
    st.lists(st.tuples(st.booleans(), st.floats(0.1, 10), st.sampled_from("abcdefgh")), min_size=1, max_size=60),
    st.integers(2, 4),
)
def test_duplicating_rows_within_conversations_shrinks_no_interval(
    rows: list[tuple[bool, float, str]], copies: int
) -> None:
    def bounds(data: list[tuple[bool, float, str]]) -> tuple[float, float, float]:
        values, weights, names = (list(column) for column in zip(*data, strict=True))
        rng = np.random.default_rng(2)
        found = clustered_mean(values, weights=weights, clusters=names, rng=rng, resamples=50)
        effective = effective_count(values, weights=weights, clusters=names)
        return found.low, found.high, effective.n

    once, often = bounds(rows), bounds(rows * copies)
    assert np.allclose(once, often, rtol=1e-9, atol=1e-9)
