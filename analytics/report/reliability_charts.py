"""The reliability diagram as inline SVG: how often a lane is right when it says that it is so sure."""

from collections.abc import Sequence

import altair as alt

from analytics.decide.decision import Calibration
from analytics.report.drawing import INK, Row, bind, to_svg
from analytics.report.figures import write_figure
from analytics.report.lane_charts import lane_colours, lane_dashes
from analytics.report.tables import drawn_lanes, name_lane

_SIDE = 260
"""Width and height, px: both axes are shares."""


def draw_reliability(calibrations: Sequence[Calibration], *, name: str) -> str:
    """Accuracy over stated confidence, by lane, all categories together; on the dashed line both agree.

    Empty when no lane was measured over all categories.
    """
    found = {one.lane: one for one in calibrations if not one.category}
    lanes = drawn_lanes(found)
    if not lanes:
        return ""
    rows: list[Row] = [
        {"x": one.confidence, "y": one.accuracy, "n": one.n, "lane": name_lane(lane)}
        for lane in lanes
        for one in found[lane].reliability
    ]
    x = alt.X("x:Q").scale(domain=[0, 1]).axis(format=".0%", tickCount=5).title("stated confidence")
    y = alt.Y("y:Q").scale(domain=[0, 1]).axis(format=".0%", tickCount=5).title("share that is right")
    agreed = bind([{"x": 0, "y": 0}, {"x": 1, "y": 1}]).mark_line(color=INK, strokeDash=[4, 3], opacity=0.6)
    lines = bind(rows).mark_line(strokeWidth=2).encode(color=lane_colours(lanes), strokeDash=lane_dashes(lanes))
    points = bind(rows).mark_point(filled=True, opacity=1).encode(color=lane_colours(lanes))
    size = alt.Size("n:Q").scale(range=[20, 160]).legend(None)
    chart = alt.layer(agreed.encode(x=x, y=y), lines.encode(x=x, y=y), points.encode(x=x, y=y, size=size))
    words = "; ".join(_describe(found[lane]) for lane in lanes)
    described = chart.properties(width=_SIDE, height=_SIDE)
    return to_svg(described, name=name, title="Reliability of stated confidence", description=f"{words}.")


def _describe(calibration: Calibration) -> str:
    error = calibration.error.estimate if calibration.error else None
    return f"{name_lane(calibration.lane)}: calibration error {write_figure(error)} over {calibration.n:,} answers"
