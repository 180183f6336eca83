"""Rates corrected by a judge's errors, against the published formulas worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.stats.rogan_gladen import JudgeQuality, corrected_rate, drawn_corrected

GOOD = JudgeQuality(true_positives=90, false_negatives=10, true_negatives=95, false_positives=5)


def test_the_rate_is_the_published_formula() -> None:
    found = corrected_rate(20, 100, quality=GOOD)
    assert found is not None
    assert found.rate == pytest.approx((0.20 + 0.95 - 1) / (0.90 + 0.95 - 1))
    assert found.low < found.rate < found.high


@pytest.mark.parametrize("rate", [0.02, 0.2, 0.6])
def test_the_interval_covers_the_true_rate_as_often_as_it_says(rate: float) -> None:
    draw = np.random.default_rng(1)
    covered = 0
    for _ in range(2_000):
        hits, spared = int(draw.binomial(80, 0.9)), int(draw.binomial(120, 0.95))
        quality = JudgeQuality(hits, 80 - hits, spared, 120 - spared)
        flagged = int(draw.binomial(400, rate * 0.9 + (1 - rate) * 0.05))
        found = corrected_rate(flagged, 400, quality=quality)
        assert found is not None
        covered += found.low <= rate <= found.high
    assert 0.93 <= covered / 2_000 <= 0.995


def test_a_perfect_judge_changes_nothing_and_a_rate_stays_a_rate() -> None:
    perfect = JudgeQuality(10_000, 0, 10_000, 0)
    found = corrected_rate(30, 100, quality=perfect)
    assert found is not None
    assert found.rate == pytest.approx(0.3)
    assert found.low < 0.3 < found.high
    none = corrected_rate(0, 100, quality=GOOD)
    assert none is not None
    assert none.rate == none.low == 0


@pytest.mark.parametrize(
    ("answers", "quality"),
    [(0, GOOD), (10, JudgeQuality(0, 0, 9, 1)), (10, JudgeQuality(9, 1, 0, 0)), (10, JudgeQuality(5, 5, 5, 5))],
)
def test_where_nothing_can_be_told_there_is_no_rate(answers: int, quality: JudgeQuality) -> None:
    assert corrected_rate(0, answers, quality=quality) is None


def test_more_flags_than_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="11 flagged of 10"):
        corrected_rate(11, 10, quality=GOOD)


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_rate_and_both_are_rates(answers: int, data: st.DataObject) -> None:
    found = corrected_rate(data.draw(st.integers(0, answers)), answers, quality=GOOD)
    assert found is not None
    assert 0 <= found.low <= found.rate <= found.high <= 1


def test_a_judge_that_is_measured_on_more_gives_a_narrower_interval() -> None:
    more = JudgeQuality(true_positives=9_000, false_negatives=1_000, true_negatives=9_500, false_positives=500)
    narrow, wide = corrected_rate(200, 1_000, quality=more), corrected_rate(200, 1_000, quality=GOOD)
    assert narrow is not None
    assert wide is not None
    assert narrow.high - narrow.low < wide.high - wide.low


def test_drawn_rates_lie_about_the_published_formula_and_never_outside_of_rates() -> None:
    drawn = drawn_corrected(np.full(4_000, 0.2), quality=GOOD, rng=np.random.default_rng(1))
    assert float(np.median(drawn)) == pytest.approx((0.20 + 0.95 - 1) / (0.90 + 0.95 - 1), abs=0.01)
    assert drawn.min() >= 0
    chance = drawn_corrected(np.full(50, 0.2), quality=JudgeQuality(0, 100, 0, 100), rng=np.random.default_rng(1))
    assert set(chance.tolist()) == {0.2}
