import math

from analytics.decide.decision import Interval, LoadPoint, Quantiles
from analytics.report.load_charts import draw_load
from tests.unit.analytics.report.pages import Page
from tests.unit.analytics.report.sample import load_point, load_points


def _p95(point: LoadPoint) -> Interval | None:
    return point.ttft_ms.p95


def _draw(*points: LoadPoint) -> str:
    return draw_load(points, _p95, what="P95 time to first token", unit="ms", threshold=500, name="load")


def test_points_are_described_by_lane_and_load_and_open_loops_are_left_to_the_table() -> None:
    page = Page(_draw(*load_points()))
    assert "baseline at 50: 260 ms" in page.text
    assert "candidate at 200: 575 ms, undecided" in page.text
    assert "at 8:" not in page.text


def test_nothing_is_drawn_without_a_figure_in_a_closed_loop() -> None:
    assert _draw() == ""
    assert _draw(load_point(ttft_ms=Quantiles()), load_point(loop="open")) == ""


def test_a_point_that_failed_requests_made_infinite_is_not_drawn() -> None:
    endless = Interval(estimate=math.inf, low=400, high=math.inf)
    svg = _draw(load_point(amount=50), load_point(amount=100, ttft_ms=Quantiles(p95=endless)))
    assert "at 100" not in svg
    assert not any(word in svg for word in ("NaN", "Infinity", "null"))
