"""The verdicts of several experiments for a terminal: one table, and below it each reason with its report."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analytics.decide.decision import Verdict
from analytics.main import Written

_STYLES = {Verdict.GO: "bold green", Verdict.NO_GO: "bold red", Verdict.INSUFFICIENT: "bold yellow"}


def show_verdicts(written: Sequence[Written], *, console: Console) -> None:
    """One row per experiment: candidate, verdict, deciding metric, score, pairs; then why, and where to read more.

    A report's path is never wrapped, so that it can be opened from the terminal.
    """
    console.print(_table(written))
    for one in written:
        console.print(Text(one.decision.candidate.deployment_id, style="bold"))
        console.print(Padding(Text("".join(one.decision.reasons[:1])), (0, 0, 0, 2)))
        console.print(Text(f"  Report: {one.report}"), soft_wrap=True)


def _table(written: Sequence[Written]) -> Table:
    table = Table(title="Verdicts", title_justify="left")
    table.add_column("candidate", no_wrap=True)
    for heading in ("verdict", "decided by", "score"):
        table.add_column(heading)
    table.add_column("pairs", justify="right")
    for one in written:
        decision = one.decision
        table.add_row(
            Text(decision.candidate.deployment_id),
            Text(str(decision.verdict), style=_STYLES[decision.verdict]),
            Text(decision.deciding_metric),
            f"{decision.score.low:.1f} to {decision.score.high:.1f}",
            str(decision.pairs),
        )
    return table
