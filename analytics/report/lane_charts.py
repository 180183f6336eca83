"""Charts of the lanes side by side as inline SVG: times to first token and failures."""

import math
from collections.abc import Mapping, Sequence

import altair as alt

from analytics.report.characters import reveal
from analytics.report.drawing import BLUE, GREY, INK, ORANGE, RED, WIDTH, Row, bind, to_svg
from analytics.report.figures import is_known, write_figure
from analytics.report.report import Curves
from analytics.report.tables import LANES, drawn_lanes, name_lane

_LANE_COLOURS = dict(zip(LANES, (BLUE, GREY, ORANGE), strict=True))
_LANE_DASHES = dict(zip(LANES, ([1, 0], [2, 2], [6, 3]), strict=True))
_MOST_STEPS = 300


def draw_ttft(curves: Curves, *, threshold_ms: float | None, name: str) -> str:
    """Share of requests with a first token within a time, by lane; a curve ends below 100 % by its failed requests.

    Empty when no lane has a timing.
    """
    lanes = {lane: _drawable(curves.ttft_ms[lane]) for lane in drawn_lanes(curves.ttft_ms)}
    shown = {lane: times for lane, times in lanes.items() if times}
    if not shown:
        return ""
    first, last = _ttft_domain(shown, threshold_ms=threshold_ms)
    failed = {lane: curves.failed.get(lane, 0) + len(curves.ttft_ms[lane]) - len(shown[lane]) for lane in shown}
    rows = [row for lane in shown for row in _steps(shown[lane], lane=lane, failed=failed[lane], last=last)]
    x = alt.X("x:Q").scale(type="log", domain=[first, last], nice=False).title("time to first token, ms (log)")
    lines = (
        bind(rows)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=x.axis(tickCount=8, format=",~r"),
            y=alt.Y("share:Q").scale(domain=[0, 1]).axis(format=".0%").title("share of requests"),
            color=_lane_colours(shown),
            strokeDash=_lane_dashes(shown),
        )
    )
    chart = alt.layer(lines, *_ttft_marks(x, threshold_ms=threshold_ms, last=last)).properties(width=WIDTH, height=240)
    words = "; ".join(_describe_lane(lane, shown[lane], failed=failed[lane]) for lane in shown)
    return to_svg(chart, name=name, title="Time to first token by lane", description=f"{words}.")


def draw_failures(mix: Mapping[str, Mapping[str, int]], *, name: str) -> str:
    """Share of a lane's labelled answers by failure label; the label ok is left out. Empty without a failure."""
    lanes = drawn_lanes(mix)
    labels = sorted({label for lane in lanes for label, count in mix[lane].items() if label != "ok" and count > 0})
    if not labels:
        return ""
    rows: list[Row] = [
        {"label": reveal(label), "lane": name_lane(lane), "share": mix[lane].get(label, 0) / sum(mix[lane].values())}
        for label in labels
        for lane in lanes
        if sum(mix[lane].values()) > 0
    ]
    names = [name_lane(lane) for lane in lanes]
    chart = (
        bind(rows)
        .mark_bar()
        .encode(
            x=alt.X("share:Q").axis(format="~%").title("share of the lane's labelled answers"),
            y=alt.Y("label:N").title(None).axis(labelLimit=0),
            yOffset=alt.YOffset("lane:N").sort(names),
            color=_lane_colours(lanes),
        )
        .properties(width=WIDTH, height=alt.Step(10))
    )
    words = "; ".join(f"{row['label']}, {row['lane']} {write_figure(row['share'], unit='share')}" for row in rows)
    return to_svg(chart, name=name, title="Failures by label and lane", description=f"{words}.")


def _drawable(times_ms: Sequence[float]) -> list[float]:
    return sorted(max(time_ms, 1.0) for time_ms in times_ms if is_known(time_ms))


def _ttft_domain(shown: Mapping[str, Sequence[float]], *, threshold_ms: float | None) -> tuple[float, float]:
    ends = [time_ms for times in shown.values() for time_ms in (times[0], times[-1])]
    if is_known(threshold_ms) and threshold_ms > 0:
        ends.append(threshold_ms)
    return min(ends) / 1.1, max(ends) * 1.2


def _steps(times_ms: Sequence[float], *, lane: str, failed: int, last: float) -> list[Row]:
    total = len(times_ms) + failed
    count = min(len(times_ms), _MOST_STEPS)
    ranks = sorted({math.ceil((step + 1) * len(times_ms) / count) for step in range(count)})
    rows: list[Row] = [{"x": times_ms[0], "share": 0.0}]
    rows += [{"x": times_ms[rank - 1], "share": rank / total} for rank in ranks]
    rows.append({"x": last, "share": len(times_ms) / total})
    return [row | {"lane": name_lane(lane)} for row in rows]


def _ttft_marks(x: alt.X, *, threshold_ms: float | None, last: float) -> list[alt.Chart]:
    share = alt.Y("share:Q")
    level = bind([{"share": 0.95, "x": last, "words": "95 %"}])
    marks = [
        level.mark_rule(color=INK, opacity=0.5).encode(y=share),
        level.mark_text(color=INK, align="right", dy=8, dx=-2).encode(x=x, y=share, text="words:N"),
    ]
    if is_known(threshold_ms) and threshold_ms > 0:
        words = f"threshold {write_figure(threshold_ms, unit='ms')}"
        limit = bind([{"x": threshold_ms, "share": 0.04, "words": words}])
        marks.append(limit.mark_rule(color=RED, strokeDash=[4, 3], strokeWidth=2).encode(x=x))
        marks.append(limit.mark_text(color=INK, align="right", dx=-6).encode(x=x, y=share, text="words:N"))
    return marks


def _describe_lane(lane: str, times_ms: Sequence[float], *, failed: int) -> str:
    total = len(times_ms) + failed
    rank = math.ceil(0.95 * total)
    late = write_figure(times_ms[rank - 1], unit="ms") if rank <= len(times_ms) else "among the failed"
    return f"{name_lane(lane)}: {total:,} requests, {failed:,} failed, 95th percentile {late}"


def _lane_colours(lanes: Mapping[str, object] | Sequence[str]) -> alt.Color:
    scale = alt.Scale(
        domain=[name_lane(lane) for lane in lanes], range=[_LANE_COLOURS.get(lane, INK) for lane in lanes]
    )
    return alt.Color("lane:N", scale=scale).legend(orient="top", title=None, symbolStrokeWidth=3)


def _lane_dashes(lanes: Mapping[str, object]) -> alt.StrokeDash:
    names = [name_lane(lane) for lane in lanes]
    return alt.StrokeDash("lane:N").scale(domain=names, range=[_LANE_DASHES[lane] for lane in lanes])
