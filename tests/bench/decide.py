"""What a decision costs: evidence from ClickHouse, verdict and report of 100,000 and of 1,000,000 pairs.

`python -m tests.bench.decide`; five minutes and 4 GB of disk for the larger one. The store is the embedded engine
behind its HTTP interface, which makes the rows itself; the decision runs in a process of its own, as the verb does.
The bar: a million pairs within 60 s, and 4 GB of memory in both processes together at any moment; ten times the pairs
may cost ten times as much at most. Ends with 1 when a bar is missed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import psutil
from rich.console import Console
from rich.table import Table

from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from shadow.store.rows import experiment_row
from shadow.store.schema import migrate, statements
from tests.bench.store import clickhouse
from tests.records import deployment, experiment

SIZES = (100_000, 1_000_000)
_BAR_S, _BAR_BYTES = 60.0, 4 * 2**30
_STARTING_S = 3.0
"""What the start of the process and its first imports cost, whatever the size."""
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """One decision with its report."""

    pairs: int
    seconds: float
    decision_bytes: int
    store_bytes: int
    both_bytes: int
    """The most that both held at one moment; the others are each one's own peak."""

    @property
    def keeps_the_bar(self) -> bool:
        """Whether it is quick and small enough."""
        return self.seconds < _BAR_S and self.both_bytes < _BAR_BYTES


def generate(store: Store, *, pairs: int) -> None:
    """Fill a migrated database with one experiment."""
    trial = experiment(
        baseline=deployment("baseline", weight_bytes=16_000_000_000),
        candidate=deployment("candidate", weight_bytes=8_000_000_000),
        dangerous_categories=("payments",),
    )
    store.insert("experiment_versions", [experiment_row(trial)])
    bound = {"pairs": pairs, "baseline": trial.baseline.fingerprint, "candidate": trial.candidate.fingerprint}
    for statement in statements((Path(__file__).parent / "decide_rows.sql").read_text("utf-8")):
        store.command(statement, {name: value for name, value in bound.items() if f"{{{name}:" in statement})


def measure(settings: ClickHouseSettings, *, pairs: int, folder: Path) -> Cost:
    """Decide as the verb does, and watch both processes."""
    environment = os.environ | {"UNDERSTUDY_CLICKHOUSE_PORT": str(settings.port)}
    argv = [sys.executable, "-m", "analytics.cli", "decide", "trial", "--report-dir", str(folder)]
    engine = _listening(settings.port)
    began = time.perf_counter()
    deciding = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL)
    looks = [(0, 0)]
    while deciding.poll() is None:
        looks.append((_resident(deciding.pid), _resident(engine)))
        time.sleep(_LOOK_S)
    if deciding.returncode:
        message = f"the decision of {pairs} pairs ended with {deciding.returncode}"
        raise RuntimeError(message)
    mine, theirs = (max(column) for column in zip(*looks, strict=True))
    return Cost(pairs, time.perf_counter() - began, mine, theirs, max(map(sum, looks)))


def _listening(port: int) -> int:
    found = [one.pid for one in psutil.Process().children(recursive=True) if str(port) in one.cmdline()]
    return found[0]


def _resident(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def show(costs: Sequence[Cost], *, console: Console) -> bool:
    """A row per size; whether every bar is kept."""
    table = Table(title="decision with its report")
    for name in ("pairs", "seconds", "decision, GB", "store, GB", "both at once, GB"):
        table.add_column(name, justify="right")
    for one in costs:
        sizes = (f"{size / 2**30:.2f}" for size in (one.decision_bytes, one.store_bytes, one.both_bytes))
        table.add_row(f"{one.pairs:,}", f"{one.seconds:.1f}", *sizes)
    console.print(table)
    first, last = costs[0], costs[-1]
    grows_linearly = last.seconds <= first.seconds * last.pairs / first.pairs + _STARTING_S
    return grows_linearly and all(one.keeps_the_bar for one in costs)


@click.command()
@click.option("--most", type=int, default=SIZES[-1], show_default=True, help="Largest number of pairs.")
def main(most: int) -> None:
    """Measure, show, and end with 1 when a bar is missed."""
    console, costs = Console(width=120), []
    with clickhouse() as settings, tempfile.TemporaryDirectory() as folder:
        store = Store.connect(settings)
        for pairs in (size for size in SIZES if size <= most):
            migrate(store)
            began = time.perf_counter()
            generate(store, pairs=pairs)
            console.print(f"{pairs:,} pairs made in {time.perf_counter() - began:.0f} s")
            costs.append(measure(settings, pairs=pairs, folder=Path(folder)))
            migrate(store, to=0)
        store.close()
    raise SystemExit(0 if show(costs, console=console) else 1)


if __name__ == "__main__":
    main()
