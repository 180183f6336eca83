"""The verb that watches. Imports click alone, so that --help stays fast."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from analytics.decide.watching import Watched

_EXIT_CODES = {"met": 0, "violated": 1, "go on": 2}


@click.command()
@click.argument("experiment_id")
@click.option(
    "--every", "every_s", type=click.FloatRange(1), default=10, show_default=True, help="Seconds between looks."
)
@click.option(
    "--settle",
    "settle_s",
    type=click.FloatRange(0),
    default=600,
    show_default=True,
    help="Seconds without a turn after which a conversation counts.",
)
@click.option("--once", is_flag=True, help="Look once.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a look.")
def watch(experiment_id: str, *, every_s: float, settle_s: float, once: bool, as_json: bool) -> None:
    """Show what may be concluded of each gate now, until all is concluded or Ctrl-C.

    Unlike the intervals of a report, these may be looked at as often as you like, and the run be stopped by them.
    Judge what comes in with `understudy judge run EXPERIMENT --follow`.

    Exit code: 0 every gate is met, 1 one is violated, 2 go on.

    \b
    Examples:
      understudy watch llama-awq
      understudy watch llama-awq --once --json
    """
    from rich.console import Console

    from analytics.decide.watching import conclude
    from analytics.watching_table import to_object, to_table

    found: Sequence[Watched] = ()
    console = Console()
    try:
        if as_json:
            for found in _looks(experiment_id, every_s=every_s, settle_s=settle_s, once=once):
                click.echo(to_object(found))
        else:
            from rich.live import Live

            with Live(console=console, auto_refresh=False) as live:
                for found in _looks(experiment_id, every_s=every_s, settle_s=settle_s, once=once):
                    live.update(to_table(found, experiment_id=experiment_id), refresh=True)
    except KeyboardInterrupt:
        pass
    raise SystemExit(_EXIT_CODES[conclude(found)])


def _looks(experiment_id: str, *, every_s: float, settle_s: float, once: bool) -> "Iterator[Sequence[Watched]]":
    """One look after the other, until nothing is open."""
    from analytics.decide.watching import Conclusion, conclude
    from analytics.main import watch_experiment

    while True:
        found = watch_experiment(experiment_id, settle_s=settle_s)
        yield found
        if once or conclude(found) is not Conclusion.GO_ON:
            return
        time.sleep(every_s)
