"""The verb `load`. Only click is imported here; each verb imports what it needs."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from shadow.load.level import Slo
    from shadow.load.main import Wanted

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SLOS = ("ttft", "tpot", "e2e")


class _Rate(click.ParamType[float | None]):
    """A number of requests per second, or `recorded`: production's own."""

    name = "N|recorded"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        if value == "recorded":
            return None
        try:
            rate = float(value)
        except ValueError:
            rate = 0.0
        if not 0 < rate <= 1e6:  # noqa: PLR2004 - more than any machine sends
            self.fail("give requests per second above 0, or `recorded`", param, ctx)
        return rate


class _SloOption(click.ParamType[tuple[str, float]]):
    """A bound of goodput."""

    name = "NAME=MS"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        name, _, limit = value.partition("=")
        try:
            bound = float(limit)
        except ValueError:
            bound = 0.0
        if name not in _SLOS or not 0 < bound < math.inf:
            self.fail("give ttft=MS, tpot=MS or e2e=MS", param, ctx)
        return name, bound


_WHOM = (
    click.option("--experiment", "experiment_id", default="", help="Load both lanes of this experiment."),
    click.option("--url", default="", help="Load one server instead: its base URL, without /v1."),
    click.option("--model", default="", help="Model to ask for at --url."),
)
_WHAT = (
    click.option("--prompts", type=_FILE, default=None, help="JSONL: a suite, request bodies, or `prompt` lines."),
    click.option(
        "--traffic",
        type=click.Choice(["store", "log"]),
        default="store",
        show_default=True,
        help="Where captured traffic is read when there are no --prompts.",
    ),
    click.option(
        "--last", type=click.IntRange(1, 1_000_000), default=2_000, show_default=True, help="Exchanges of it."
    ),
    click.option("--output-tokens", type=click.IntRange(1, 131_072), default=None, help="Bound of every reply."),
    click.option("--exact-tokens", is_flag=True, help="Bring every reply to exactly the bound (vLLM's ignore_eos)."),
    click.option(
        "--kept",
        type=click.IntRange(1, 1_000_000),
        default=500,
        show_default=True,
        help="Kept requests of a level and lane; ten for each in flight at least.",
    ),
    click.option(
        "--timeout", "timeout_s", type=click.FloatRange(0.1, 3600), default=60.0, show_default=True, help="s."
    ),
    click.option("--slo", "slos", type=_SloOption(), multiple=True, help="Bound of goodput; ttft=500 when left out."),
    click.option(
        "--clients", type=click.IntRange(1, 256), default=1, show_default=True, help="Client processes at first."
    ),
    click.option(
        "--max-clients", "most_clients", type=click.IntRange(1, 256), default=None, help="Default: one a core."
    ),
    click.option(
        "--null-run/--no-null-run", default=True, help="Prove the client against a simulator before each block."
    ),
    click.option("--run", "run_id", default="", help="Name of the run; one that broke off goes on. Default: the time."),
    click.option("--store/--no-store", "keep", default=None, help="Store the blocks. Default: for experiments."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)


def _with(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def decorate(verb: Any) -> Any:  # noqa: ANN401 - click's decorators are untyped
        for option in reversed(options):
            verb = option(verb)
        return verb

    return decorate


@click.group()
def load() -> None:
    """Put load on both lanes of an experiment, or on one URL, and measure what they do under it.

    \b
    Examples:
      understudy load run --experiment llama-awq
      understudy load run --experiment llama-awq --at 50 --at 100 --rate recorded --prompts heldout.jsonl
      understudy load run --url http://127.0.0.1:8000 --model llama --at 64 --prompts prompts.jsonl --json
      understudy load saturate --experiment llama-awq --slo ttft=500 --slo tpot=50
      understudy load bench --url http://127.0.0.1:8000 --model llama --prompts prompts.jsonl --at 8
      understudy load import-bench result.json

    Exit codes: 0 every level is resolved, 1 one is not (not in steady state, too short, or the client was the
    bottleneck), 64 wrong words, 69 a service does not answer (run it again: what is measured stays), 77 refused.
    """


@load.command("run")
@_with(
    *_WHOM,
    click.option(
        "--at", "streams", type=click.IntRange(1, 10_000), multiple=True, help="Requests in flight; repeatable."
    ),
    click.option("--rate", "rates", type=_Rate(), multiple=True, help="Open loop at so many requests/s; repeatable."),
    *_WHAT,
)
def run(*, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Measure each load in blocks, baseline, candidate, candidate, baseline, and store every request.

    Without --at and --rate: 50, 100 and 200 in flight, and production's own rate where the prompts have times.

    \b
    Examples:
      understudy load run --experiment llama-awq
      understudy load run --experiment llama-awq --at 50 --rate recorded --run friday
    """
    from rich.console import Console

    from shadow.load.main import run_load
    from shadow.load.showing import is_resolved, level_object, table_of, to_json

    run_id, levels = run_load(_wanted(options, is_silent=as_json))
    if as_json:
        click.echo(to_json({"run_id": run_id, "levels": [level_object(one) for one in levels]}))
    else:
        Console().print(table_of(levels, title=f"load run {run_id}"))
    raise SystemExit(0 if is_resolved(levels) else 1)


@load.command("saturate")
@_with(
    *_WHOM,
    click.option("--from", "first", type=click.IntRange(1, 10_000), default=1, show_default=True, help="First load."),
    click.option("--to", "most", type=click.IntRange(1, 10_000), default=512, show_default=True, help="Last load."),
    click.option(
        "--within",
        type=click.FloatRange(0, 1),
        default=0.15,
        show_default=True,
        help="How closely limit and knee are searched for, as a share; 0 finds the very numbers.",
    ),
    *_WHAT,
)
def saturate(*, first: int, most: int, within: float, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - as above
    """Search for the most requests in flight that each lane carries with 95 % of them within the bounds.

    The load is doubled until it is not carried or brings no more tokens, then halved in on the limit and on the knee.
    Exit code 1 when not even the first load was carried.

    \b
    Example:
      understudy load saturate --experiment llama-awq --from 8 --slo ttft=500
    """
    from rich.console import Console

    from shadow.load.main import find_saturation
    from shadow.load.showing import limits_object, limits_table, to_json

    run_id, limits = find_saturation(_wanted(options, is_silent=as_json), first=first, most=most, within=within)
    if as_json:
        click.echo(to_json({"run_id": run_id, "lanes": limits_object(limits)}))
    else:
        Console().print(limits_table(limits, title=f"load run {run_id}"))
    raise SystemExit(0 if all(found.carried is not None for _, found in limits.values()) else 1)


@load.command("show")
@click.argument("run_id")
@click.option("--experiment", "experiment_id", default="", help="Experiment of the run; none for a URL's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(run_id: str, experiment_id: str, *, as_json: bool) -> None:
    """Show a stored run.

    \b
    Example:
      understudy load show friday --experiment llama-awq
    """
    from rich.console import Console

    from shadow.load.main import stored_levels
    from shadow.load.showing import is_resolved, level_object, table_of, to_json

    levels = stored_levels(run_id, experiment_id=experiment_id)
    if as_json:
        click.echo(to_json({"run_id": run_id, "levels": [level_object(one) for one in levels]}))
    else:
        Console().print(table_of(levels, title=f"load run {run_id}"))
    raise SystemExit(0 if is_resolved(levels) else 1)


@load.command("list")
@click.option("--experiment", "experiment_id", default="", help="Only this experiment's runs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(experiment_id: str, *, as_json: bool) -> None:
    """List stored runs, latest first.

    \b
    Example:
      understudy load list --experiment llama-awq
    """
    from shadow.load.main import stored_runs
    from shadow.load.showing import run_line, run_object, to_json

    runs = stored_runs(experiment_id=experiment_id)
    lines = "\n".join(map(run_line, runs)) or "there is no load run yet"
    click.echo(to_json([run_object(one) for one in runs]) if as_json else lines)


@load.command("bench")
@click.option("--url", required=True, help="Base URL of the server, without /v1.")
@click.option("--model", required=True, help="Model to ask for.")
@click.option("--prompts", type=_FILE, required=True, help="JSONL of `prompt` lines, a different one for each request.")
@click.option("--at", "streams", type=click.IntRange(1, 10_000), required=True, help="Requests in flight.")
@click.option(
    "--output-tokens", type=click.IntRange(2, 131_072), default=32, show_default=True, help="Of a reply, on average."
)
@click.option("--kept", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="Kept requests a run.")
@click.option("--repeats", type=click.IntRange(1, 50), default=3, show_default=True, help="Runs of each, interleaved.")
@click.option("--python", type=_FILE, required=True, help="Interpreter of an environment that has vLLM.")
@click.option("--tokenizer", required=True, help="Folder or name of the model's tokenizer, for the benchmark.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bench(*, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - as above
    """Measure the same prompts with `vllm bench serve` too, in turns, and compare.

    Exit code 1 when P50 or P95 of the first token, or the tokens per second, differ by more than 5 %.

    \b
    Example:
      understudy load bench --url http://127.0.0.1:8000 --model llama --prompts prompts.jsonl --at 8 \\
        --python .venv-vllm/bin/python --tokenizer /models/llama
    """
    from rich.console import Console

    from shadow.load.comparison import comparison_object, comparison_table
    from shadow.load.main import run_beside_bench
    from shadow.load.showing import to_json

    sides = run_beside_bench(**options)
    if as_json:
        click.echo(to_json(comparison_object(sides)))
    else:
        Console().print(comparison_table(sides))
    raise SystemExit(0 if sides.agree else 1)


@load.command("import-bench")
@click.argument("file", type=_FILE)
@click.option("--slo", "slos", type=_SloOption(), multiple=True, help="Bound of goodput; ttft=500 when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_bench(file: Path, slos: tuple[tuple[str, float], ...], *, as_json: bool) -> None:
    """Read a detailed result of `vllm bench serve`, cut as ours, with failed rows as the failures that they are.

    The benchmark leaves failed requests out of its quantiles. Exit code 64 when the file is no detailed result.

    \b
    Example:
      understudy load import-bench result.json --json
    """
    from rich.console import Console

    from shadow.load.bench import read_bench
    from shadow.load.comparison import bench_object, bench_table
    from shadow.load.showing import to_json

    run = read_bench(file.read_text("utf-8", errors="replace"), name=file.name)
    slo = _slo(slos)
    if as_json:
        click.echo(to_json(bench_object(run, slo)))
    else:
        Console().print(bench_table(run, slo, name=file.name))


def _slo(slos: tuple[tuple[str, float], ...]) -> "Slo":
    from shadow.load.level import Slo

    return Slo(**{f"{name}_ms": bound for name, bound in (("ttft", None), *slos)}) if slos else Slo()


def _wanted(options: dict[str, Any], *, is_silent: bool) -> "Wanted":
    """The options as one record."""
    from shadow.load.main import Wanted

    slo = _slo(options.pop("slos"))
    keep = options.pop("keep")
    return Wanted(
        **options, slo=slo, keep=bool(options["experiment_id"]) if keep is None else keep, is_silent=is_silent
    )
