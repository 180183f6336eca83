"""The doctor's findings for a terminal and for pipelines."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shadow.doctor.finding import Finding, Health, all_well

_MARKS = {Health.GOOD: ("✓", "green"), Health.DOUBTFUL: ("?", "yellow"), Health.BAD: ("✗", "bold red")}


def show(findings: Sequence[Finding], *, console: Console) -> None:
    """One row per part: a mark, what is so, what to do."""
    table = Table(box=None, padding=(0, 1), show_header=False)
    for _column in range(3):
        table.add_column(overflow="fold")
    for one in findings:
        mark, style = _MARKS[one.health]
        words = Text(one.words)
        if one.to_do:
            words.append(f"\n→ {one.to_do}", "dim")
        table.add_row(Text(mark, style), Text(one.part), words)
    console.print(table)
    counts = {health: sum(one.health is health for one in findings) for health in Health}
    style = "green" if all_well(findings) else "bold red"
    console.print(Text(", ".join(f"{count} {health}" for health, count in counts.items()), style))


def to_json(findings: Sequence[Finding]) -> str:
    """The findings as one JSON object."""
    return json.dumps({"well": all_well(findings), "findings": [asdict(one) for one in findings]})
