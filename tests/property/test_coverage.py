"""Intervals hold the truth as often as they say, by simulation with known truth; seeded."""

import math

import numpy as np
from scipy.stats import binom

from analytics.stats.clustered_mean import clustered_mean, sandwich_mean
from analytics.stats.proportion import upper_bound
from analytics.stats.quantile import bounded_quantile
from analytics.stats.resampling import MOST_GROUPS, resample_ratios

_RUNS = 400
_IMPROBABLE = 1e-3


def _at_least(held: int, *, runs: int = _RUNS) -> bool:
    """Whether holding so often is no proof of covering less than 95 %."""
    return bool(binom.cdf(held, runs, 0.95) > _IMPROBABLE)


def test_means_of_conversations_that_hang_together_are_covered_and_taking_rows_alone_would_not_do() -> None:
    rng, held, alone = np.random.default_rng(11), 0, 0
    for _ in range(_RUNS):
        clusters = np.repeat(np.arange(60), 5)
        values = rng.normal(size=60)[clusters] + rng.normal(size=300)
        low = clustered_mean(values, weights=np.ones(300), clusters=clusters, rng=rng, resamples=200).low
        held += low <= 0
        alone += sandwich_mean(values, weights=np.ones(300), clusters=np.arange(300)).low <= 0
    assert _at_least(held)
    assert not _at_least(alone)


def test_a_quantile_s_upper_bound_is_covered() -> None:
    rng, truth = np.random.default_rng(12), -100 * math.log(0.05)
    held = sum(bounded_quantile(rng.exponential(100, 200), 0.95).high >= truth for _ in range(_RUNS))
    assert _at_least(held)


def test_a_rare_rate_s_upper_bound_is_covered() -> None:
    rng = np.random.default_rng(13)
    held = sum(upper_bound(int(rng.binomial(900, 0.004)), n=900) >= 0.004 for _ in range(_RUNS))
    assert _at_least(held)


def test_random_groups_keep_the_spread_of_a_bootstrap_of_all() -> None:
    values = np.random.default_rng(14).exponential(size=4 * MOST_GROUPS)
    drawn = resample_ratios(values, np.ones_like(values), rng=np.random.default_rng(15), resamples=2_000)
    assert abs(drawn.std() * math.sqrt(len(values)) / values.std() - 1) < 0.08
