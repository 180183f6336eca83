"""A validation for people: a table for a terminal, the same in Markdown, and a figure."""

import altair as alt
from rich.console import Console
from rich.table import Table

from analytics.report.drawing import BLUE, GREY, RED, bind, to_svg
from analytics.validation.rates import Rate, Row, Validation

_HEADINGS = ("planted", "violated", "GO", "NO-GO", "INSUFFICIENT", "said to be worse", "named most often")
_NAMED = 3


def show_validation(validation: Validation, *, console: Console) -> None:
    """One row per condition; shares of trials with their 95 % bounds."""
    table = Table(*_HEADINGS, title=_title(validation), title_justify="left")
    for row in validation.rows:
        table.add_row(*_cells(row))
    console.print(table)


def to_markdown(validation: Validation) -> str:
    """The table as Markdown."""
    lines = [_HEADINGS, ["---"] * len(_HEADINGS), *(_cells(row) for row in validation.rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def draw_validation(validation: Validation) -> str:
    """The shares that were said to be worse, and the wrong verdicts, with their bounds, as an SVG."""
    rows = [
        {"condition": row.condition, "place": place, "what": what, **rate.model_dump()}
        for place, row in enumerate(validation.rows)
        for what, rate in (("said to be worse", row.detected), ("wrong verdict", row.wrong))
    ]
    base = bind(rows).encode(
        y=alt.Y("condition:N", sort=[row.condition for row in validation.rows], title=None, axis=_AXIS),
        yOffset="what:N",
        color=alt.Color("what:N", title=None, scale=alt.Scale(range=[BLUE, RED]), legend=_LEGEND),
    )
    share = alt.X("share:Q", title=f"share of trials (95 % bounds), {validation.pairs} answers each", axis=_SHARES)
    points = base.mark_point(filled=True, size=50, opacity=1).encode(x=share)
    bounds = base.mark_rule().encode(x="low:Q", x2="high:Q")
    limit = bind([{"x": 0.05}, {"x": 0.8}]).mark_rule(strokeDash=[4, 4], color=GREY)
    chart = (limit.encode(x="x:Q") + bounds + points).properties(width=420, height=34 * len(validation.rows))
    description = "By planted regression: trials in which something was called worse, and trials with a wrong verdict."
    return to_svg(chart, name="validation", title="How often the verdict is right", description=description)


_AXIS = alt.Axis(labelLimit=420)
_LEGEND = alt.Legend(orient="top")
_SHARES = alt.Axis(format="%")


def _title(validation: Validation) -> str:
    trials = max(row.trials for row in validation.rows)
    return f"{trials} experiments of {validation.pairs} answers each, and {validation.probes} probes of each danger"


def _cells(row: Row) -> list[str]:
    named = [f"{name} {100 * count / row.trials:.0f} %" for name, count in list(row.found.items())[:_NAMED]]
    rates = (row.go, row.no_go, row.insufficient, row.detected)
    return [row.condition, row.violated or "-", *map(_percent, rates), ", ".join(named) or "-"]


def _percent(rate: Rate) -> str:
    return f"{100 * rate.share:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})"
