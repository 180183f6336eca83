"""Does the worker keep production's pace? `python -m tests.bench.trace`, twelve minutes; `--speed 10` alone takes two.

Ten minutes of the Azure code trace of 2023 (arrival times, prompt and output sizes; UNDERSTUDY_DATA finds it), its
busiest second among them, are replayed at their recorded gaps by a whole runner against two simulators in processes of
their own. Shown is how late requests left, and that every one of them did.
"""

import argparse
import csv
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from proxy.exchange import Exchange
from proxy.log.memory import MemoryLog
from proxy.log.topics import EXCHANGES
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from tests.integration.replays import Shelf, committed, publish, running, until
from tests.records import deployment, exchange, experiment

TRACE = Path(os.environ.get("UNDERSTUDY_DATA", Path(__file__).parents[3] / "shared" / "data")) / "azure_llm_trace"
DELAY_BAR_MS = 10.0
_START_S, _LENGTH_S = 600, 600
_LONGEST_TOKENS = 2_000
_PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request of the trace; `at_s` counts from the window's start."""

    at_s: float
    prompt_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Pace:
    """What one replay of the window gave."""

    speed: float
    asked: int
    delays_ms: list[float]
    dispositions: Counter[tuple[str, str]]
    outcomes: Counter[str]
    took_s: float

    @property
    def holds(self) -> bool:
        """Whether the delay's median is within its bound and nothing was left out."""
        return statistics.median(self.delays_ms) < DELAY_BAR_MS and self.dispositions == {("replayed", ""): self.asked}


def main() -> None:
    """Replay the window at each speed; the exit code is 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, nargs="+", default=[1.0, 10.0], help="Recorded gaps are divided by it.")
    wanted = parser.parse_args()
    if not TRACE.exists():
        message = f"the bench needs {TRACE}: set UNDERSTUDY_DATA"
        raise SystemExit(message)
    arrivals = read_arrivals(TRACE / "code.csv")
    paces = [uvloop.run(_replay(arrivals, speed=speed)) for speed in wanted.speed]
    Console(width=130).print(_table(paces))
    raise SystemExit(not all(pace.holds for pace in paces))


def read_arrivals(file: Path) -> list[Arrival]:
    """The window of the trace."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(datetime.fromisoformat(row["TIMESTAMP"][:26]), row) for row in csv.DictReader(lines)]
    start = rows[0][0] + timedelta(seconds=_START_S)
    return [
        Arrival((at - start).total_seconds(), int(row["ContextTokens"]), int(row["GeneratedTokens"]))
        for at, row in rows
        if 0 <= (at - start).total_seconds() < _LENGTH_S
    ]


async def _replay(arrivals: Sequence[Arrival], *, speed: float) -> Pace:
    log, shelf = MemoryLog(), Shelf()
    async with AsyncExitStack() as stack:
        script = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "script.toml"
        script.write_text(f'[[rule]]\nmatch = "."\nreplies = ["{"word " * _LONGEST_TOKENS}"]\n', "utf-8")
        urls = {
            name: await stack.enter_async_context(
                simulator_process(Behaviour(model=name, script=script, ttft_ms=200, itl_ms=20))
            )
            for name in ("baseline", "candidate")
        }
        trial = experiment(
            baseline=deployment("baseline", base_url=urls["baseline"], engine="understudy-simulator"),
            candidate=deployment("candidate", base_url=urls["candidate"], engine="understudy-simulator"),
            speed=speed,
            again_ratio=0.0,
            max_concurrency=1_000,
            timeout_s=300,
        )
        now = datetime.now(UTC)
        await publish(log, *(_exchange(number, one, first_at=now) for number, one in enumerate(arrivals)))
        began = time.perf_counter()
        async with running(log, trial, shelf):
            limit_s = arrivals[-1].at_s / speed + _PATIENCE_S
            await until(lambda: committed(log) == len(log.records[EXCHANGES.name]), timeout_s=limit_s)
        return Pace(
            speed,
            len(arrivals),
            [row["schedule_delay_ms"] for row in shelf.replays],
            Counter(shelf.dispositions.values()),
            Counter(row["outcome"] for row in shelf.replays),
            time.perf_counter() - began,
        )


def _exchange(number: int, arrival: Arrival, *, first_at: datetime) -> Exchange:
    """An exchange of the trace's sizes; a word is a token of the simulator."""
    prompt = f"{number} " + "word " * arrival.prompt_tokens
    request = {
        "model": "production",
        "max_tokens": max(min(arrival.output_tokens, _LONGEST_TOKENS), 1),
        "messages": [{"role": "user", "content": prompt}],
    }
    return exchange(number, captured_at=first_at + timedelta(seconds=arrival.at_s), request=request)


def _table(paces: Sequence[Pace]) -> Table:
    table = Table(title=f"The Azure code trace, {_LENGTH_S / 60:g} minutes of it; schedule delay, ms")
    for heading in ("speed", "exchanges", "replayed", "replays", "p50", "p99", "most", "took, s", "bar"):
        table.add_column(heading, justify="right")
    for pace in paces:
        delays = statistics.quantiles(pace.delays_ms, n=100, method="inclusive")
        table.add_row(
            f"{pace.speed:g}",
            str(pace.asked),
            ", ".join(f"{count} {':'.join(filter(None, name))}" for name, count in pace.dispositions.items()),
            ", ".join(f"{count} {name}" for name, count in pace.outcomes.items()),
            f"{delays[49]:.2f}",
            f"{delays[98]:.2f}",
            f"{max(pace.delays_ms):.2f}",
            f"{pace.took_s:.0f}",
            "held" if pace.holds else "missed",
        )
    return table


if __name__ == "__main__":
    main()
