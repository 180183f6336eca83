"""Pictures of the gates and of the score as inline SVG. What they show is also in tables of the report."""

import altair as alt

from analytics.decide.decision import Factor, GateResult, GateStatus, Interval, Score
from analytics.report.characters import reveal
from analytics.report.drawing import BLUE, GREEN, GREY, INK, ORANGE, RED, WIDTH, Row, bind, to_svg
from analytics.report.figures import MISSING, is_known, write_figure, write_interval, write_range

_STATUS_COLOURS = {GateStatus.PASS: GREEN, GateStatus.FAIL: RED, GateStatus.UNRESOLVED: ORANGE}


def draw_gate(gate: GateResult, *, name: str) -> str:
    """The gated figure and its bounds as a line, the threshold as a dashed mark; a bound not known ends in an arrow."""
    low, high = _gate_domain(gate)
    scale = _scale_of(gate.unit)
    x = _axis("x", low, high, title=_axis_unit(gate.unit), ticks=5)
    layers: list[alt.Chart] = [
        bind([{"x": gate.threshold * scale}]).mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=2).encode(x=x)
    ]
    if gate.value is not None:
        layers += _interval_marks(gate.value, x=x, low=low, high=high, scale=scale, colour=_STATUS_COLOURS[gate.status])
    else:
        layers.append(_words(MISSING, x=x, at=(low + high) / 2))
    chart = alt.layer(*layers).properties(width=250, height=34)
    threshold = write_figure(gate.threshold, unit=gate.unit)
    shown = write_interval(gate.value, unit=gate.unit, threshold=gate.threshold)
    return to_svg(
        chart,
        name=name,
        title=f"{gate.gate}: figure against threshold",
        description=f"{shown}; the dashed line is the threshold of {threshold}; the gate says {gate.status}.",
    )


def draw_score(score: Score, *, name: str) -> str:
    """Points 0 to 10: each factor as a bar, paler where only a range is known; each component with its interval."""
    whole = [_bar("Score", score.low, score.high)] if score.factors else []
    rows = [*whole, *(row for factor in score.factors for row in _factor_rows(factor))]
    for place, row in enumerate(rows):
        row["row"] = f"{place:03d}{row['label']}"
    x, x_high, x_estimate, x_zero = (
        _axis(field, 0, 10, title="points, 0 to 10") for field in ("low", "high", "x", "zero")
    )
    y = alt.Y("row:N").sort(None).title(None).axis(_ROW_AXIS)
    bars = [row for row in rows if row["kind"] == "bar"]
    parts = [row for row in rows if row["kind"] == "component"]
    gaps = [row for row in rows if row["kind"] == "words"]
    layers = [
        bind(rows).mark_point(opacity=0).encode(x=x, y=y),
        bind(bars).mark_bar(color=BLUE, opacity=0.85, height=13).encode(x=x_zero, x2="low:Q", y=y),
        bind(bars).mark_bar(color=BLUE, opacity=0.35, height=13).encode(x=x, x2="high:Q", y=y),
        bind(bars).mark_text(color=INK, align="left", dx=6).encode(x=x_high, y=y, text="words:N"),
        bind(parts).mark_rule(color=GREY, strokeWidth=3).encode(x=x, x2="high:Q", y=y),
        bind(parts).mark_point(color=INK, filled=True, size=40, opacity=1).encode(x=x_estimate, y=y),
        bind(gaps).mark_text(color=INK, fontStyle="italic", align="left").encode(x=x, y=y, text="words:N"),
    ]
    chart = alt.layer(*layers).properties(width=WIDTH, height=alt.Step(20))
    points = "; ".join(f"{reveal(factor.name)} {write_range(factor.low, factor.high)}" for factor in score.factors)
    return to_svg(chart, name=name, title="Score by factor", description=f"Points by factor: {points or MISSING}.")


_PART = "\u2003"
"""An indent before a component's name, so that it is told from its factor's."""

_ROW_AXIS = alt.Axis(
    labelLimit=0,
    grid=False,
    ticks=False,
    labelExpr="slice(datum.label, 3)",
    labelFontWeight=alt.condition(f"slice(datum.label, 3, 4) == '{_PART}'", alt.value("normal"), alt.value("bold")),
)


def _bar(label: str, low: float, high: float) -> Row:
    return {"label": label, "kind": "bar", "zero": 0, "low": low, "high": high, "words": write_range(low, high)}


def _axis(field: str, low: float, high: float, *, title: str, ticks: int = 10) -> alt.X:
    axis = alt.X(f"{field}:Q").scale(domain=[low, high], nice=False, zero=False)
    return axis.axis(tickCount=ticks).title(reveal(title))


def _words(words: str, *, x: alt.X, at: float) -> alt.Chart:
    chart: alt.Chart = bind([{"x": at, "words": words}]).mark_text(color=INK, fontStyle="italic")
    return chart.encode(x=x, text="words:N")


def _scale_of(unit: str) -> float:
    return 100.0 if unit in {"share", "ratio"} else 1.0


def _axis_unit(unit: str) -> str:
    return "%" if unit in {"share", "ratio"} else unit or "figure"


def _gate_domain(gate: GateResult) -> tuple[float, float]:
    value = gate.value
    figures = [gate.threshold, *((value.estimate, value.low, value.high) if value is not None else ())]
    known = [figure * _scale_of(gate.unit) for figure in figures if is_known(figure)] or [0.0]
    margin = (max(known) - min(known)) * 0.15 or abs(known[0]) * 0.5 or 1.0
    low = min(known) - margin
    return (max(low, 0.0) if min(known) >= 0 else low), max(known) + margin


def _interval_marks(
    value: Interval, *, x: alt.X, low: float, high: float, scale: float, colour: str
) -> list[alt.Chart]:
    start = value.low * scale if is_known(value.low) else low
    end = value.high * scale if is_known(value.high) else high
    line = bind([{"x": start, "end": end}]).mark_rule(color=colour, strokeWidth=4).encode(x=x, x2="end:Q")
    marks = [line]
    if not is_known(value.low):
        marks.append(
            bind([{"x": start}]).mark_point(shape="triangle-left", filled=True, size=140, color=colour).encode(x=x)
        )
    if not is_known(value.high):
        marks.append(
            bind([{"x": end}]).mark_point(shape="triangle-right", filled=True, size=140, color=colour).encode(x=x)
        )
    if is_known(value.estimate):
        dot = bind([{"x": value.estimate * scale}]).mark_point(filled=True, size=90, opacity=1, color=INK)
        marks.append(dot.encode(x=x))
    return marks


def _factor_rows(factor: Factor) -> list[Row]:
    name = f"{reveal(factor.name)}, {write_figure(factor.weight, unit='share')}"
    rows: list[Row] = [_bar(name, factor.low, factor.high)]
    for part in factor.components:
        row: Row = {"label": f"{_PART}{reveal(part.name)}", "kind": "words", "low": 0.1}
        if part.value is None or not is_known(part.value.estimate):
            row["words"] = MISSING if part.applicable else "not applicable"
        else:
            row |= {"kind": "component", "x": part.value.estimate, **_ends(part.value)}
        rows.append(row)
    return rows


def _ends(value: Interval) -> Row:
    return {
        "low": value.low if is_known(value.low) else value.estimate,
        "high": value.high if is_known(value.high) else value.estimate,
    }
