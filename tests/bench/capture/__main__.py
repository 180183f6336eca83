"""Direct, nginx, mitmdump, the LiteLLM proxy, the floor and the gateway (capture on, publishing to Kafka), as ratios.

`make bench-capture`, on a quiet machine, under six minutes. Whole replies are loaded by wrk and answered by an nginx,
so that what is measured is the hop; 50 streams of 20 chunks at 5 ms are loaded by hey. Rounds alternate the order of
the arms; medians are shown. `--quick` takes one short round, to see that it runs; `--only gateway,mitmdump` leaves out
the other arms, to compare two of them in less time.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from tests.bench.capture.arms import arms, paced_streams, program, settle, whole_replies
from tests.bench.capture.load import Figures, Load, median_of
from tests.bench.capture.report import Measured, bars, table

ROUNDS = 3
_WHOLE = (Load("one connection", connections=1, seconds=4), Load("32 connections", connections=32, seconds=4))
_STREAMS = (Load("50 streams", connections=50, seconds=6, is_streamed=True),)


def main() -> None:
    """Measure and print the tables and the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--litellm", type=Path, default=Path(".venv-litellm/bin/litellm"), help="The LiteLLM command.")
    parser.add_argument("--only", default="", help="Arms besides direct, separated by commas; all if not given.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="Rounds of each load.")
    parser.add_argument("--quick", action="store_true", help="One round of two seconds each.")
    wanted = parser.parse_args()
    console = Console(width=110)
    missing = [tool for tool in ("wrk", "hey", "nginx") if program(tool) is None]
    if missing:
        message = f"the bench needs {' and '.join(missing)}: apt-get install wrk hey nginx-light"
        raise SystemExit(message)
    if not wanted.litellm.exists():
        console.print(f"no LiteLLM at {wanted.litellm}: the bench goes on without it (make setup-litellm)")
    plan = _Plan(
        litellm=wanted.litellm,
        only=frozenset(f"{wanted.only},gateway".split(",")) if wanted.only else frozenset(),
        rounds=1 if wanted.quick else wanted.rounds,
        seconds=2 if wanted.quick else None,
    )
    measured = {**_measure(whole_replies, _WHOLE, plan), **_measure(paced_streams, _STREAMS, plan)}
    for load, figures in measured.items():
        console.print(table(load, figures))
    for line in bars(measured):
        console.print(line)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is measured, and for how long.

    Attributes:
        only: Arms besides direct; all of them when empty.
        rounds: Of each load, at least 1.
        seconds: Of each run, instead of the load's own.
    """

    litellm: Path
    only: frozenset[str]
    rounds: int
    seconds: int | None


def _measure(upstream: Callable[[Path], AbstractContextManager[str]], loads: Sequence[Load], plan: _Plan) -> Measured:
    with (
        tempfile.TemporaryDirectory() as name,
        upstream(Path(name) / "upstream") as url,
        arms(url, folder=Path(name), litellm=plan.litellm, only=plan.only) as urls,
    ):
        return {load: _rounds(load, urls, Path(name), plan) for load in loads}


def _rounds(load: Load, urls: dict[str, str], folder: Path, plan: _Plan) -> dict[str, Figures]:
    runs: dict[str, list[Figures]] = {name: [] for name in urls}
    chosen = load if plan.seconds is None else replace(load, seconds=plan.seconds)
    for number in range(plan.rounds):
        order = list(urls) if number % 2 == 0 else list(urls)[::-1]
        for name in order:
            settle()
            runs[name].append(chosen.measure(urls[name], folder))
    return {name: median_of(found) for name, found in runs.items()}


if __name__ == "__main__":
    main()
