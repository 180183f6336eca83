"""A plan for a terminal."""

from rich.console import Console
from rich.table import Table

from analytics.planning.plan import Need, Plan


def show_plan(plan: Plan, *, console: Console) -> None:
    """One row per question, and below them what the whole run takes."""
    expected = plan.expectations
    table = Table(title=f"What shows a good candidate to be one with power {expected.power:g}", title_justify="left")
    for heading in ("gate", "what is to be shown", "from"):
        table.add_column(heading)
    for heading in ("examples", "hours"):
        table.add_column(heading, justify="right")
    for need in plan.needs:
        table.add_row(need.gate, need.question, need.source, *_amounts(need))
    console.print(table)
    for line in _lines(plan):
        console.print(line)


def _amounts(need: Need) -> tuple[str, str]:
    if need.examples is None or need.hours is None:
        return "never", "-"
    return f"{need.examples:,}", f"{need.hours:,.1f}" if need.hours else "-"


def _lines(plan: Plan) -> list[str]:
    if plan.hours is None or plan.replays is None:
        return ["What is expected lies beyond a limit or on it: no amount of evidence would bring a GO."]
    cost = "" if plan.usd is None else f", ${plan.usd:,.2f}"
    return [
        f"In all {plan.hours:,.1f} hours of traffic and {plan.replays:,} replays over all lanes{cost}.",
        "Each dangerous category needs its own answers; conversations count by their number more than by their turns.",
    ]
