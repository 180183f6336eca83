import math

from analytics.report.lane_charts import draw_failures, draw_severities, draw_times
from analytics.report.report import Distribution, Measure
from tests.unit.analytics.report import sample
from tests.unit.analytics.report.pages import Page


def test_times_are_described_by_lane_with_their_failures() -> None:
    times = sample.exhibits().timings[Measure.TTFT]
    page = Page(draw_times(times, what="time to first token", threshold_ms=500, name="ttft"))
    assert "candidate: 2,000 requests, 8 failed, 95th percentile up to 4" in page.text
    assert "threshold 500 ms" in page.words


def test_a_percentile_among_the_failed_requests_is_said_to_be_there() -> None:
    times = {"candidate": Distribution(upto_ms=(100.0, 190.0), requests=(45, 45), failed=10)}
    assert "95th percentile among the failed" in draw_times(times, what="time", threshold_ms=None, name="ttft")


def test_a_threshold_that_is_no_number_is_not_drawn() -> None:
    times = {"candidate": Distribution(upto_ms=(200.0,), requests=(2,), failed=3)}
    svg = draw_times(times, what="time", threshold_ms=math.nan, name="ttft")
    assert "candidate: 5 requests, 3 failed" in svg
    assert "NaN" not in svg


def test_nothing_is_drawn_without_a_timing() -> None:
    assert draw_times({}, what="time", threshold_ms=500, name="ttft") == ""
    failed = {"candidate": Distribution(upto_ms=(), requests=(), failed=3)}
    assert draw_times(failed, what="time", threshold_ms=500, name="ttft") == ""


def test_one_single_timing_is_drawn() -> None:
    times = {"baseline": Distribution(upto_ms=(120.0,), requests=(1,))}
    assert "baseline: 1 requests" in draw_times(times, what="time", threshold_ms=None, name="ttft")


def test_failures_are_shares_of_each_lane_and_ok_is_left_out() -> None:
    page = Page(draw_failures(sample.decision().failure_mix, name="failures"))
    assert "format_error, candidate 2.9 %" in page.text
    assert "ok" not in page.words


def test_no_failure_no_picture() -> None:
    assert draw_failures({"candidate": {"ok": 12}, "baseline": {}}, name="failures") == ""
    assert draw_failures({}, name="failures") == ""


def test_the_tail_of_severities_is_described_by_lane() -> None:
    page = Page(draw_severities(sample.exhibits().severities, name="tail"))
    assert "candidate: 5.35 % of 2,000 answers failed, 0.4 % with a severity of 9 or more" in page.text


def test_no_severity_no_tail() -> None:
    assert draw_severities({"candidate": {0.0: 12}, "baseline": {}}, name="tail") == ""
    assert draw_severities({}, name="tail") == ""
