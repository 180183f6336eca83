"""The verbs of the judges: `understudy judge ...`. Imports click alone, so that --help stays fast."""

import json

import click


@click.group()
def judge() -> None:
    """Judge answers, and look at the judges."""


@judge.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_judges(*, as_json: bool) -> None:
    """List the judges with their versions and what their values mean."""
    from judges.main import list_panel
    from judges.settings import JudgeSettings

    rows = [
        {"name": one.name, "version": one.version, "purpose": (type(one).__doc__ or "").partition("\n")[0]}
        for one in list_panel(JudgeSettings())
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['name']:<22}{row['version']:<22}{row['purpose']}")
