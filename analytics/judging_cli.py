"""The verbs that judge stored pairs, beside the judges' own. Imports click alone, so that --help stays fast."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from judges.cli import judge

if TYPE_CHECKING:
    from rich.progress import Progress

    from analytics.jobs.calibrating import Measured
    from analytics.jobs.judging import JudgeCoverage
    from analytics.jobs.jury import Jury

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@judge.command("run")
@click.argument("experiment_ids", nargs=-1, required=True)
@click.option("--follow", is_flag=True, help="Stay and judge new pairs as they come; Ctrl-C ends it.")
@_JSON
def run(experiment_ids: tuple[str, ...], *, follow: bool, as_json: bool) -> None:
    """Judge every pair that is not judged yet, and again what another version of a judge has judged.

    Stop it at any time: it goes on where it was. A judge that fails or hangs is ended and counted, and stops nothing.

    \b
    Examples:
      understudy judge run llama-awq
      understudy judge run --follow llama-awq llama-fp8
    """
    from contextlib import suppress

    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    from analytics.main import judge_coverage, list_judges, opened_jury

    columns = (
        *Progress.get_default_columns(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with opened_jury() as jury, Progress(*columns, console=Console(stderr=True)) as progress:
        _judge_all(experiment_ids, jury=jury, progress=progress)
        with suppress(KeyboardInterrupt):
            while follow:
                _wait()
                _judge_all(experiment_ids, jury=jury, progress=progress)
    versions = {one.name: one.version for one in list_judges()}
    found = {
        one: [row for row in judge_coverage(one) if versions.get(row.judge) == row.version] for one in experiment_ids
    }
    _show_coverage(found, as_json=as_json)


def _wait() -> None:
    import time

    from analytics.settings import AnalyticsSettings

    time.sleep(AnalyticsSettings().follow_s)


def _judge_all(experiment_ids: tuple[str, ...], *, jury: "Jury", progress: "Progress") -> None:
    from functools import partial

    from analytics.main import count_unjudged, list_judges, run_judges

    judges = list_judges()
    for experiment_id in experiment_ids:
        total = count_unjudged(experiment_id, judges=judges)
        task = progress.add_task(experiment_id, total=total, visible=total > 0)
        advance = partial(progress.advance, task)
        run_judges(experiment_id, judges=judges, run=lambda cases, names: jury.run(cases, names=names), advance=advance)


@judge.command("coverage")
@click.argument("experiment_ids", nargs=-1, required=True)
@_JSON
def coverage(experiment_ids: tuple[str, ...], *, as_json: bool) -> None:
    """Show how many answers each judge judged, abstained on and failed on, and why.

    \b
    Example:
      understudy judge coverage llama-awq
    """
    from analytics.main import judge_coverage

    _show_coverage({one: judge_coverage(one) for one in experiment_ids}, as_json=as_json)


def _show_coverage(found: "dict[str, list[JudgeCoverage]]", *, as_json: bool) -> None:
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if as_json:
        click.echo(json.dumps({one: [asdict(row) for row in rows] for one, rows in found.items()}, indent=2))
        return
    for experiment_id, rows in found.items():
        table = Table(title=f"judges of {experiment_id}", title_justify="left")
        for heading in ("judge", "version", "judged", "abstained", "failed", "mostly because"):
            table.add_column(heading, justify="right" if heading in {"judged", "abstained", "failed"} else "left")
        for row in rows:
            failed = Text(str(row.failed), style="bold red" if row.failed else "")
            why = Text("; ".join(row.why[:2]))
            table.add_row(row.judge, row.version, str(row.judged), str(row.abstained), failed, why)
        Console().print(table)


@judge.command("explain")
@click.argument("pair_id", metavar="PAIR")
@_JSON
def explain(pair_id: str, *, as_json: bool) -> None:
    """Show a pair: both answers, what each judge found, why, and the words that decided.

    PAIR is EXPERIMENT:EXCHANGE, as reports name their worst pairs.

    \b
    Example:
      understudy judge explain llama-awq:5f0c2a9e
    """
    from rich.console import Console

    from analytics.explanation_table import show_explanation
    from analytics.main import explain_pair

    found = explain_pair(pair_id)
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
        return
    show_explanation(found, console=Console())


@judge.command("calibrate")
@click.argument("name", metavar="JUDGE")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--flag", "flags", multiple=True, help="Label that counts as a flag; repeatable. Default: the judge's own."
)
@click.option("--dry", is_flag=True, help="Do not keep the figures in the store.")
@_JSON
def calibrate(name: str, path: Path, *, flags: tuple[str, ...], dry: bool, as_json: bool) -> None:
    """Measure a judge's sensitivity and specificity on labelled answers, and keep them for the decision.

    FILE holds JSON lines: answer, bad (true or false), prompt or request, and where the judge compares, reference.

    \b
    Examples:
      understudy judge calibrate refusal labelled.jsonl
      understudy judge calibrate llm_judge labelled.jsonl --flag unfaithful --dry
    """
    from analytics.main import calibrate_judge

    measured = calibrate_judge(name, path=path, flags=frozenset(flags), keep=not dry)
    if as_json:
        click.echo(json.dumps(_as_json(measured), indent=2))
        return
    click.echo(f"{measured.judge} {measured.version}, flags {', '.join(measured.flags)}")
    for figure, total in (("sensitivity", measured.quality.positives), ("specificity", measured.quality.negatives)):
        found = measured.figure(figure)
        shown = "not measured: no such answers" if found is None else "{:.3f}, 95 % [{:.3f}, {:.3f}]".format(*found)
        click.echo(f"  {figure:<12}{shown} on {total} answers")
    click.echo(f"  abstained on {measured.abstained}, failed on {measured.failed}")


def _as_json(measured: "Measured") -> dict[str, object]:
    from dataclasses import asdict

    return asdict(measured) | {figure: measured.figure(figure) for figure in ("sensitivity", "specificity")}
