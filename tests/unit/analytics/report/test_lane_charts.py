import math

from analytics.report.lane_charts import draw_failures, draw_ttft
from analytics.report.report import Curves
from tests.unit.analytics.report import sample
from tests.unit.analytics.report.pages import Page


def test_times_are_described_by_lane_with_their_failures() -> None:
    page = Page(draw_ttft(sample.curves(), threshold_ms=500, name="ttft"))
    assert "candidate: 2,000 requests, 8 failed, 95th percentile 4" in page.text
    assert "threshold 500 ms" in page.words


def test_a_percentile_among_the_failed_requests_is_said_to_be_there() -> None:
    curves = Curves(ttft_ms={"candidate": tuple(float(time) for time in range(100, 190))}, failed={"candidate": 10})
    assert "95th percentile among the failed" in draw_ttft(curves, threshold_ms=None, name="ttft")


def test_a_time_that_is_not_finite_counts_as_failed() -> None:
    curves = Curves(ttft_ms={"candidate": (math.inf, math.nan, 0.0, 200.0)}, failed={"candidate": 1})
    svg = draw_ttft(curves, threshold_ms=math.nan, name="ttft")
    assert "candidate: 5 requests, 3 failed" in svg
    assert "NaN" not in svg


def test_nothing_is_drawn_without_a_timing() -> None:
    assert draw_ttft(Curves(ttft_ms={}, failed={}), threshold_ms=500, name="ttft") == ""
    assert draw_ttft(Curves(ttft_ms={"candidate": ()}, failed={"candidate": 3}), threshold_ms=500, name="ttft") == ""


def test_one_single_timing_is_drawn() -> None:
    curves = Curves(ttft_ms={"baseline": (120.0,)}, failed={})
    assert "baseline: 1 requests" in draw_ttft(curves, threshold_ms=None, name="ttft")


def test_failures_are_shares_of_each_lane_and_ok_is_left_out() -> None:
    page = Page(draw_failures(sample.decision().failure_mix, name="failures"))
    assert "format_error, candidate 2.9 %" in page.text
    assert "ok" not in page.words


def test_no_failure_no_picture() -> None:
    assert draw_failures({"candidate": {"ok": 12}, "baseline": {}}, name="failures") == ""
    assert draw_failures({}, name="failures") == ""
