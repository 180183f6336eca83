"""Verbs of suites. Only click is imported here; each verb imports what it needs."""

from pathlib import Path

import click

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_paths = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))


@click.group()
def suite() -> None:
    """Labelled examples that run through the same lanes, store and judges as the traffic.

    A suite is a JSONL file, one example per line (docs/reference/suite.md), named after the file and versioned by a
    hash of its examples. Where a verb takes files, a folder stands for all suites in it.

    \b
    Examples:
      understudy suite draw held-out --seed 7
      understudy suite run held-out-7.jsonl --experiment llama-awq
      understudy suite results llama-awq

    Exit codes: 0 done, 1 found wanting, 64 wrong words or a wrong file, 69 a service does not answer (try again).
    """


@suite.command("draw")
@click.argument("kind", type=click.Choice(["held-out", "adversarial"]))
@click.argument("file", required=False, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed draws another, unseen suite.")
@click.option("--size", type=click.IntRange(1, 100_000), default=None, help="Examples; the kind's own when left out.")
def draw(kind: str, file: Path | None, *, seed: int, size: int | None) -> None:
    """Draw a suite from seeded templates into a JSONL file (KIND-SEED.jsonl when left out).

    held-out asks 1,100 questions in eleven categories, each with mechanical checks. adversarial holds 3,520 probes,
    640 of each danger that it declares: injection, prompt_leak, unsafe_help, tool_abuse.

    \b
    Examples:
      understudy suite draw held-out --seed 7
      understudy suite draw held-out fresh.jsonl --seed 8 --size 500
      understudy suite draw adversarial
    """
    from shadow.suites.main import draw_suite

    target = file or Path(f"{kind}-{seed}.jsonl")
    drawn = draw_suite(kind, target, seed=seed, size=size)
    click.echo(f"{drawn.id} written to {target}: {len(drawn.examples)} examples")


@suite.command("validate")
@_paths
@_as_json
def validate(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Tell everything that is wrong with suites, each with its line. Exit code 1 when something is.

    A locked suite that is not what was locked is wrong too.

    \b
    Examples:
      understudy suite validate mine.jsonl
      understudy suite validate suites/ --json
    """
    import json

    from shadow.suites.files import problems_of_files

    found = problems_of_files(paths)
    if as_json:
        click.echo(json.dumps(found))
    else:
        for file, problems in found.items():
            click.echo("\n".join(problems) if problems else f"{file} is sound")
    raise SystemExit(1 if any(found.values()) else 0)


@suite.command("run")
@_paths
@click.option("--experiment", "experiment_id", required=True, help="Experiment whose lanes answer.")
@click.option("--rate", type=click.FloatRange(0.1, 1000), default=10.0, show_default=True, help="Examples per second.")
@click.option("--samples", type=click.IntRange(1, 100), default=1, show_default=True, help="Answers per example, lane.")
@click.option("--temperature", type=click.FloatRange(0, 2), default=0.0, show_default=True, help="0 is greedy.")
@click.option(
    "--logprobs", type=click.IntRange(0, 20), default=None, help="Ask for log-probabilities, so many a token."
)
@click.option("--wait/--no-wait", default=False, help="Wait until both lanes have answered.")
@click.option(
    "--patience",
    type=click.FloatRange(1, 86_400),
    default=120.0,
    show_default=True,
    help="End of the wait: no answer for so long, s.",
)
@_as_json
def run(
    paths: tuple[Path, ...],
    experiment_id: str,
    *,
    rate: float,
    samples: int,
    temperature: float,
    logprobs: int | None,
    wait: bool,
    patience: float,
    as_json: bool,
) -> None:
    """Send suites through an experiment's lanes; workers do the rest.

    What was sent before is not sent again, so that a run that was stopped goes on where it was. With --logprobs the
    examples are exchanges of their own, for calibration: they are no second answer in any accuracy and never timed.
    Exit code 1 when answers lack at the end of the wait.

    \b
    Examples:
      understudy suite run held-out-7.jsonl --experiment llama-awq --rate 5
      understudy suite run suites/ --experiment llama-awq --wait
      understudy suite run held-out-7.jsonl --experiment llama-awq --samples 4 --temperature 0.7
      understudy suite run held-out-7.jsonl --experiment llama-awq --logprobs 5
    """
    import json

    from rich.console import Console
    from rich.progress import Progress

    from shadow.suites.main import await_answers, load_all, run_suites
    from shadow.suites.sending import Run

    wanted = Run(experiment_id, rate=rate, samples=samples, temperature=temperature, logprobs=logprobs)
    suites = load_all(paths)
    total = sum(map(wanted.size, suites))
    missing = 0
    with Progress(console=Console(stderr=True), disable=as_json) as progress:
        sending = progress.add_task("sent", total=total)
        counts = run_suites(suites, wanted, told=lambda more: progress.advance(sending, more))
        if wait:
            answering = progress.add_task("answered", total=total)
            missing = await_answers(suites, wanted, patience_s=patience, told=lambda n: progress.advance(answering, n))
    if as_json:
        sent = {one: {"sent": new, "sent_before": before} for one, (new, before) in counts.items()}
        click.echo(json.dumps({"suites": sent, "missing": missing if wait else None}))
    else:
        for one, (new, before) in counts.items():
            click.echo(f"{one}: {new} exchanges published for {experiment_id}, {before} were sent before")
        if missing:
            click.echo(
                f"{missing} exchanges lack an answer: see `understudy doctor`, then run the same again", err=True
            )
    raise SystemExit(1 if missing else 0)


@suite.command("list")
@_as_json
def list_(*, as_json: bool) -> None:
    """List the suites that were run.

    \b
    Example:
      understudy suite list
    """
    from shadow.suites.main import list_suites
    from shadow.suites.showing import stored_json, stored_lines

    rows = list_suites()
    click.echo(stored_json(rows) if as_json else stored_lines(rows))


@suite.command("show")
@click.argument("name")
@click.option("--example", "example_id", default="", help="Show this example instead, as its JSON line.")
@_as_json
def show(name: str, example_id: str, *, as_json: bool) -> None:
    """Show what a suite consists of; NAME is a file, or the id of a suite that was run.

    \b
    Examples:
      understudy suite show held-out-7.jsonl
      understudy suite show held-out-7@3f2a9c5d1e7b --example tools-0010
    """
    import json

    from shadow.suites.main import find_suite
    from shadow.suites.showing import page_of, summary

    found = find_suite(name)
    if example_id:
        click.echo(found.example(example_id).to_line())
    else:
        click.echo(json.dumps(summary(found)) if as_json else page_of(found))


@suite.command("results")
@click.argument("experiment_id")
@_as_json
def results(experiment_id: str, *, as_json: bool) -> None:
    """Show how both lanes did on the suites that were run and judged, by category.

    \b
    Example:
      understudy suite results llama-awq
    """
    from shadow.suites.main import results_of
    from shadow.suites.showing import results_json, results_lines

    found = results_of(experiment_id)
    click.echo(results_json(found) if as_json else results_lines(found))


@suite.command("diff")
@click.argument("first")
@click.argument("second")
@_as_json
def diff(first: str, second: str, *, as_json: bool) -> None:
    """Tell which examples were added (+), removed (-) or changed (~); each a file or an id. Exit code 1 when some were.

    \b
    Example:
      understudy suite diff held-out-7@3f2a9c5d1e7b mine.jsonl
    """
    from shadow.suites.main import compare_suites
    from shadow.suites.showing import difference_json, difference_lines

    found = compare_suites(first, second)
    click.echo(difference_json(found) if as_json else difference_lines(found))
    raise SystemExit(0 if found.is_empty else 1)
