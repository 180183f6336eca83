"""The verb that writes reports again. Imports click alone, so that --help stays fast."""

from datetime import UTC, datetime
from pathlib import Path

import click


@click.command()
@click.argument("experiment_ids", nargs=-1)
@click.option("--report-dir", type=click.Path(file_okay=False, path_type=Path), help="Folder of the reports.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md", "json"]),
    help="Print the report of one experiment in this form, and write nothing.",
)
@click.option("--as-of", type=click.DateTime(), help="The decision that held then, UTC; the last one when left out.")
@click.option("--index", is_flag=True, help="Write all decided experiments' reports, and their index.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as one JSON array.")
def report(
    experiment_ids: tuple[str, ...],
    *,
    report_dir: Path | None,
    form: str | None,
    as_of: datetime | None,
    index: bool,
    as_json: bool,
) -> None:
    """Write the reports of stored decisions again; nothing is decided anew.

    The verdict is the stored one, to the byte. Texts of worst pairs that are no longer in the store are said to be
    missing. Exit code 64 when an experiment was not decided, 65 when its record is of a version that cannot be read.

    \b
    Examples:
      understudy report llama-awq
      understudy report llama-awq --format md
      understudy report llama-awq --as-of 2026-11-01T12:00:00 --report-dir then
      understudy report --index
    """
    import json

    from analytics.main import print_report, run_reports
    from proxy.errors import UsageError

    until = as_of.replace(tzinfo=UTC) if as_of else None
    if bool(experiment_ids) == index:
        raise UsageError("name the experiments to report on, or pass --index for all of them")
    if form is not None:
        if len(experiment_ids) != 1:
            raise UsageError("--format prints one report: name one experiment")
        click.echo(print_report(experiment_ids[0], form=form, until=until), nl=False)
        return
    written, index_path = run_reports(experiment_ids, folder=report_dir, until=until)
    paths = [*(one.report for one in written), *([index_path] if index_path else [])]
    if as_json:
        click.echo(json.dumps([one.as_row() for one in written]))
    else:
        click.echo("\n".join(map(str, paths)))
