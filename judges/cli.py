"""The verbs of the judges: `understudy judge ...`. Imports click alone, so that --help stays fast."""

import json

import click


@click.group()
def judge() -> None:
    """Judge answers, and look at the judges."""


@judge.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_judges(*, as_json: bool) -> None:
    """List the judges with version and, where it was measured, quality."""
    from judges.catalogue import catalogue

    entries = catalogue()
    if as_json:
        click.echo(json.dumps([entry.as_json() for entry in entries], indent=2))
        return
    for entry in entries:
        click.echo(f"{entry.name:<22}{entry.version:<30}{entry.quality_text}")
