"""The verdicts of several experiments as one table for a terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from analytics.decide.decision import Verdict
from analytics.main import Written

_STYLES = {Verdict.GO: "bold green", Verdict.NO_GO: "bold red", Verdict.INSUFFICIENT: "bold yellow"}


def verdict_table(written: Sequence[Written]) -> Table:
    """One row per experiment: candidate, verdict, deciding metric with its reason, report."""
    table = Table(title="Verdicts", show_lines=True)
    for heading in ("candidate", "verdict", "decided by", "score", "pairs", "report"):
        table.add_column(heading, overflow="fold")
    for one in written:
        decision = one.decision
        why = decision.reasons[0] if decision.reasons else ""
        table.add_row(
            Text(decision.candidate.deployment_id),
            Text(str(decision.verdict), style=_STYLES[decision.verdict]),
            Text(f"{decision.deciding_metric}: {why}"),
            f"{decision.score.low:.1f} to {decision.score.high:.1f}",
            str(decision.pairs),
            Text(str(one.report)),
        )
    return table
