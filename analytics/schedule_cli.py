"""The verb that reports at set times. Imports click alone, so that --help stays fast."""

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--once", is_flag=True, help="Run what is due, made up for what was missed, and exit.")
@click.option("--now", is_flag=True, help="Run every plan now and exit; for a scheduler of your own.")
@click.option("--next", "shown", type=click.IntRange(1, 100), help="Show each plan's next times and exit.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="File of the schedule's state.")
@click.option("--report-dir", type=click.Path(file_okay=False, path_type=Path), help="Folder of the reports.")
@click.option("--json", "as_json", is_flag=True, help="Print each run as one line of JSON.")
def schedule(
    file: Path, *, once: bool, now: bool, shown: int | None, state: Path | None, report_dir: Path | None, as_json: bool
) -> None:
    """Judge, decide, report and deliver at the times of a schedule, until stopped.

    A run that was missed, because the machine was away, is made up for once, and the message says so. A delivery that
    fails is tried again with the next run; the report stays where it is. SIGTERM ends after the run under way.

    Exit codes with --once and --now: 0 all done, 64 wrong file or setting, 75 a report could not be delivered; an
    experiment that could not be decided ends with its own error's code, after all others were tried.

    \b
    Examples:
      understudy schedule nightly.toml
      understudy schedule nightly.toml --next 3
      understudy schedule nightly.toml --once --json
      understudy schedule nightly.toml --now          # in a Kubernetes CronJob
    """
    import json

    from analytics.schedule.main import list_times, open_schedule, run_schedule
    from analytics.schedule.showing import line_of
    from proxy.errors import UsageError

    if sum((once, now, shown is not None)) > 1:
        raise UsageError("--once, --now and --next exclude each other")
    if shown is not None:
        times = list_times(file, count=shown)
        click.echo(
            json.dumps(times) if as_json else "\n".join(f"{name}\t{at}" for name, ats in times.items() for at in ats)
        )
        return
    codes = []
    with open_schedule(file, state=state, folder=report_dir) as scheduler:
        for run in run_schedule(scheduler, once=once, now=now):
            click.echo(json.dumps(run.as_row()) if as_json else line_of(run))
            codes.append(run.exit_code)
    if once or now:
        raise SystemExit(next((code for code in codes if code), 0))
