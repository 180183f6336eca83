"""What the store bears: bulk inserts beside clickhouse-connect's own, and the views at 0.1, 1 and 10 million replays.

`python -m tests.bench.store`, about six minutes on two quiet cores and 3 GB of disk; `--most 1000000` stops earlier,
`--plot` rewrites docs/explanation/store.svg. The engine is the embedded one behind its HTTP interface, and makes the
rows itself. Timed are the questions of docs/reference/store.md, asked of one experiment of ten, the same over all
experiments at once, and what `understudy decide` reads; each three times, the median holds. Replies go to FORMAT Null
where a program reads them whole.
"""

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path

import altair as alt
import click
import clickhouse_connect
import psutil
from rich.console import Console
from rich.table import Table

from shadow.replay import Lane
from shadow.settings import ClickHouseSettings
from shadow.stack.processes import Service, end, free_port, start
from shadow.store.clickhouse import Store
from shadow.store.rows import replay_row
from shadow.store.schema import migrate, statements
from tests.meta.store_page import PAGE, example_queries
from tests.records import exchange, replay

SIZES = (100_000, 1_000_000, 10_000_000)
EXPERIMENT = "experiment-3"
_PLOT = Path(__file__).parents[2] / "docs" / "explanation" / "store.svg"
_BAR_S = 1.0
_LEAST_INGEST = 0.8
_INGESTED, _TURNS = 20_000, 7
_EVIDENCE = ("evidence_pairs", "evidence_findings", "evidence_reasons", "unjudged_exchanges", "experiment_spend")


@dataclass(frozen=True, slots=True)
class Timed:
    """One query at one size.

    Attributes:
        kind: documented, all experiments, or evidence.
        seconds: Median of three.
    """

    kind: str
    name: str
    replays: int
    seconds: float


@contextmanager
def clickhouse() -> Iterator[ClickHouseSettings]:
    """The embedded engine in a process and folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        argv = [sys.executable, "-m", "shadow.stack.chdb_http", f"{folder}/data", str(port)]
        ready = f"http://127.0.0.1:{port}/ping"
        running = start(Service(name="clickhouse", argv=argv, ready_url=ready), folder=Path(folder), environment={})
        assert running is not None
        try:
            yield ClickHouseSettings(port=port)
        finally:
            end(running)


def ingest(settings: ClickHouseSettings, *, batch: int) -> tuple[float, float]:
    """Rows per second of the client's bulk insert and of ours, with the same rows in turn; the best turn of each."""
    store = Store.connect(settings)
    client = clickhouse_connect.get_client(host=settings.host, port=settings.port)
    asked = exchange(request={"messages": [{"role": "user", "content": "word " * 80}]})
    rows = [replay_row(replay(n, lane=Lane.BASELINE, text="word " * 40), exchange=asked) for n in range(_INGESTED)]
    batches = [rows[first : first + batch] for first in range(0, len(rows), batch)]
    values = [[list(row.values()) for row in some] for some in batches]
    names = list(rows[0])
    insert = partial(client.insert, "replays", column_names=names, database=settings.database)
    theirs, ours = [], []
    for _ in range(_TURNS):
        store.command("TRUNCATE TABLE {database}.replays")
        theirs.append(_seconds(insert, values))
        store.command("TRUNCATE TABLE {database}.replays")
        ours.append(_seconds(partial(store.insert, "replays"), batches))
    store.close()
    client.close()
    return _INGESTED / min(theirs), _INGESTED / min(ours)


def _seconds[T](act: Callable[[T], object], parts: Sequence[T]) -> float:
    began = time.perf_counter()
    for part in parts:
        act(part)
    return time.perf_counter() - began


def generate(store: Store, *, replays: int) -> None:
    """Fill a migrated database."""
    text = (Path(__file__).parent / "store_rows.sql").read_text("utf-8")
    for statement in statements(text):
        _ask(store, {"replays": replays}, statement)


def questions() -> Iterator[tuple[str, str, str]]:
    """Kind, name and SQL of all that is timed."""
    for query in example_queries(PAGE.read_text("utf-8")):
        view = next(word for word in query.split() if word.startswith("understudy.")).removeprefix("understudy.")
        named = query.replace("understudy.", "{database}.").replace("llama-awq", EXPERIMENT)
        label = f"{view}: {' '.join(query.split()[1:4]).rstrip(',')}"
        yield "documented", label, named
        if EXPERIMENT in named and "JOIN" not in named:
            yield "all experiments", label, named.replace(f"experiment_id = '{EXPERIMENT}'", "1")
    for name in _EVIDENCE:
        yield "evidence", name, (files("shadow.store") / "queries" / f"{name}.sql").read_text("utf-8") + " FORMAT Null"


def measure(store: Store, *, replays: int) -> Iterator[Timed]:
    """Every question three times."""
    bound = {
        "experiment_id": EXPERIMENT,
        "panel": ["taxonomy@1"],
        "judge": "taxonomy",
        "baseline": "fingerprint-baseline",
        "candidate": "fingerprint-candidate",
    }
    for kind, name, sql in questions():
        taken = [_seconds(partial(_ask, store, bound), [sql]) for _ in range(3)]
        yield Timed(kind, name, replays, statistics.median(taken))


def _ask(store: Store, bound: Mapping[str, object], sql: str) -> None:
    """Run SQL with those of the values that it names."""
    store.command(sql, {name: value for name, value in bound.items() if f"{{{name}:" in sql})


def plot(timed: Sequence[Timed]) -> None:
    """Rewrite the chart: time against size, both logarithmic, with the bar."""
    rows = [{"replays": one.replays, "seconds": one.seconds, "query": one.name, "kind": one.kind} for one in timed]
    lines = (
        alt.Chart(alt.InlineData(rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("replays:Q", scale=alt.Scale(type="log"), title="replays in the store"),
            y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds"),
            detail="query:N",
            color=alt.Color("kind:N", title=None),
        )
    )
    bar = alt.Chart(alt.InlineData([{"seconds": _BAR_S}])).mark_rule(strokeDash=[4, 4]).encode(y="seconds:Q")
    (lines + bar).properties(width=520, height=320).save(str(_PLOT))


def show(timed: Sequence[Timed], *, console: Console) -> bool:
    """A row per query; whether the documented ones keep the bar and none grows faster than its data."""
    sizes = sorted({one.replays for one in timed})
    table = Table(title="seconds, median of 3")
    for name in ("kind", "query", *(f"{size:,}" for size in sizes)):
        table.add_column(name, justify="left" if name in {"kind", "query"} else "right")
    held = True
    for kind, name in dict.fromkeys((one.kind, one.name) for one in timed):
        taken = {one.replays: one.seconds for one in timed if (one.kind, one.name) == (kind, name)}
        held &= _grows_linearly(taken) and (kind != "documented" or max(taken.values()) < _BAR_S)
        table.add_row(kind, name, *(f"{taken[size]:.3f}" for size in sizes))
    console.print(table)
    return held


def _grows_linearly(taken: Mapping[int, float]) -> bool:
    """Whether ten times the rows cost at most ten times the seconds, with a tenth of a second for the call itself."""
    sizes = sorted(taken)
    return all(taken[b] <= taken[a] * b / a + 0.1 for a, b in itertools.pairwise(sizes))


@click.command()
@click.option("--most", type=int, default=SIZES[-1], show_default=True, help="Largest number of replays.")
@click.option("--plot", "wants_plot", is_flag=True, help="Rewrite docs/explanation/store.svg.")
def main(most: int, *, wants_plot: bool) -> None:
    """Measure, show, and end with 1 when a bar is missed."""
    console = Console(width=120)
    timed: list[Timed] = []
    held = True
    with clickhouse() as settings:
        store = Store.connect(settings)
        migrate(store)
        for batch in (500, 5_000):
            theirs, ours = ingest(settings, batch=batch)
            console.print(f"batches of {batch}: client {theirs:,.0f} rows/s, store {ours:,.0f}, {ours / theirs:.0%}")
            held &= ours / theirs >= _LEAST_INGEST
        for size in (size for size in SIZES if size <= most):
            migrate(store, to=0)
            migrate(store)
            began = time.perf_counter()
            generate(store, replays=size)
            made_s = time.perf_counter() - began
            load = psutil.getloadavg()[0]
            console.print(f"{size:,} replays made in {made_s:.0f} s; load of the machine {load:.1f}")
            timed += measure(store, replays=size)
        store.close()
    held &= show(timed, console=console)
    if wants_plot:
        plot(timed)
    raise SystemExit(0 if held else 1)


if __name__ == "__main__":
    main()
