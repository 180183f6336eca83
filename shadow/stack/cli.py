"""Verbs of the local stack. Only click is imported here; each verb imports what it needs."""

from pathlib import Path

import click

_FOLDER = click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".understudy"),
    envvar="UNDERSTUDY_SHADOW_STATE_DIR",
    show_default=True,
    help="Folder of state, data and logs.",
)
_PORT = click.IntRange(0, 65_535)


@click.group()
def stack() -> None:
    """Start, show and stop the local stack: broker, ClickHouse's engine, gateway, capture, control, worker.

    \b
    Examples:
      understudy stack up --upstream http://127.0.0.1:8000
      understudy stack status
      eval "$(understudy stack env)"     # so that other commands find it
      understudy stack down
    """


@stack.command("up")
@_FOLDER
@click.option("--upstream", default="http://127.0.0.1:8000", show_default=True, help="Production, without /v1.")
@click.option("--broker", default="auto", type=click.Choice(["auto", "apache", "tansu", "external"]), show_default=True)
@click.option("--only", multiple=True, help="Start only this part; may be repeated.")
@click.option("--kafka-port", type=_PORT, default=0, help="0 takes a free port.")
@click.option("--clickhouse-port", type=_PORT, default=0, help="0 takes a free port.")
@click.option("--gateway-port", type=_PORT, default=0, help="0 takes a free port.")
@click.option("--control-port", type=_PORT, default=0, help="0 takes a free port.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def up(
    state_dir: Path, *, upstream: str, broker: str, only: tuple[str, ...], kafka_port: int, clickhouse_port: int,
    gateway_port: int, control_port: int, as_json: bool,
) -> None:  # fmt: skip
    """Start the stack as child processes; a stack that runs already is shown instead."""
    from shadow.stack.brokers import BrokerKind
    from shadow.stack.plan import PARTS, Wanted
    from shadow.stack.processes import StateFile
    from shadow.stack.running import bring_up

    unknown = sorted(set(only) - set(PARTS))
    if unknown:
        message = f"{', '.join(unknown)}: no such part; known are {', '.join(PARTS)}"
        raise click.BadParameter(message, param_hint="--only")
    if any(one.is_up for one in StateFile(state_dir).read().services):
        click.echo("already running", err=True)
        _show(state_dir, as_json=as_json)
        return
    wanted = Wanted(
        folder=state_dir,
        upstream=upstream,
        broker=BrokerKind(broker),
        kafka_port=kafka_port,
        clickhouse_port=clickhouse_port,
        gateway_port=gateway_port,
        control_port=control_port,
        only=only or PARTS,
    )
    bring_up(wanted, announce=lambda name: click.echo(f"starting {name} ...", err=True))
    _show(state_dir, as_json=as_json)


@stack.command("status")
@_FOLDER
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def status(state_dir: Path, *, as_json: bool) -> None:
    """Show what runs and what has crashed; exit code 1 when something has, 3 when nothing was started."""
    code = _show(state_dir, as_json=as_json)
    raise SystemExit(code)


@stack.command("env")
@_FOLDER
def env(state_dir: Path) -> None:
    """Print the settings by which other commands find the stack, for the shell."""
    import shlex

    from shadow.stack.processes import StateFile

    for name, value in StateFile(state_dir).read().environment.items():
        click.echo(f"export {name}={shlex.quote(value)}")


@stack.command("down")
@_FOLDER
def down(state_dir: Path) -> None:
    """End every process of the stack; data and logs stay."""
    from shadow.stack.running import bring_down

    ended = bring_down(state_dir)
    click.echo("\n".join(f"ended {one.name} ({one.pid})" for one in ended) or "nothing was running")


def _show(state_dir: Path, *, as_json: bool) -> int:
    import json
    from dataclasses import asdict

    from shadow.stack.processes import StateFile, log_tail

    state = StateFile(state_dir).read()
    if as_json:
        services = [asdict(one) | {"up": one.is_up} for one in state.services]
        click.echo(json.dumps({"services": services, "environment": dict(state.environment)}))
    elif not state.services:
        click.echo("no stack was started here; start one with `understudy stack up`")
    else:
        for one in state.services:
            words = "up" if one.is_up else f"CRASHED; {log_tail(one)}"
            click.echo(f"{one.name:<11} {one.pid:>7}  {one.address:<28} {words}")
    if not state.services:
        return 3
    return 0 if all(one.is_up for one in state.services) else 1
