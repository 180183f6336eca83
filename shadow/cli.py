"""Verbs of replay and store. Only click is imported here; each verb imports what it needs."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from shadow.experiment import Experiment


@click.command()
@click.option("--to", type=int, default=None, help="Migration to go to; the newest when left out, 0 for none.")
@click.option("--roles", is_flag=True, help="Also make the roles of services and analysts.")
@click.option("--tenant", default="", help="Also make the role of one tenant's analysts.")
def migrate(to: int | None, tenant: str, *, roles: bool) -> None:
    """Bring ClickHouse's schema to the newest migration, or to another.

    Going down deletes what the later migrations brought. Roles need a user who may create them; the embedded ClickHouse
    has none. Exit code 77 when that is refused, or when the database is newer than this version.

    \b
    Examples:
      understudy migrate
      understudy migrate --to 1
      understudy migrate --roles
      understudy migrate --roles --tenant acme
    """
    from shadow.main import run_migrations, run_roles

    done = run_migrations(to=to)
    if roles or tenant:
        done += run_roles(tenant=tenant)
    click.echo("\n".join(done) if done else "schema is up to date")


@click.command()
@click.option("--conversation", "conversation_id", required=True, help="Id of the conversation, as the store has it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def erase(conversation_id: str, *, as_json: bool) -> None:
    """Erase all that the store holds of one conversation, for good.

    Exchanges, replays, judgements and the workers' books go, from the disk too. The log keeps its records for as long
    as its retention says, decisions and reports keep their counts and sentences. Exit code 1 when nothing was there.

    \b
    Example:
      understudy erase --conversation 3f2a9c5d1e7b4a60
    """
    import json

    from shadow.main import run_erasure

    erased = run_erasure(conversation_id)
    lines = (f"{rows} rows erased from {table}" for table, rows in erased.items())
    click.echo(json.dumps(dict(erased)) if as_json else "\n".join(lines))
    raise SystemExit(0 if any(erased.values()) else 1)


@click.command()
@click.option("--experiment", "experiments", multiple=True, help="Serve only this experiment; may be repeated.")
@click.option("--record/--no-record", default=True, help="Also store what the log publishes.")
def worker(experiments: tuple[str, ...], *, record: bool) -> None:
    """Replay enabled experiments until stopped (SIGTERM ends cleanly).

    \b
    Examples:
      understudy worker
      understudy worker --experiment llama-awq --no-record
    """
    from shadow.main import run_worker

    run_worker(experiments=frozenset(experiments), record=record)


@click.command()
def control() -> None:
    """Serve the experiments over HTTP, with OpenAPI at /docs."""
    from shadow.main import run_control

    run_control()


@click.group()
def experiment() -> None:
    """Create, enable, change and end experiments: one candidate shadowed against the baseline.

    \b
    Examples:
      understudy experiment create llama-awq.toml --owner ops@example.org --enable
      understudy experiment list
      understudy experiment extend llama-awq --days 7
      understudy experiment log llama-awq

    Exit codes: 0 done, 64 wrong words or an unknown experiment, 69 a service does not answer (try again), 77 refused.
    """


_by = click.option("--by", envvar="USER", required=True, help="Who does this; goes to the audit log. Default: $USER.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_days = click.IntRange(1, 90)


@experiment.command("create")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--days", type=_days, default=14, show_default=True, help="Days until it expires.")
@click.option("--enable", is_flag=True, help="Enable it at once.")
@click.option("--by", default=None, help="Who does this; goes to the audit log. Default: the owner.")
@_as_json
def create(file: str, owner: str, days: int, by: str | None, *, enable: bool, as_json: bool) -> None:
    """Create an experiment from a TOML file (see docs/reference/experiment.md).

    \b
    Examples:
      understudy experiment create llama-awq.toml --owner ops@example.org
      understudy experiment create llama-awq.toml --owner ops@example.org --days 7 --enable
    """
    from shadow.main import create_experiment

    _tell(create_experiment(file, owner=owner, days=days, enable=enable, by=by), as_json=as_json)


@experiment.command("list")
@_as_json
def list_(*, as_json: bool) -> None:
    """List experiments with state, arms and expiry.

    \b
    Examples:
      understudy experiment list
      understudy experiment list --json
    """
    from shadow.control.showing import as_json_array, line_of
    from shadow.main import list_experiments

    found = list_experiments()
    click.echo(as_json_array(found) if as_json else "\n".join(map(line_of, found)) or "there is no experiment yet")


@experiment.command("show")
@click.argument("experiment_id")
@_as_json
def show(experiment_id: str, *, as_json: bool) -> None:
    """Show one experiment, fingerprints included.

    \b
    Examples:
      understudy experiment show llama-awq
      understudy experiment show llama-awq --json
    """
    from shadow.control.showing import as_json_object, page_of
    from shadow.main import show_experiment

    found = show_experiment(experiment_id)
    click.echo(as_json_object(found) if as_json else page_of(found))


@experiment.command("log")
@click.argument("experiment_id")
@_as_json
def log(experiment_id: str, *, as_json: bool) -> None:
    """Tell who changed what, when and by which way, oldest first.

    \b
    Examples:
      understudy experiment log llama-awq
      understudy experiment log llama-awq --json
    """
    from shadow.control.showing import as_json_array, log_of
    from shadow.main import log_of_experiment

    entries = log_of_experiment(experiment_id)
    click.echo(as_json_array(entries) if as_json else log_of(entries))


@experiment.command("enable")
@click.argument("experiment_id")
@_by
@_as_json
def enable(experiment_id: str, by: str, *, as_json: bool) -> None:
    """Start replaying; workers follow within two seconds.

    \b
    Example:
      understudy experiment enable llama-awq --by anna@example.org
    """
    _change(experiment_id, "enable", by, as_json=as_json)


@experiment.command("pause")
@click.argument("experiment_id")
@_by
@_as_json
def pause(experiment_id: str, by: str, *, as_json: bool) -> None:
    """Stop replaying for now; the place in the log is kept.

    \b
    Example:
      understudy experiment pause llama-awq
    """
    _change(experiment_id, "pause", by, as_json=as_json)


@experiment.command("disable")
@click.argument("experiment_id")
@_by
@_as_json
def disable(experiment_id: str, by: str, *, as_json: bool) -> None:
    """End an experiment for good.

    \b
    Example:
      understudy experiment disable llama-awq
    """
    _change(experiment_id, "disable", by, as_json=as_json)


@experiment.command("extend")
@click.argument("experiment_id")
@click.option("--days", type=_days, required=True, help="Days to add; it ends 90 days from now at the latest.")
@_by
@_as_json
def extend(experiment_id: str, days: int, by: str, *, as_json: bool) -> None:
    """Let an experiment end later; one that has expired ends so many days from now.

    \b
    Example:
      understudy experiment extend llama-awq --days 7
    """
    from shadow.main import extend_experiment

    _tell(extend_experiment(experiment_id, days=days, by=by), as_json=as_json)


def _change(experiment_id: str, action: str, by: str, *, as_json: bool) -> None:
    from shadow.main import change_experiment

    _tell(change_experiment(experiment_id, action=action, by=by), as_json=as_json)


def _tell(changed: "Experiment", *, as_json: bool) -> None:
    from shadow.control.showing import as_json_object, line_of

    click.echo(as_json_object(changed) if as_json else line_of(changed))
