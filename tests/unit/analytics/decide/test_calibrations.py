from dataclasses import replace

import numpy as np
import pytest

from analytics.decide.calibrations import measure_calibrations
from analytics.decide.chance import Chance
from analytics.decide.decision import Calibration
from judges.judgement import Judgement
from tests.evidence import CARD, PairFacts, answer, check, sample_of, suite_pair


def told(number: int, *, sure: float, right: bool, category: str = "arithmetic") -> PairFacts:
    findings = check(right=right) | {"confidence": Judgement(sure, "confidence", "so sure")}
    return replace(
        suite_pair(number, category=category, suite="heldout@0123+logprobs"),
        candidate=answer(number, findings=findings),
    )


def pairs(n: int, *, bias: float = 0.0) -> list[PairFacts]:
    rng = np.random.default_rng(5)
    sure = rng.uniform(0.3, 0.9, n)
    right = rng.uniform(size=n) < sure - bias
    return [told(number, sure=float(sure[number]), right=bool(right[number])) for number in range(n)]


def calibrations(found: list[PairFacts]) -> dict[str, Calibration]:
    rows = measure_calibrations(sample_of(found), card=CARD, chance=Chance(1, 200))
    return {row.category: row for row in rows if row.lane == "candidate"}


def test_a_lane_that_knows_what_it_knows_has_next_to_no_error() -> None:
    found = calibrations(pairs(2_000))[""]
    assert found.error is not None
    assert found.error.estimate < 0.02 < found.error_equal_mass + 0.02
    assert sum(one.n for one in found.reliability) == found.n == 2_000
    assert 0.15 < found.brier < 0.25


def test_one_that_is_too_sure_by_two_tenths_shows_it_and_a_monotone_map_mends_it() -> None:
    found = calibrations(pairs(2_000, bias=0.2))[""]
    assert found.error is not None
    assert found.error.estimate == pytest.approx(0.2, abs=0.03)
    assert (found.error.low or 0) < 0.2 < (found.error.high or 0)
    assert found.recalibrated is not None
    assert found.recalibrated < 0.06


def test_fewer_than_300_examples_say_nothing() -> None:
    assert calibrations(pairs(299)) == {}
    assert set(calibrations(pairs(300))) == {"", "arithmetic"}


def test_examples_with_log_probabilities_are_read_by_calibration_alone() -> None:
    sample = sample_of([*pairs(300), *(suite_pair(1_000 + n) for n in range(50))])
    assert (len(sample), len(sample.told), int(sample.is_checked.sum())) == (50, 300, 50)
