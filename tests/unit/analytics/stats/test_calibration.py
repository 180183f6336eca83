import math

import numpy as np
import pytest

from analytics.stats.calibration import (
    calibration_error,
    debiased_calibration_error,
    equal_mass_bins,
    equal_width_bins,
)

SURE, RIGHT = [0.6, 0.7, 0.8, 0.9], [0, 0, 1, 1]


def test_equal_mass_and_equal_width_bins_give_the_published_errors() -> None:
    assert calibration_error(equal_mass_bins(SURE, correct=RIGHT, bins=2)) == pytest.approx(0.4)
    assert calibration_error(equal_width_bins(SURE, correct=RIGHT, bins=2)) == pytest.approx(0.25)


@pytest.mark.parametrize(("order", "error"), [(1, 0.29), (2, 0.2918), (math.inf, 0.3167)])
def test_norms_give_the_published_errors(order: float, error: float) -> None:
    bins = equal_width_bins([0.25, 0.25, 0.55, 0.75, 0.75], correct=[0, 0, 1, 1, 1], bins=2)
    assert calibration_error(bins, order=order) == pytest.approx(error, abs=5e-5)


def test_debiasing_removes_most_of_what_noise_adds_to_a_perfect_model() -> None:
    rng = np.random.default_rng(11)
    plain, debiased = [], []
    for _ in range(200):
        sure = rng.uniform(0.0, 1.0, 500)
        bins = equal_mass_bins(list(sure), correct=list((rng.uniform(size=500) < sure).astype(float)), bins=10)
        plain.append(calibration_error(bins))
        debiased.append(debiased_calibration_error(bins))
    assert 0.03 < float(np.mean(plain)) < 0.06
    assert float(np.mean(debiased)) < 0.6 * float(np.mean(plain))


def test_debiasing_leaves_a_grossly_wrong_model_alone() -> None:
    bins = equal_mass_bins([0.9] * 400, correct=[0, 1] * 200, bins=4)
    assert debiased_calibration_error(bins) == pytest.approx(0.4, abs=1e-3)


def test_empty_bins_are_left_out_and_a_confidence_of_zero_is_in_the_first() -> None:
    bins = equal_width_bins([0.0, 1.0], correct=[0, 1], bins=10)
    assert [one.n for one in bins] == [1, 1]
    assert calibration_error(bins) == 0
    assert debiased_calibration_error(bins) == 0
