import numpy as np

from analytics.stats.resampling import resample_quantiles, resample_ratios


def test_a_seed_gives_the_same_draws_whatever_the_memory_they_are_cut_to() -> None:
    totals, sizes = np.arange(50.0), np.ones(50)
    first = resample_ratios(totals, sizes, rng=np.random.default_rng(1), resamples=300)
    second = resample_ratios(totals, sizes, rng=np.random.default_rng(1), resamples=300)
    assert np.array_equal(first, second)
    assert abs(float(first.mean()) - 24.5) < 0.5


def test_quantiles_of_draws_hold_conversations_together() -> None:
    values, groups = np.array([1.0, 1.0, 9.0, 9.0]), np.array([0, 0, 1, 1])
    drawn = resample_quantiles(values, groups=groups, level=0.5, rng=np.random.default_rng(1), resamples=200)
    assert set(np.unique(drawn)) == {1.0, 5.0, 9.0}


def test_failures_make_a_drawn_quantile_infinite_and_never_nan() -> None:
    values, groups = np.array([1.0, np.inf, np.inf]), np.array([0, 1, 2])
    drawn = resample_quantiles(values, groups=groups, level=0.95, rng=np.random.default_rng(1), resamples=200)
    assert not np.isnan(drawn).any()
    assert np.isinf(drawn).any()
