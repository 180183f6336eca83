"""Verbs of capture and log. Only click is imported here; each verb imports what it needs."""

from typing import TextIO

import click


@click.command()
def gateway() -> None:
    """Serve the inline door: everything passes to UNDERSTUDY_PROXY_UPSTREAM and back unchanged.

    \b
    Example:
      UNDERSTUDY_PROXY_UPSTREAM=http://127.0.0.1:8000 understudy gateway
    """
    from proxy.main import run_gateway

    run_gateway()


@click.command()
def capture() -> None:
    """Parse, anonymise and publish what the doors saw, until stopped."""
    from proxy.main import run_capture

    run_capture()


@click.group()
def topics() -> None:
    """The topics of the log."""


@topics.command("create")
def create() -> None:
    """Create the topics that are missing."""
    from proxy.main import create_all_topics

    click.echo("\n".join(create_all_topics()))


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--explain", is_flag=True, help="List what would be masked and why, not the masked text.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, with --explain.")
def anonymise(file: TextIO, *, explain: bool, as_json: bool) -> None:
    """Show a request (JSON) or any text as it would be published; - reads standard input.

    \b
    Examples:
      understudy anonymise request.json
      understudy anonymise --explain mail.txt
    """
    import json
    from dataclasses import asdict

    from proxy.main import anonymise_body, explain_text

    text = file.read()
    if not explain:
        try:
            body = json.loads(text)
        except ValueError:
            body = text
        masked = anonymise_body(body if isinstance(body, dict) else {"text": body})
        click.echo(json.dumps(masked if isinstance(body, dict) else masked["text"], ensure_ascii=False, indent=2))
        return
    found = explain_text(text)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        click.echo(f"{one.start:>7}-{one.end:<7} {one.type:<14} {one.detector}: {one.reason}")
    click.echo(f"{len(found)} spans would be masked", err=True)
