"""The verb that plans. Imports click alone, so that --help stays fast."""

from pathlib import Path

import click

_SHARE = click.FloatRange(0, 1)


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dangerous", "dangerous", multiple=True, help="A dangerous category; repeat it. The file's otherwise.")
@click.option(
    "--share", "shares", multiple=True, metavar="CATEGORY=SHARE", help="Its share of traffic, such as billing=0.1."
)
@click.option("--requests-per-hour", type=click.FloatRange(min=0, min_open=True), default=1_000.0, show_default=True)
@click.option(
    "--slow-share", type=_SHARE, default=0.02, show_default=True, help="Expected share beyond the first-token limit."
)
@click.option("--baseline-accuracy", type=_SHARE, default=0.80, show_default=True)
@click.option("--candidate-accuracy", type=_SHARE, default=0.78, show_default=True)
@click.option(
    "--agreement", type=_SHARE, default=0.90, show_default=True, help="Examples both get right or both wrong."
)
@click.option("--catastrophic-share", type=_SHARE, default=0.0, show_default=True, help="Expected in each category.")
@click.option("--power", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.8, show_default=True)
@click.option("--tokens-per-request", type=float, default=1_000.0, show_default=True)
@click.option("--seconds-per-request", type=float, default=5.0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(
    file: Path | None, *, dangerous: tuple[str, ...], shares: tuple[str, ...], as_json: bool, **numbers: float
) -> None:
    """How many examples, hours of traffic and dollars a verdict needs, before the run.

    FILE is an experiment's file; its score card, categories, ratios and prices are used. Exits with 1 when what is
    expected could never bring a GO.

    \b
    Examples:
      understudy plan --dangerous billing --share billing=0.1
      understudy plan llama-awq.toml --requests-per-hour 20000 --candidate-accuracy 0.79
      understudy plan llama-awq.toml --catastrophic-share 0.001 --json
    """
    from analytics.main import plan_run

    made = plan_run(file, dangerous=dangerous, shares=shares, numbers=numbers)
    if as_json:
        click.echo(made.model_dump_json(indent=2))
    else:
        from rich.console import Console

        from analytics.planning.showing import show_plan

        show_plan(made, console=Console())
    if not made.is_possible:
        raise SystemExit(1)
