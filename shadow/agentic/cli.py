"""The verb `agent`. Only click is imported here; each verb imports what it needs."""

import click

_seed = click.option("--seed", type=int, default=1, show_default=True, help="Another seed draws other tasks.")
_per_world = click.option(
    "--per-world", type=click.IntRange(1, 100), default=18, show_default=True, help="Tasks of each of the four worlds."
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def agent() -> None:
    """Let both lanes of an experiment act as agents in small closed worlds, and look at what they did.

    The worlds (orders, calendar, files, banking) live in memory alone: no tool reaches a real system.

    \b
    Examples:
      understudy agent tasks
      understudy agent run llama-awq --trials 4
      understudy agent show llama-awq banking-002
    """


@agent.command("tasks")
@_seed
@_per_world
@_as_json
def tasks(seed: int, per_world: int, *, as_json: bool) -> None:
    """List the tasks of the suite, with the faults that are injected.

    \b
    Examples:
      understudy agent tasks
      understudy agent tasks --seed 7 --json
    """
    from rich.console import Console

    from shadow.agentic.showing import show_tasks, tasks_json
    from shadow.agentic.suite import draw_agentic

    suite = draw_agentic(seed=seed, per_world=per_world)
    if as_json:
        click.echo(tasks_json(suite))
    else:
        show_tasks(suite, console=Console())


@agent.command("run")
@click.argument("experiment_id")
@_seed
@_per_world
@click.option("--trials", type=click.IntRange(1, 100), default=4, show_default=True, help="Runs of each task and lane.")
@click.option(
    "--concurrency", type=click.IntRange(1, 1000), default=4, show_default=True, help="Runs at once per lane."
)
@click.option("--temperature", type=click.FloatRange(0, 2), default=0.7, show_default=True, help="Of both lanes.")
@click.option("--max-steps", type=click.IntRange(1, 1000), default=25, show_default=True, help="Tool calls of one run.")
@click.option("--max-tokens", type=click.IntRange(1), default=8192, show_default=True, help="Output tokens of one run.")
@click.option("--max-seconds", type=click.FloatRange(min=1), default=300, show_default=True, help="Of one run, s.")
@_as_json
def run(experiment_id: str, *, as_json: bool, **options: float) -> None:
    """Run every task on both lanes; stop it at any time, it goes on where it was.

    Runs that are in the store, under the same deployment, are not made again; runs that failed because a lane gave no
    reply are. The figures stand in the next decision. Exit code 0, or 69 when a lane gave no reply in some runs.

    \b
    Examples:
      understudy agent run llama-awq
      understudy agent run llama-awq --seed 7 --trials 8 --concurrency 16 --json
    """
    from rich.console import Console
    from rich.progress import Progress

    from shadow.agentic.showing import show_tallies, tallies_json
    from shadow.main import run_agentic

    console = Console(stderr=as_json)
    with Progress(console=console, disable=as_json) as progress:
        bar = progress.add_task(experiment_id, total=None)
        suite, found = run_agentic(
            experiment_id,
            options=options,
            begin=lambda total: progress.update(bar, total=total),
            advance=lambda: progress.advance(bar),
        )
    if as_json:
        click.echo(tallies_json(experiment_id, suite, found))
    else:
        show_tallies(found, console=console)
    failed = sum(one.failed for one in found)
    if failed:
        words = f"{failed} runs failed because a lane gave no reply; run the same again to make up for them"
        click.echo(f"{words}. vLLM takes tools with --enable-auto-tool-choice and --tool-call-parser only", err=True)
    raise SystemExit(69 if failed else 0)


@agent.command("show")
@click.argument("experiment_id")
@click.argument("task_id")
@click.option("--lane", type=click.Choice(["baseline", "candidate"]), default=None, help="Only this lane.")
@click.option("--trial", type=click.IntRange(0), default=None, help="Only this trial, counted from 0.")
@_as_json
def show(experiment_id: str, task_id: str, lane: str | None, trial: int | None, *, as_json: bool) -> None:
    """Show what the lanes did on a task, message by message.

    Exit code 1 when there is no such run.

    \b
    Examples:
      understudy agent show llama-awq banking-002
      understudy agent show llama-awq orders-004 --lane candidate --trial 0 --json
    """
    from rich.console import Console

    from shadow.agentic.showing import show_transcript
    from shadow.main import read_transcripts

    found = [
        one
        for one in read_transcripts(experiment_id, task_id=task_id)
        if lane in {None, str(one.lane)} and trial in {None, one.trial}
    ]
    if as_json:
        click.echo(f"[{','.join(one.to_bytes().decode() for one in found)}]")
    elif found:
        for one in found:
            show_transcript(one, console=Console())
    else:
        click.echo(f"{experiment_id} has no such run of {task_id}; `understudy agent run` makes runs", err=True)
    raise SystemExit(0 if found else 1)
