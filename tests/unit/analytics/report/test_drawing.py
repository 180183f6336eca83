import altair as alt
import pytest

from analytics.report.drawing import bind, to_svg
from tests.unit.analytics.report.pages import Page


def _clipped() -> alt.Chart:
    bars: alt.Chart = bind([{"x": 3}, {"x": 9}]).mark_bar(clip=True)
    return bars.encode(x=alt.X("x:Q").scale(domain=[0, 5]))


def test_clip_paths_of_several_charts_are_told_apart_and_do_not_depend_on_what_was_drawn_before() -> None:
    first, second, again = (to_svg(_clipped(), name=name, title="t", description="d") for name in ("one", "two", "one"))
    assert "one-clip-0" in Page(first).values("id")
    assert Page(first).values("clip-path") == ["url(#one-clip-0)"]
    assert not set(Page(first).values("id")) & set(Page(second).values("id"))
    assert first == again


def test_a_title_and_a_description_are_text() -> None:
    page = Page(to_svg(_clipped(), name="one", title="a < b \u202e", description="</desc><script>x</script>"))
    assert "a < b [U+202E]" in page.text
    assert "script" not in page.tags


def test_data_are_never_fetched() -> None:
    chart = alt.Chart(alt.UrlData(url="http://127.0.0.1:9/rows.json")).mark_bar().encode(x="x:Q")
    with pytest.raises(ValueError, match="External data url not allowed"):
        to_svg(chart, name="one", title="t", description="d")
