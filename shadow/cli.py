"""Verbs of replay and store. Only click is imported here; each verb imports what it needs."""

import click


@click.command()
@click.option("--to", type=int, default=None, help="Migration to go to; the newest when left out, 0 for none.")
def migrate(to: int | None) -> None:
    """Bring ClickHouse's schema to the newest migration, or to another.

    \b
    Examples:
      understudy migrate
      understudy migrate --to 1
    """
    from shadow.main import run_migrations

    done = run_migrations(to=to)
    click.echo("\n".join(done) if done else "schema is up to date")


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
    """Create, enable and end experiments: one candidate shadowed against the baseline."""


@experiment.command("create")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--days", type=click.IntRange(1, 90), default=14, show_default=True, help="Days until it expires.")
@click.option("--enable", is_flag=True, help="Enable it at once.")
def create(file: str, owner: str, days: int, *, enable: bool) -> None:
    """Create an experiment from a TOML file (see docs/reference/experiment.md).

    \b
    Example:
      understudy experiment create llama-awq.toml --owner ops@example.org --days 7 --enable
    """
    from shadow.main import create_experiment

    made = create_experiment(file, owner=owner, days=days, enable=enable)
    click.echo(f"{made.experiment_id}: {made.state}, expires {made.expires_at:%Y-%m-%d %H:%M} UTC")


@experiment.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_(*, as_json: bool) -> None:
    """List experiments with state, arms and expiry."""
    from shadow.main import list_experiments

    found = list_experiments()
    if as_json:
        click.echo("[" + ",".join(one.model_dump_json() for one in found) + "]")
        return
    for one in found:
        arms = f"{one.candidate.deployment_id} against {one.baseline.deployment_id}"
        click.echo(f"{one.experiment_id}  {one.state}  {arms}  until {one.expires_at:%Y-%m-%d %H:%M} UTC")


@experiment.command("show")
@click.argument("experiment_id")
def show(experiment_id: str) -> None:
    """Show one experiment as JSON, fingerprints included."""
    from shadow.main import show_experiment

    click.echo(show_experiment(experiment_id).model_dump_json(indent=2))


def _change(experiment_id: str, action: str, by: str) -> None:
    from shadow.main import change_experiment

    changed = change_experiment(experiment_id, action=action, by=by)
    click.echo(f"{changed.experiment_id}: {changed.state}")


_by = click.option("--by", envvar="USER", required=True, help="Who does this; goes to the audit log.")


@experiment.command("enable")
@click.argument("experiment_id")
@_by
def enable(experiment_id: str, by: str) -> None:
    """Start replaying; workers follow within two seconds."""
    _change(experiment_id, "enable", by)


@experiment.command("pause")
@click.argument("experiment_id")
@_by
def pause(experiment_id: str, by: str) -> None:
    """Stop replaying for now; the place in the log is kept."""
    _change(experiment_id, "pause", by)


@experiment.command("disable")
@click.argument("experiment_id")
@_by
def disable(experiment_id: str, by: str) -> None:
    """End an experiment for good."""
    _change(experiment_id, "disable", by)


@click.group()
def suite() -> None:
    """Labelled examples that run through the same lanes as the traffic."""


@suite.command("draw")
@click.argument("file", type=click.Path(dir_okay=False, writable=True))
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed draws another suite.")
@click.option("--size", type=click.IntRange(1, 100_000), default=300, show_default=True, help="Examples.")
def draw(file: str, seed: int, size: int) -> None:
    """Draw a held-out suite from seeded templates into a JSONL file.

    \b
    Example:
      understudy suite draw heldout.jsonl --seed 7 --size 500
    """
    from shadow.main import draw_suite

    click.echo(f"{draw_suite(file, seed=seed, size=size)} written to {file}")


@suite.command("run")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--experiment", "experiment_id", required=True, help="Experiment whose lanes answer.")
@click.option("--rate", type=click.FloatRange(0.1, 1000), default=10.0, show_default=True, help="Examples per second.")
def run(file: str, experiment_id: str, rate: float) -> None:
    """Send a suite's examples through an experiment's lanes; workers do the rest.

    \b
    Example:
      understudy suite run heldout.jsonl --experiment llama-awq --rate 5
    """
    from shadow.main import run_suite

    sent = run_suite(file, experiment_id=experiment_id, rate=rate)
    click.echo(f"{sent} examples published for {experiment_id}")
