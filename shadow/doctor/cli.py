"""The verb of the doctor. Only click is imported here; the verb imports what it needs."""

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(*, as_json: bool) -> None:
    """Look at every part once, and say what to do about what is wrong. Nothing is changed.

    Looked at are the state folder, disk, spool, capture, worker, gateway and control service of this machine, the
    broker and its topics, ClickHouse, its schema, clock and books, and the deployments of live experiments. A part that
    was never started here is doubtful, not bad: it may run elsewhere. Exit code 0 when nothing is bad, else 1.

    \b
    Examples:
      understudy doctor
      understudy doctor --json
    """
    import logging

    from rich.console import Console

    from shadow.doctor.finding import all_well
    from shadow.doctor.run import examine
    from shadow.doctor.showing import show, to_json

    # What the clients would log of a part that is away stands in its finding.
    logging.disable(logging.CRITICAL)
    findings = examine()
    if as_json:
        click.echo(to_json(findings))
    else:
        show(findings, console=Console())
    raise SystemExit(0 if all_well(findings) else 1)
