import numpy as np
import pytest

from analytics.decide.pace import hours_for, live_per_hour, tell_hours
from tests.evidence import answer, pair, sample_of, suite_pair

EVERY_MINUTE = [pair(number, baseline=answer(60 * number)) for number in range(61)]


def test_the_pace_is_that_of_the_whole_window_however_rare_the_rows() -> None:
    sample = sample_of(EVERY_MINUTE)
    rare = np.arange(61) % 20 == 0
    assert live_per_hour(sample, np.ones(61, dtype=np.bool_)) == pytest.approx(61)
    assert live_per_hour(sample, rare) == pytest.approx(4)


def test_suites_are_no_traffic() -> None:
    sample = sample_of([*EVERY_MINUTE, *(suite_pair(100 + number) for number in range(50))])
    assert live_per_hour(sample, np.ones(111, dtype=np.bool_)) == pytest.approx(61)
    assert live_per_hour(sample, ~sample.pairs.is_live) is None


def test_one_pair_has_no_pace() -> None:
    assert live_per_hour(sample_of(EVERY_MINUTE[:1]), np.ones(1, dtype=np.bool_)) is None


def test_hours_are_known_where_both_parts_are() -> None:
    assert hours_for(30, per_hour=60.0) == 0.5
    assert hours_for(None, per_hour=60.0) is None
    assert hours_for(30, per_hour=None) is None


def test_hours_are_told_in_minutes_below_one() -> None:
    assert tell_hours(0.05) == "3 minutes of traffic at the observed rate"
    assert tell_hours(1234.5).startswith("1,234.5 hours")
    assert "send a suite" in tell_hours(None)
