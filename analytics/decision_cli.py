"""The verb that decides. Imports click alone, so that --help stays fast."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from analytics.decide.decision import Decision

_DIFFERS = 65
"""Exit code when a decision cannot be computed again to the byte: EX_DATAERR."""


@click.command()
@click.argument("experiment_ids", nargs=-1, required=True)
@click.option("--report-dir", type=click.Path(file_okay=False, path_type=Path), help="Folder of the reports.")
@click.option("--json", "as_json", is_flag=True, help="Print the decisions as one JSON array.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="Compute the decision that held then, UTC, once more from what it was computed from; writes nothing.",
)
@click.option("--exit-code", is_flag=True, help="Exit with the worst verdict: 0 GO, 1 NO-GO, 2 INSUFFICIENT EVIDENCE.")
def decide(
    experiment_ids: tuple[str, ...], *, report_dir: Path | None, as_json: bool, as_of: datetime | None, exit_code: bool
) -> None:
    """Decide experiments on what the store knows, and write the reports.

    \b
    Examples:
      understudy decide llama-awq
      understudy decide llama-awq qwen-int8 --report-dir out
      understudy decide llama-awq --exit-code      # for pipelines
      understudy decide llama-awq --as-of 2026-11-02T12:00   # to the byte, or exit code 65
    """
    if as_of is not None:
        _decide_again(experiment_ids, until=as_of.replace(tzinfo=UTC), as_json=as_json, exit_code=exit_code)
        return
    from analytics.main import run_decisions
    from analytics.verdict_table import show_verdicts

    written, index = run_decisions(experiment_ids, folder=report_dir)
    decisions = [one.decision for one in written]
    if as_json:
        click.echo("[" + ",".join(decision.to_json() for decision in decisions) + "]")
    else:
        from rich.console import Console

        console = Console()
        show_verdicts(written, console=console)
        console.print(f"All candidates: {index}", soft_wrap=True)
    if exit_code:
        raise SystemExit(_worst(decisions))


def _decide_again(experiment_ids: tuple[str, ...], *, until: datetime, as_json: bool, exit_code: bool) -> None:
    from analytics.main import run_recomputation

    found = [run_recomputation(one, until=until) for one in experiment_ids]
    if as_json:
        click.echo("[" + ",".join(one.decision.to_json() for one in found) + "]")
    for one in found:
        decision, told = one.decision, "the same to the byte" if one.is_the_same else "NOT the record that was kept"
        line = f"{decision.experiment_id}: {decision.verdict}, decided {one.decided_at:%Y-%m-%d %H:%M:%S} UTC; {told}"
        click.echo(line, err=as_json)
    if not all(one.is_the_same for one in found):
        raise SystemExit(_DIFFERS)
    if exit_code:
        raise SystemExit(_worst([one.decision for one in found]))


def _worst(decisions: "Sequence[Decision]") -> int:
    codes = {decision.verdict.exit_code for decision in decisions}
    return next(code for code in (1, 2, 0) if code in codes)
