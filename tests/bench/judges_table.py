"""One row of the judges' bench, and the table that shows all of them against their bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one judge.

    Attributes:
        data: What it was measured on, and what was left out of the fit.
        figure: As shown, with its unit or name.
        bar: As shown; empty where the figure is only told.
        met: Whether the bar is reached; None where there is none.
    """

    judge: str
    data: str
    figure: str
    bar: str = ""
    met: bool | None = None


def at_least(judge: str, data: str, figure: float, bar: float, *, name: str = "") -> Row:
    """A figure that must not be below its bar."""
    return Row(judge, data, f"{name} {figure:.3f}".strip(), f">= {bar:g}", met=figure >= bar)


def at_most(judge: str, data: str, figure: float, bar: float, *, name: str = "") -> Row:
    """A figure that must not be above its bar."""
    return Row(judge, data, f"{name} {figure:.3f}".strip(), f"<= {bar:g}", met=figure <= bar)


def print_table(rows: Sequence[Row], *, console: Console | None = None) -> None:
    """Print the rows; a bar that is missed is marked."""
    table = Table("judge", "data", "figure", "bar", "")
    for row in rows:
        mark = "" if row.met is None else "[green]met[/green]" if row.met else "[red]missed[/red]"
        table.add_row(row.judge, row.data, row.figure, row.bar, mark)
    (console or Console()).print(table)
