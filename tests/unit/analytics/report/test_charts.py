import math

import pytest

from analytics.decide.decision import GateStatus, Interval, Score
from analytics.report.charts import draw_gate, draw_score
from tests.unit.analytics.report import sample
from tests.unit.analytics.report.pages import Page


def test_a_gate_is_described_by_its_interval_and_its_threshold() -> None:
    page = Page(draw_gate(sample.gate(), name="one"))
    assert "412 ms (380 ms to 455 ms); the dashed line is the threshold of 500 ms; the gate says PASS." in page.text
    assert page.tags["title"] == page.tags["desc"] == 1


def test_every_id_begins_with_the_name_of_its_chart() -> None:
    ids = Page(draw_score(sample.score(), name="points")).values("id")
    assert {"points-title", "points-desc"} <= set(ids)
    assert all(one.startswith("points-") for one in ids)


def test_the_same_gate_is_drawn_the_same_every_time() -> None:
    assert draw_gate(sample.gate(), name="one") == draw_gate(sample.gate(), name="one")


def test_words_and_axes_take_the_colour_of_the_text() -> None:
    svg = draw_score(sample.score(), name="points")
    assert 'fill="currentColor"' in svg
    assert "#000" not in svg
    assert "#fff" not in svg


@pytest.mark.parametrize(
    "value",
    [
        Interval(estimate=math.inf, low=480, high=math.inf),
        Interval(estimate=math.nan),
        Interval(estimate=500, low=500, high=500),
        Interval(estimate=0, low=-3, high=0),
    ],
)
def test_a_gate_with_open_bounds_is_drawn_without_a_figure_that_is_none(value: Interval) -> None:
    svg = draw_gate(sample.gate(value=value), name="one")
    assert not any(word in svg for word in ("NaN", "Infinity", "null", "undefined"))


def test_a_gate_without_data_says_missing() -> None:
    svg = draw_gate(sample.gate(value=None, status=GateStatus.UNRESOLVED), name="one")
    assert Page(svg).words.count("missing") == 1


def test_missing_and_not_applicable_components_are_words_in_the_picture() -> None:
    words = Page(draw_score(sample.score(), name="points")).words
    assert "missing" in words
    assert "not applicable" in words


def test_a_score_without_factors_is_still_a_picture() -> None:
    assert "missing" in Page(draw_score(Score(factors=(), low=0, high=10), name="points")).text


@pytest.mark.parametrize("text", sample.HOSTILE)
def test_hostile_names_are_words_in_the_picture_and_nothing_else(text: str) -> None:
    page = Page(draw_score(sample.hostile_report(text).decision.score, name="points"))
    assert not {"script", "img", "a", "image", "use", "style", "foreignobject"} & page.tags.keys()
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
