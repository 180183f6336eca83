import numpy as np
import pytest
from scipy.stats import chi2_contingency

from analytics.stats.chi_square_shift import chi_square_shift


def test_the_distance_is_cramers_v() -> None:
    rng = np.random.default_rng(1)
    left, right = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    table = np.array([np.bincount(left, minlength=3), np.bincount(right, minlength=3)])
    wanted = np.sqrt(chi2_contingency(table, correction=False).statistic / 400)
    assert chi_square_shift(left, right, groups=np.arange(200), seed=1).distance == pytest.approx(wanted)


def test_a_planted_shift_is_found_at_one_percent() -> None:
    left = np.zeros(200, dtype=np.intp)
    right = np.where(np.arange(200) < 16, 1, 0)
    assert chi_square_shift(left, right, groups=np.arange(200), seed=1).p < 0.01


def test_a_lane_against_itself_raises_false_alarms_at_most_at_the_level_though_answers_hang_together() -> None:
    alarms = 0
    for run in range(200):
        rng = np.random.default_rng(run)
        groups = np.repeat(np.arange(25), 4)
        left, right = rng.integers(0, 2, 25)[groups], rng.integers(0, 2, 25)[groups]
        alarms += chi_square_shift(left, right, groups=groups, seed=run, swaps=99).p <= 0.05
    assert alarms <= 18, "the 95 % bound of a binomial with share .05 in 200 is 16"


def test_equal_lanes_and_one_label_are_no_shift() -> None:
    same = np.zeros(10, dtype=np.intp)
    found = chi_square_shift(same, same, groups=np.arange(10), seed=1)
    assert (found.distance, found.p) == (0.0, 1.0)
