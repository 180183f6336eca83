from analytics.report.reliability_charts import draw_reliability
from tests.unit.analytics.report.pages import Page
from tests.unit.analytics.report.sample import calibration


def test_a_lane_is_described_by_its_error() -> None:
    page = Page(draw_reliability([calibration(), calibration(lane="baseline", error=None)], name="reliable"))
    assert "candidate: calibration error 0.104 over 640 answers" in page.text
    assert "baseline: calibration error missing" in page.text


def test_nothing_is_drawn_of_categories_alone_or_of_nothing() -> None:
    assert draw_reliability([], name="reliable") == ""
    assert draw_reliability([calibration(category="tools")], name="reliable") == ""
