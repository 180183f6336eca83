"""Charts of a load run as inline SVG: how each lane's times and rates change as more requests are in flight."""

from collections.abc import Callable, Sequence

import altair as alt

from analytics.decide.decision import Interval, LoadPoint
from analytics.report.drawing import RED, WIDTH, Row, bind, to_svg
from analytics.report.figures import is_known, write_figure
from analytics.report.lane_charts import lane_colours, lane_dashes
from analytics.report.tables import drawn_lanes, name_lane

type ReadFigure = Callable[[LoadPoint], Interval | None]


def draw_load(
    points: Sequence[LoadPoint],
    read: ReadFigure,
    *,
    what: str,
    unit: str,
    threshold: float | None,
    name: str,
    width: int = WIDTH,
) -> str:
    """A figure over the requests in flight, by lane, with its interval; points that decide nothing are hollow.

    Args:
        read: The figure of a point; a point without one, or where it is infinite, is not drawn.
        threshold: A mark across the picture, or None.

    Returns:
        The picture; empty when no closed loop has the figure.
    """
    known = [(one, value) for one in points if one.loop == "closed" and (value := read(one)) is not None]
    rows = [_row(one, value) for one, value in known if is_known(value.estimate)]
    lanes = drawn_lanes({one.lane for one, value in known if is_known(value.estimate)})
    if not rows:
        return ""
    x = (
        alt.X("amount:Q")
        .scale(padding=14)
        .axis(values=sorted({row["amount"] for row in rows}))
        .title("requests in flight")
    )
    y = alt.Y("value:Q").scale(zero=True).axis(tickCount=5).title(f"{what}, {unit}")
    lines = bind(rows).mark_line(strokeWidth=2)
    bounds = bind(rows).mark_rule(strokeWidth=2, opacity=0.6).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    settled = bind([row for row in rows if row["settled"]]).mark_point(filled=True, size=50, opacity=1)
    open_points = bind([row for row in rows if not row["settled"]]).mark_point(filled=False, size=50)
    layers: list[alt.Chart] = [
        bounds.encode(color=lane_colours(lanes)),
        lines.encode(x=x, y=y, color=lane_colours(lanes), strokeDash=lane_dashes(lanes)),
        settled.encode(x=x, y=y, color=lane_colours(lanes)),
        open_points.encode(x=x, y=y, color=lane_colours(lanes)),
    ]
    if is_known(threshold):
        layers.append(bind([{"value": threshold}]).mark_rule(color=RED, strokeDash=[4, 3], strokeWidth=2).encode(y=y))
    chart = alt.layer(*layers).properties(width=width, height=200)
    words = "; ".join(_describe(one, value, unit=unit) for one, value in known if is_known(value.estimate))
    return to_svg(chart, name=name, title=f"{what} by requests in flight", description=f"{words}.")


def _row(point: LoadPoint, value: Interval) -> Row:
    return {
        "amount": point.amount,
        "value": value.estimate,
        "low": value.low if is_known(value.low) else value.estimate,
        "high": value.high if is_known(value.high) else value.estimate,
        "lane": name_lane(point.lane),
        "settled": not point.unresolved,
    }


def _describe(point: LoadPoint, value: Interval, *, unit: str) -> str:
    words = f"{name_lane(point.lane)} at {point.amount:g}: {write_figure(value.estimate, unit=unit)}"
    return f"{words}, undecided" if point.unresolved else words
