"""Verbs of capture and log. Only click is imported here; each verb imports what it needs."""

from pathlib import Path
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
def tap() -> None:
    """Serve the sink for requests that your own proxy mirrors (nginx, Envoy, Istio, Traefik; see deploy/).

    \b
    Example:
      UNDERSTUDY_PROXY_TAP_PORT=8401 understudy tap
    """
    from proxy.main import run_tap

    run_tap()


@click.command()
@click.option("--upstream", default="", help="Base URL for a reverse proxy; without it, a forward proxy.")
@click.option("--host", "hosts", multiple=True, help="Host to decrypt and capture; * stands for anything in a name.")
@click.option(
    "--upstream-ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="PEM of the authority that signed production's certificate.",
)
def intercept(upstream: str, hosts: tuple[str, ...], upstream_ca: Path | None) -> None:
    """Serve the door for clients whose base URL cannot be changed: mitmproxy, with a certificate authority of its own.

    \b
    Examples:
      understudy intercept --host api.openai.com
      understudy intercept --upstream http://127.0.0.1:8000
    """
    from proxy.main import run_intercept

    run_intercept(upstream=upstream, hosts=hosts, upstream_ca=upstream_ca)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "format_name", required=True, type=click.Choice(["openai", "litellm", "vllm"]))
@click.option("--model", default="", help="Model of requests that do not name one (vLLM's logs never do).")
def import_(file: Path, format_name: str, model: str) -> None:
    """Bring in the requests that a log kept; stop it at any time, it goes on where it was.

    \b
    Examples:
      understudy import exchanges.jsonl --format openai
      understudy import vllm.log --format vllm --model llama-3.1-8b
    """
    from rich.progress import Progress

    from proxy.main import run_import

    with Progress() as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        report = run_import(
            file,
            format_name=format_name,
            model=model,
            advance=lambda done, total: progress.update(task, completed=done, total=total),
        )
    click.echo(f"{report.seen} requests found, {report.handed_over} handed over")
    for reason, count in sorted(report.reasons.items()):
        lines = ", ".join(str(line.number) for line in report.refused if line.reason == reason)
        click.echo(f"  not imported, {reason}: {count} (lines {lines})")


@click.command()
def capture() -> None:
    """Parse, anonymise and publish what the doors saw, until stopped."""
    from proxy.main import run_capture

    run_capture()


@click.command("rotate-key")
def rotate_key() -> None:
    """Make a new pseudonym key; the capture process takes it at its next start. Lists the ids of all keys.

    \b
    Example:
      understudy rotate-key
    """
    from proxy.main import rotate_key

    new, *old = rotate_key()
    click.echo(f"{new}  current, from capture's next start on")
    for one in old:
        click.echo(f"{one}  kept, to find what was masked with it")


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
@click.option("--show", is_flag=True, help="With --explain, show what would be masked: personal data on your screen.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, with --explain.")
def anonymise(file: TextIO, *, explain: bool, show: bool, as_json: bool) -> None:
    """Show a request (JSON) or any text as it would be published; - reads standard input.

    \b
    Examples:
      understudy anonymise request.json
      understudy anonymise --explain mail.txt
    """
    import json
    from dataclasses import asdict

    from rich.console import Console

    from proxy.main import anonymise_text, explain_text

    text = file.read()
    if not explain:
        click.echo(anonymise_text(text))
        return
    explanation = explain_text(text)
    if as_json:
        click.echo(json.dumps([asdict(found) for found in explanation.findings]))
        return
    Console().print(explanation.table(show=show))
    click.echo(explanation.summary, err=True)
