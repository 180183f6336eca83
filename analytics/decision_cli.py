"""The verb that decides. Imports click alone, so that --help stays fast."""

from pathlib import Path

import click


@click.command()
@click.argument("experiment_ids", nargs=-1, required=True)
@click.option("--report-dir", type=click.Path(file_okay=False, path_type=Path), help="Folder of the reports.")
@click.option("--json", "as_json", is_flag=True, help="Print the decisions as one JSON array.")
@click.option("--exit-code", is_flag=True, help="Exit with the worst verdict: 0 GO, 1 NO-GO, 2 INSUFFICIENT EVIDENCE.")
def decide(experiment_ids: tuple[str, ...], *, report_dir: Path | None, as_json: bool, exit_code: bool) -> None:
    """Decide experiments on what the store knows, and write the reports.

    \b
    Examples:
      understudy decide llama-awq
      understudy decide llama-awq qwen-int8 --report-dir out
      understudy decide llama-awq --exit-code      # for pipelines
    """
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
        codes = {decision.verdict.exit_code for decision in decisions}
        raise SystemExit(next(code for code in (1, 2, 0) if code in codes))
