"""The verb that validates. Imports click alone, so that --help stays fast."""

from pathlib import Path

import click


@click.command()
@click.option("--trials", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Of each condition.")
@click.option("--pairs", type=click.IntRange(100, 100_000), default=2_000, show_default=True, help="Of each trial.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the table, figure and JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print the rates as JSON.")
def validate(*, trials: int, pairs: int, seed: int, out: Path | None, as_json: bool) -> None:
    """How often the verdict is wrong: whole decisions on A/A data and on planted regressions.

    Answers are the simulator's, judged by the judges that need no model; no server is started. Minutes of both cores.

    \b
    Examples:
      understudy validate --trials 20
      understudy validate --out docs/explanation
    """
    from rich.console import Console
    from rich.progress import Progress

    from analytics.validation.conditions import CONDITIONS
    from analytics.validation.run import run_validation
    from analytics.validation.showing import show_validation
    from analytics.validation.writing import write_validation
    from judges.panel import cheap_panel

    console = Console(stderr=as_json)
    with Progress(console=console, disable=as_json) as progress:
        tasks = {one.name: progress.add_task(one.name, total=trials) for one in CONDITIONS}
        found = run_validation(
            trials=trials,
            pairs=pairs,
            seed=seed,
            judges=cheap_panel(),
            advance=lambda name, done: progress.update(tasks[name], completed=done),
        )
    if out is not None:
        write_validation(found, folder=out)
    if as_json:
        click.echo(found.model_dump_json(indent=2))
    else:
        show_validation(found, console=console)
