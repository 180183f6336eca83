"""Charts of the lanes side by side as inline SVG: times, failures and how severe they were."""

from collections.abc import Mapping, Sequence

import altair as alt

from analytics.report.characters import reveal
from analytics.report.drawing import BLUE, GREY, INK, ORANGE, RED, WIDTH, Row, bind, to_svg
from analytics.report.figures import is_known, write_figure
from analytics.report.report import Distribution
from analytics.report.tables import LANES, drawn_lanes, name_lane

_LANE_COLOURS = dict(zip(LANES, (BLUE, GREY, ORANGE), strict=True))
_LANE_DASHES = dict(zip(LANES, ([1, 0], [2, 2], [6, 3]), strict=True))
_TAIL = 0.95
_WORST_SEVERITY = 10


def draw_times(
    times: Mapping[str, Distribution], *, what: str, threshold_ms: float | None, name: str, width: int = WIDTH
) -> str:
    """Share of requests within a time, by lane; a curve ends below 100 % by its failed requests.

    Args:
        times: Distributions by lane; empty when no lane has a timing, and then so is the picture.
        what: What was timed, such as "time to first token".
        threshold_ms: A mark across the picture, or None.
    """
    shown = {lane: times[lane] for lane in drawn_lanes(times) if times[lane].timed}
    if not shown:
        return ""
    first, last = _domain(shown, threshold_ms=threshold_ms)
    rows = [row for lane in shown for row in _steps(shown[lane], lane=lane, first=first, last=last)]
    x = alt.X("x:Q").scale(type="log", domain=[first, last], nice=False, clamp=True).title(f"{what}, ms (log)")
    lines = (
        bind(rows)
        .mark_line(strokeWidth=2)
        .encode(
            x=x.axis(tickCount=8, format=",~r"),
            y=alt.Y("share:Q").scale(domain=[0, 1]).axis(format=".0%", tickCount=5).title("share of requests"),
            color=lane_colours(shown),
            strokeDash=lane_dashes(shown),
        )
    )
    chart = alt.layer(lines, *_time_marks(x, threshold_ms=threshold_ms, last=last)).properties(width=width, height=220)
    words = "; ".join(_describe_lane(lane, shown[lane]) for lane in shown)
    return to_svg(chart, name=name, title=f"{what.capitalize()} by lane", description=f"{words}.")


def draw_failures(mix: Mapping[str, Mapping[str, int]], *, name: str) -> str:
    """Share of a lane's labelled answers by failure label; the label ok is left out. Empty without a failure."""
    lanes = [lane for lane in drawn_lanes(mix) if sum(mix[lane].values()) > 0]
    labels = {label for lane in lanes for label, count in mix[lane].items() if label != "ok" and count > 0}
    if not labels:
        return ""
    rows: list[Row] = [
        {"label": reveal(label), "lane": name_lane(lane), "share": mix[lane].get(label, 0) / sum(mix[lane].values())}
        for label in sorted(labels)
        for lane in lanes
    ]
    most: dict[str, float] = {}
    for row in rows:
        most[row["label"]] = max(most.get(row["label"], 0.0), row["share"])
    order = sorted(most, key=lambda label: (-most[label], label))
    chart = (
        bind(rows)
        .mark_bar()
        .encode(
            x=alt.X("share:Q").axis(format="~%", tickCount=6).title("share of the lane's labelled answers"),
            y=alt.Y("label:N").sort(order).title(None).axis(labelLimit=0),
            yOffset=alt.YOffset("lane:N").sort([name_lane(lane) for lane in lanes]),
            color=lane_colours(lanes),
        )
        .properties(width=WIDTH, height=alt.Step(10))
    )
    words = "; ".join(f"{row['label']}, {row['lane']} {write_figure(row['share'], unit='share')}" for row in rows)
    return to_svg(chart, name=name, title="Failures by label and lane", description=f"{words}.")


def draw_severities(severities: Mapping[str, Mapping[float, int]], *, name: str) -> str:
    """Share of a lane's judged answers that are at least so severe, above 0. Empty without a failure."""
    shown = {lane: severities[lane] for lane in drawn_lanes(severities) if sum(severities[lane].values())}
    rows = [row for lane in shown for row in _tail(shown[lane], lane=lane)]
    if not any(row["share"] for row in rows):
        return ""
    chart = (
        bind(rows)
        .mark_line(interpolate="step-before", strokeWidth=2)
        .encode(
            x=alt.X("severity:Q").scale(domain=[0, _WORST_SEVERITY]).axis(tickCount=10).title("severity, 0 to 10"),
            y=alt.Y("share:Q").axis(format="~%", tickCount=5).title("answers at least so severe"),
            color=lane_colours(shown),
            strokeDash=lane_dashes(shown),
        )
        .properties(width=WIDTH, height=160)
    )
    words = "; ".join(_describe_tail(lane, shown[lane]) for lane in shown)
    return to_svg(chart, name=name, title="Severity of failures by lane", description=f"{words}.")


def lane_colours(lanes: Mapping[str, object] | Sequence[str]) -> alt.Color:
    """Each lane in its own colour, with a legend; the same in every chart."""
    scale = alt.Scale(
        domain=[name_lane(lane) for lane in lanes], range=[_LANE_COLOURS.get(lane, INK) for lane in lanes]
    )
    return alt.Color("lane:N", scale=scale).legend(orient="top", title=None, symbolStrokeWidth=3)


def lane_dashes(lanes: Mapping[str, object] | Sequence[str]) -> alt.StrokeDash:
    """Each lane in its own dashes, for those who do not tell the colours apart."""
    names = [name_lane(lane) for lane in lanes]
    return alt.StrokeDash("lane:N").scale(domain=names, range=[_LANE_DASHES[lane] for lane in lanes])


def _domain(shown: Mapping[str, Distribution], *, threshold_ms: float | None) -> tuple[float, float]:
    ends = [edge for times in shown.values() for edge in (times.upto_ms[0], times.upto_ms[-1])]
    if is_known(threshold_ms) and threshold_ms > 0:
        ends.append(threshold_ms)
    return min(ends) / 1.1, max(ends) * 1.2


def _steps(times: Distribution, *, lane: str, first: float, last: float) -> list[Row]:
    rows: list[Row] = [{"x": first, "share": 0.0}]
    seen = 0
    for edge, count in zip(times.upto_ms, times.requests, strict=True):
        seen += count
        rows.append({"x": edge, "share": seen / times.total})
    rows.append({"x": last, "share": seen / times.total})
    return [row | {"lane": name_lane(lane)} for row in rows]


def _tail(answers: Mapping[float, int], *, lane: str) -> list[Row]:
    total = sum(answers.values())
    levels = sorted({0.0, float(_WORST_SEVERITY), *(level for level in answers if level > 0)})
    return [
        {"severity": level, "share": _share(answers, level=level, total=total), "lane": name_lane(lane)}
        for level in levels
    ]


def _share(answers: Mapping[float, int], *, level: float, total: int) -> float:
    return sum(count for found, count in answers.items() if found >= level and found > 0) / total


def _time_marks(x: alt.X, *, threshold_ms: float | None, last: float) -> list[alt.Chart]:
    share = alt.Y("share:Q")
    level = bind([{"share": _TAIL, "x": last, "words": "95 %"}])
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


def _describe_lane(lane: str, times: Distribution) -> str:
    tail_ms = times.quantile_ms(_TAIL)
    late = "among the failed" if tail_ms is None else f"up to {write_figure(tail_ms, unit='ms')}"
    return f"{name_lane(lane)}: {times.total:,} requests, {times.failed:,} failed, 95th percentile {late}"


def _describe_tail(lane: str, answers: Mapping[float, int]) -> str:
    total = sum(answers.values())
    failed = write_figure(_share(answers, level=0, total=total), unit="share")
    grave = write_figure(_share(answers, level=9, total=total), unit="share")
    return f"{name_lane(lane)}: {failed} of {total:,} answers failed, {grave} with a severity of 9 or more"
