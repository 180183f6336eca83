"""How exact the worker's client measures: `make bench-replay`, under five minutes on a quiet machine of two cores.

Streams run against simulators in processes of their own, through the worker's own lane client, reading and watch. The
simulators tell when they really sent each event (one machine, one monotonic clock), so that their own lateness is not
taken for the client's error. The first loads have bars; the others drive the client beyond what it can, to see whether
the self-check voids what is wrong and only that. `--quick` takes two windows a load, to see that it runs.
"""

import argparse
import asyncio
import gc
import os
import re
import statistics
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from proxy.exchange import Chunk, Shape
from proxy.wire.assemble import read_reply
from shadow.replay import Lane
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from shadow.simulator.stamps import read_stamps
from shadow.worker.lane import Heard, LaneClient, open_session
from shadow.worker.preparation import prepare
from shadow.worker.reading import Desk, to_replay
from shadow.worker.watch import LAG_BOUND_MS, SelfCheck, Watch
from tests.records import deployment, exchange

TTFT_BAR_MS, ITL_BAR_MS = 5.0, 2.0
"""Bounds of the client's error: TTFT at p99, ITL at p95."""

TTFT_MS = 200.0
TOKENS = 60
_WINDOW_S = 5.0
_WINDOWS = 4
_LANES = (Lane.BASELINE, Lane.CANDIDATE)
_EVENT = re.compile(rb".+?\n\n", re.DOTALL)
_ASKED = exchange(
    request={
        "model": "production",
        "max_tokens": TOKENS,
        "messages": [{"role": "user", "content": "How long does a delivery to Ghent take? " * 50}],
    }
)


@dataclass(frozen=True, slots=True)
class Lanes:
    """Who asks and who reads, as in the worker."""

    clients: dict[Lane, LaneClient]
    desk: Desk = field(default_factory=Desk)


@dataclass(frozen=True, slots=True)
class Load:
    """Streams at once; every lane has as many.

    Attributes:
        has_bars: Whether the client must be exact under it.
    """

    lanes: int
    streams: int
    itl_ms: float = 30.0
    has_bars: bool = False

    @property
    def name(self) -> str:
        return f"{self.lanes} x {self.streams}, a token each {self.itl_ms:g} ms"

    @property
    def reply_s(self) -> float:
        """How long a reply takes."""
        return (TTFT_MS + (TOKENS - 1) * self.itl_ms) / 1000


LOADS = (
    *(Load(1, streams, has_bars=True) for streams in (50, 100, 200)),
    Load(2, 150, has_bars=True),
    *(Load(2, 150, itl_ms=itl_ms) for itl_ms in (15, 10, 5)),
    *(Load(2, streams) for streams in (250, 500, 1000)),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply as it was heard, in few objects, so that keeping it does not slow down what is measured."""

    sent_ns: int
    ended_ns: int
    data: bytes
    stamps_ns: array[int]
    sizes: array[int]

    @classmethod
    def of(cls, heard: Heard) -> "Kept":
        return cls(
            heard.sent_ns,
            heard.ended_ns,
            b"".join(chunk.data for chunk in heard.chunks),
            array("q", (chunk.at_ns for chunk in heard.chunks)),
            array("q", (len(chunk.data) for chunk in heard.chunks)),
        )

    def chunks(self) -> list[Chunk]:
        """The chunks that were heard."""
        found, start = [], 0
        for at_ns, size in zip(self.stamps_ns, self.sizes, strict=True):
            found.append(Chunk(at_ns, self.data[start : start + size]))
            start += size
        return found


@dataclass(frozen=True, slots=True)
class Errors:
    """The client's errors in one reply, ms.

    Attributes:
        ttft: Measured first-token time against the one that the simulator stamped.
        itl: Each measured gap against the stamped one.
        planned: Measured first-token time against the planned one: the simulator's lateness included.
        late: The simulator's own lateness at its first token.
    """

    ended_ns: int
    ttft: float
    itl: tuple[float, ...]
    planned: float
    late: float


@dataclass(frozen=True, slots=True)
class Window:
    """One window of the self-check."""

    ended_ns: int
    check: SelfCheck


@dataclass(slots=True)
class Run:
    """What one load gave.

    Attributes:
        whole: The self-check over all windows together.
        unread: Replies that were no whole stream.
    """

    load: Load
    windows: list[Window] = field(default_factory=list)
    errors: list[Errors] = field(default_factory=list)
    whole: SelfCheck | None = None
    unread: int = 0

    def of_window(self, place: int) -> list[Errors]:
        """Errors of the replies that ended in a window."""
        start_ns = self.windows[place - 1].ended_ns if place else 0
        return [one for one in self.errors if start_ns < one.ended_ns <= self.windows[place].ended_ns]


def main() -> None:
    """Measure and print the tables; the exit code is 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="Two windows a load.")
    parser.add_argument("--bars", action="store_true", help="Only the loads that have bars.")
    parser.add_argument("--unpinned", action="store_true", help="Let client and simulators run on any core.")
    parser.add_argument("--asyncio", action="store_true", help="The client on asyncio's own loop instead of uvloop.")
    wanted = parser.parse_args()
    loads = [load for load in LOADS if load.has_bars or not wanted.bars]
    factory = asyncio.new_event_loop if wanted.asyncio else uvloop.new_event_loop
    console = Console(width=130)
    runs: list[Run] = []
    for load in loads:
        windows = 2 if wanted.quick else _WINDOWS
        with asyncio.Runner(loop_factory=factory) as runner:
            runs.append(runner.run(_measure(load, windows=windows, is_pinned=not wanted.unpinned)))
        console.print(_table(runs[-1:]))
    console.print(_table(runs))
    console.print(_confusion(runs))
    missed = [run.load.name for run in runs if run.load.has_bars and not _is_exact(run, run.errors)]
    console.print(f"bars: {'missed at ' + '; '.join(missed) if missed else 'held'}")
    raise SystemExit(bool(missed))


async def _measure(load: Load, *, windows: int, is_pinned: bool) -> Run:
    run, kept = Run(load), list[Kept]()
    async with _lanes(load, is_pinned=is_pinned) as lanes:
        delays_ms: list[float] = []
        pairs = [asyncio.create_task(_stream(lanes, number, load, kept, delays_ms)) for number in range(load.streams)]
        await asyncio.sleep(load.reply_s * 1.5)
        gc.collect()
        gc.freeze()
        await asyncio.sleep(load.reply_s * 1.5)
        watch, whole = Watch(), Watch()
        watching = [asyncio.create_task(one.run()) for one in (watch, whole)]
        kept.clear()
        delays_ms.clear()
        for _ in range(windows):
            await asyncio.sleep(_WINDOW_S)
            run.windows.append(Window(time.perf_counter_ns(), watch.close_window(delays_ms.copy())))
            delays_ms.clear()
        run.whole = whole.close_window([])
        gc.unfreeze()
        for task in (*pairs, *watching):
            task.cancel()
        await asyncio.gather(*pairs, *watching, return_exceptions=True)
    for one in kept:
        if errors := _errors(one):
            run.errors.append(errors)
        else:
            run.unread += 1
    return run


@asynccontextmanager
async def _lanes(load: Load, *, is_pinned: bool) -> AsyncIterator[Lanes]:
    """A client for each lane, each with a simulator of its own on the other cores."""
    cores = sorted(os.sched_getaffinity(0))
    mine, others = ({cores[0]}, set(cores[1:])) if is_pinned and len(cores) > 1 else (set(cores), set(cores))
    async with AsyncExitStack() as stack:
        script = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "script.toml"
        script.write_text(f'[[rule]]\nmatch = "."\nreplies = ["{"word " * TOKENS}"]\n', "utf-8")
        session = await stack.enter_async_context(open_session())
        clients = {}
        os.sched_setaffinity(0, others)
        stack.callback(os.sched_setaffinity, 0, cores)
        for lane in _LANES[: load.lanes]:
            told = Behaviour(model=lane, script=script, ttft_ms=TTFT_MS, itl_ms=load.itl_ms, stamps=True)
            url = await stack.enter_async_context(simulator_process(told))
            clients[lane] = LaneClient(
                session,
                deployment(lane, base_url=url, engine="understudy-simulator"),
                concurrency=load.streams,
                timeout_s=60,
            )
        os.sched_setaffinity(0, mine)
        yield Lanes(clients)


async def _stream(lanes: Lanes, number: int, load: Load, kept: list[Kept], delays_ms: list[float]) -> None:
    """Ask all lanes at the same time, again and again; streams start one after the other."""
    await asyncio.sleep(load.reply_s * number / load.streams)
    while True:
        scheduled_ns = time.perf_counter_ns()
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(_ask(lanes, lane, scheduled_ns)) for lane in lanes.clients]
        for one in asked:
            heard = one.result()
            kept.append(Kept.of(heard))
            delays_ms.append((heard.sent_ns - scheduled_ns) / 1e6)


async def _ask(lanes: Lanes, lane: Lane, scheduled_ns: int) -> Heard:
    """What the runner does with one lane of one exchange."""
    client = lanes.clients[lane]
    prepared = prepare(_ASKED, deployment=client.deployment, lane=lane, run="bench")
    sent_at = datetime.now(UTC)
    heard = await client.send(prepared)
    to_replay(
        heard,
        exchange=_ASKED,
        prepared=prepared,
        experiment_id="bench",
        deployment=client.deployment,
        lane=lane,
        scheduled_ns=scheduled_ns,
        sent_at=sent_at,
        assembly=await lanes.desk.read(heard, prepared=prepared),
    )
    return heard


def _errors(one: Kept) -> Errors | None:
    """The same reading over what the client stamped and over what the simulator stamped."""
    truth = read_stamps(one.data)
    if truth is None:
        return None
    events = [event for event in _EVENT.findall(one.data) if not event.startswith(b":")]
    sent = [Chunk(at_ns, event) for at_ns, event in zip(truth.sent_ns, events, strict=False)]
    true_ns = read_reply(Shape.CHAT, streamed=True, chunks=tuple(sent)).output_events_ns
    heard_ns = read_reply(Shape.CHAT, streamed=True, chunks=tuple(one.chunks())).output_events_ns
    if not true_ns or len(true_ns) != len(heard_ns):
        return None
    measured_ms, true_ms = (heard_ns[0] - one.sent_ns) / 1e6, (true_ns[0] - truth.arrived_ns) / 1e6
    gaps = zip(pairwise(heard_ns), pairwise(true_ns), strict=True)
    return Errors(
        ended_ns=one.ended_ns,
        ttft=abs(measured_ms - true_ms),
        itl=tuple(abs((b - a) - (d - c)) / 1e6 for (a, b), (c, d) in gaps),
        planned=abs(measured_ms - TTFT_MS),
        late=true_ms - TTFT_MS,
    )


def _is_exact(run: Run, errors: Sequence[Errors]) -> bool:
    return (
        bool(errors)
        and _centile([one.ttft for one in errors], 99) <= TTFT_BAR_MS
        and _centile([gap for one in errors for gap in one.itl], 95) <= ITL_BAR_MS
        and (run.whole is None or errors is not run.errors or run.whole.loop_lag_p99_ms < LAG_BOUND_MS)
    )


def _table(runs: Sequence[Run]) -> Table:
    table = Table(title="The client's error against the simulator's own stamps, ms")
    headings = (
        "load",
        "replies",
        "TTFT p50",
        "p99",
        "ITL p95",
        "lag P99",
        "CPU",
        "sim. late p99",
        "with it p99",
        "exact",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "load" else "right")
    for run in runs:
        assert run.whole is not None
        ttft, late, planned = ([getattr(one, name) for one in run.errors] for name in ("ttft", "late", "planned"))
        itl = [gap for one in run.errors for gap in one.itl]
        figures = (
            _centile(ttft, 50), _centile(ttft, 99), _centile(itl, 95), run.whole.loop_lag_p99_ms
        )  # fmt: skip
        table.add_row(
            run.load.name + (" *" if run.load.has_bars else ""),
            str(len(run.errors)) + (f" + {run.unread} unread" if run.unread else ""),
            *(f"{figure:.2f}" for figure in figures),
            f"{run.whole.cpu_share:.0%}",
            f"{_centile(late, 99):.1f}",
            f"{_centile(planned, 99):.1f}",
            "yes" if _is_exact(run, run.errors) else "no",
        )
    return table


def _confusion(runs: Sequence[Run]) -> Table:
    """Windows by what was true and what the self-check said."""
    windows, reasons = Counter[tuple[bool, bool]](), Counter[str]()
    for run in runs:
        for place, window in enumerate(run.windows):
            windows[_is_exact(run, run.of_window(place)), bool(window.check.reason)] += 1
            reasons.update(reason.split(":")[0] for reason in window.check.reason.split("; ") if reason)
    table = Table(title="Windows of the self-check", caption=f"reasons: {dict(reasons)}")
    for heading in ("the client was", "void", "kept", "right"):
        table.add_column(heading, justify="left" if heading.startswith("the") else "right")
    for name, is_exact in (("exact", True), ("not exact", False)):
        void, kept = windows[is_exact, True], windows[is_exact, False]
        right = kept if is_exact else void
        table.add_row(name, str(void), str(kept), f"{right / (void + kept):.0%}" if void + kept else "-")
    return table


def _centile(values: Sequence[float], percent: int) -> float:
    with suppress(statistics.StatisticsError):
        return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
    return float("inf")


if __name__ == "__main__":
    main()
