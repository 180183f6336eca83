import numpy as np
import pytest
from scipy.stats import ks_2samp

from analytics.stats.ks_shift import ks_shift


def test_the_distance_is_that_of_kolmogorov_and_smirnov() -> None:
    rng = np.random.default_rng(1)
    left, right = rng.normal(size=80).round(1), rng.normal(0.4, size=80).round(1)
    found = ks_shift(left, right, groups=np.arange(80), seed=1)
    assert found.distance == pytest.approx(ks_2samp(left, right).statistic)


def test_planted_shifts_are_found_at_one_percent() -> None:
    rng = np.random.default_rng(2)
    left = rng.lognormal(5, 0.5, size=300)
    for right in (left * rng.lognormal(0.3, 0.1, size=300), rng.lognormal(5, 1.0, size=300)):
        assert ks_shift(left, right, groups=np.arange(300), seed=1).p < 0.01


def test_a_lane_against_itself_raises_false_alarms_at_most_at_the_level_though_answers_hang_together() -> None:
    alarms = 0
    for run in range(200):
        rng = np.random.default_rng(run)
        groups = np.repeat(np.arange(20), 5)
        talk = rng.normal(size=20)[groups]
        left, right = talk + rng.normal(size=20)[groups], talk + rng.normal(size=20)[groups]
        alarms += ks_shift(left, right, groups=groups, seed=run, swaps=99).p <= 0.05
    assert alarms <= 18, "the 95 % bound of a binomial with share .05 in 200 is 16"


def test_equal_lanes_are_no_shift() -> None:
    same = np.arange(10.0)
    assert ks_shift(same, same, groups=np.arange(10), seed=1) == ks_shift(same, same, groups=np.arange(10), seed=2)
    assert ks_shift(same, same, groups=np.arange(10), seed=1).p == 1.0
