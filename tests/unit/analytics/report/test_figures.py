import math
from datetime import datetime, timedelta, timezone

import pytest

from analytics.decide.decision import Interval
from analytics.report import figures
from tests.records import NOON


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (412.4, "ms", "412 ms"),
        (1234.5, "ms", "1,234 ms"),
        (0.005, "share", "0.5 %"),
        (0.70, "ratio", "70 %"),
        (0.005973551517, "share", "0.597 %"),
        (0.0, "share", "0 %"),
        (-0.0, "", "0"),
        (-0.00000000000001, "", "0"),
        (7, "", "7"),
        (100.0, "", "100"),
        (0.0342902, "", "0.0343"),
        (1e-7, "", "0.0000001"),
    ],
)
def test_figures_carry_their_unit_and_three_digits(value: float, unit: str, written: str) -> None:
    assert figures.write_figure(value, unit=unit) == written


def test_what_is_not_a_number_is_written_in_words() -> None:
    assert figures.write_figure(None, unit="ms") == "missing"
    assert figures.write_figure(math.nan, unit="ms") == "missing"
    assert figures.write_figure(math.inf, unit="ms") == "unbounded"
    assert figures.write_figure(-math.inf) == "unbounded below"
    assert figures.write_count(None) == figures.write_time(None) == figures.write_interval(None) == "missing"
    assert figures.write_changes(None) == figures.write_points(None) == figures.write_change(None) == "missing"


def test_a_figure_next_to_its_threshold_is_told_from_it() -> None:
    assert figures.write_against(0.00499706, threshold=0.005, unit="share") == "0.4997 %"
    assert figures.write_against(499.96, threshold=500, unit="ms") == "499.96 ms"
    assert figures.write_against(0.005, threshold=0.005, unit="share") == "0.5 %"
    assert figures.write_against(412.4, threshold=500, unit="ms") == "412 ms"
    assert figures.write_against(0.5 + 1e-15, threshold=0.5) == "0.5"


def test_changes_carry_a_sign_and_shares_change_by_points() -> None:
    assert figures.write_change(-0.029, unit="share") == "-2.9 points"
    assert figures.write_change(24.3, unit="ms") == "+24.3 ms"
    assert figures.write_change(0.0, unit="ms") == "0 ms"
    assert figures.write_change(math.inf, unit="ms") == "unbounded"
    change = Interval(estimate=-0.029, low=-0.048, high=0.009)
    assert figures.write_changes(change, unit="share") == "-2.9 points (-4.8 points to +0.9 points)"


def test_a_bound_that_the_method_does_not_give_is_said_to_be_open() -> None:
    both = Interval(estimate=412, low=380, high=455)
    assert figures.write_interval(both, unit="ms") == "412 ms (380 ms to 455 ms)"
    assert figures.write_interval(Interval(estimate=0, high=0.01), unit="share") == "0 % (at most 1 %)"
    assert figures.write_interval(Interval(estimate=3, low=2)) == "3 (at least 2, no upper bound)"
    assert figures.write_interval(Interval(estimate=3, low=2, high=math.inf)) == "3 (at least 2, no upper bound)"
    assert figures.write_interval(Interval(estimate=3)) == "3 (bounds missing)"


def test_points_have_one_decimal_and_a_range_only_where_it_is_one() -> None:
    assert figures.write_range(5.93, 5.94) == "5.9"
    assert figures.write_range(6.0, 7.25) == "6.0 to 7.2"
    assert figures.write_range(0, math.nan) == "0.0 to missing"
    assert figures.write_points(Interval(estimate=7.44, low=6.9, high=7.8)) == "7.4 (6.9 to 7.8)"


def test_times_are_written_in_utc() -> None:
    assert figures.write_time(NOON) == "2026-11-01 12:00 UTC"
    east = datetime(2026, 11, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert figures.write_time(east) == "2026-11-01 12:00 UTC"


def test_counts_set_thousands_off() -> None:
    assert figures.write_count(12345) == "12,345"


@pytest.mark.parametrize(("points", "written"), [(6.04, "60.4"), (-1, "0.0"), (12, "100.0"), (math.nan, "0")])
def test_points_are_the_length_of_a_bar(points: float, written: str) -> None:
    assert figures.write_tenths(points) == written
