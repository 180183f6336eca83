"""The verb that judges stored pairs, beside the judges' own. Imports click alone, so that --help stays fast."""

import click

from judges.cli import judge


@judge.command("run")
@click.argument("experiment_ids", nargs=-1, required=True)
def run(experiment_ids: tuple[str, ...]) -> None:
    """Judge every pair that is not judged yet; stop it at any time, it goes on where it was.

    \b
    Example:
      understudy judge run llama-awq
    """
    from functools import partial

    from rich.progress import Progress

    from analytics.main import count_unjudged, open_judges, run_judges

    judges = open_judges()
    with Progress() as progress:
        for experiment_id in experiment_ids:
            task = progress.add_task(experiment_id, total=count_unjudged(experiment_id, judges=judges))
            found = run_judges(experiment_id, judges=judges, advance=partial(progress.advance, task))
            progress.console.print(f"{experiment_id}: {found} findings by {len(judges)} judges")
