"""What an outage costs: Apache Kafka is killed for a minute under load, and a second one fills the spool's disk.

`make bench-outage`, about four minutes. Real parts: broker, gateway, capture process and the simulator as production.
Shown are the client's latencies before, during and after, the memory of gateway and capture process, how long the spool
took to drain, and the ledger to the request.
"""

import asyncio
import os
import signal
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
from rich.console import Console
from rich.table import Table

from proxy.coverage import Disposition, LedgerEntry
from proxy.exchange import Exchange
from proxy.log.kafka import read_topic
from proxy.log.topics import COVERAGE, EXCHANGES
from proxy.settings import KafkaSettings
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted, plan_stack
from shadow.stack.processes import Running, Service, StackState, end, start
from shadow.stack.running import bring_down, bring_up

PER_S = 50
BEFORE_S, AWAY_S, AFTER_S = 20, 60, 20
_DRAIN_S = 120
_CONVERSATIONS = 40
_QUESTION = "How long does a delivery to Ghent take when I order before noon? " * 12


@dataclass(slots=True)
class Phase:
    """What clients saw, and the largest memory of each process, while one thing was going on."""

    latencies_ms: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    memory_mb: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Outage:
    """One run.

    Attributes:
        drained_s: From the broker's return to the last exchange on Kafka; None when that never came.
        books: Requests by disposition and reason.
        published: Distinct exchanges on Kafka.
    """

    sent: int = 0
    phases: dict[str, Phase] = field(default_factory=lambda: defaultdict(Phase))
    drained_s: float | None = None
    books: Counter[str] = field(default_factory=Counter)
    published: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether every request that a door saw has exactly one end."""
        ends = sum(count for name, count in self.books.items() if not name.startswith(Disposition.SEEN))
        return self.sent == self.books[Disposition.SEEN] == ends


def main() -> None:
    """Run both outages and print the tables."""
    for title, settings in {
        "The broker is away for 60 s": {},
        "The broker is away for 60 s and the spool has room for 1 MiB": {"UNDERSTUDY_PROXY_SPOOL_BYTES": "1048576"},
    }.items():
        with tempfile.TemporaryDirectory() as name:
            _show(title, asyncio.run(_run(Path(name), settings)))


async def _run(folder: Path, settings: Mapping[str, str]) -> Outage:
    os.environ.update({"UNDERSTUDY_PROXY_LEAST_RATIO": "1"} | dict(settings))
    async with simulator_process(Behaviour(model="m", ttft_ms=20, itl_ms=1)) as upstream:
        wanted = Wanted(
            folder=folder, upstream=upstream, broker=BrokerKind.APACHE, only=("broker", "gateway", "capture")
        )
        plan = plan_stack(wanted)
        broker = next(service for service in plan.services if service.name == "broker")
        state = await asyncio.to_thread(bring_up, wanted, plan=plan)
        try:
            return await _measure(state, broker, folder)
        finally:
            await asyncio.to_thread(bring_down, folder)


async def _measure(state: StackState, broker: Service, folder: Path) -> Outage:
    outage = Outage()
    kafka = KafkaSettings(bootstrap=state.environment["UNDERSTUDY_KAFKA_BOOTSTRAP"])
    base_url = f"http://127.0.0.1:{state.environment['UNDERSTUDY_PROXY_PORT']}"
    await _load(outage, "before", base_url, state, seconds=BEFORE_S)
    os.kill(next(one for one in state.services if one.name == "broker").pid, signal.SIGKILL)
    await _load(outage, "away", base_url, state, seconds=AWAY_S)
    back = await asyncio.to_thread(start, broker, folder=folder, environment=state.environment)
    assert back is not None
    returned = time.monotonic()
    try:
        await _load(outage, "after", base_url, state, seconds=AFTER_S)
        await _settle(outage, kafka)
        outage.drained_s = time.monotonic() - returned if outage.is_balanced else None
    finally:
        await asyncio.to_thread(end, back)
    return outage


async def _load(outage: Outage, name: str, base_url: str, state: StackState, *, seconds: int) -> None:
    """Open loop: requests leave at their times, whatever the answers do."""
    phase = outage.phases[name]
    watching = asyncio.create_task(_watch(phase, state.services))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session, asyncio.TaskGroup() as group:
        started = time.monotonic()
        for number in range(seconds * PER_S):
            await asyncio.sleep(max(started + number / PER_S - time.monotonic(), 0))
            outage.sent += 1
            group.create_task(_ask(session, f"{base_url}/v1/chat/completions", outage.sent, phase))
    watching.cancel()


async def _ask(session: aiohttp.ClientSession, url: str, number: int, phase: Phase) -> None:
    body = {"model": "m", "max_tokens": 40, "messages": [{"role": "user", "content": f"{number}: {_QUESTION}"}]}
    headers = {"x-conversation-id": str(number % _CONVERSATIONS)}
    started = time.perf_counter()
    try:
        async with session.post(url, json=body, headers=headers) as answer:
            await answer.read()
            if answer.status != 200:
                phase.failures[str(answer.status)] += 1
    except aiohttp.ClientError as error:
        phase.failures[type(error).__name__] += 1
    phase.latencies_ms.append((time.perf_counter() - started) * 1000)


async def _watch(phase: Phase, services: tuple[Running, ...]) -> None:
    while True:
        for one in services:
            process = one.process()
            if process is not None and one.name != "broker":
                family = [process, *process.children(recursive=True)]
                size_mb = sum(_resident(member) for member in family) / 2**20
                phase.memory_mb[one.name] = max(phase.memory_mb.get(one.name, 0), size_mb)
        await asyncio.sleep(1)


def _resident(process: psutil.Process) -> int:
    try:
        size: int = process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    return size


async def _settle(outage: Outage, kafka: KafkaSettings) -> None:
    """Read the log until its books balance, or patience ends."""
    deadline = time.monotonic() + _DRAIN_S
    while not outage.is_balanced and time.monotonic() < deadline:
        await asyncio.sleep(1)
        outage.books = _books([LedgerEntry.from_bytes(one.value) for one in await read_topic(kafka, COVERAGE.name)])
    exchanges = await read_topic(kafka, EXCHANGES.name)
    outage.published = len({Exchange.from_bytes(one.value).exchange_id for one in exchanges})


def _books(entries: list[LedgerEntry]) -> Counter[str]:
    largest: dict[str, LedgerEntry] = {}
    for entry in entries:
        key = entry.model_dump_json(exclude={"requests"})
        largest[key] = max(entry, largest.get(key, entry), key=lambda one: one.requests)
    books = Counter[str]()
    for entry in largest.values():
        books[":".join(filter(None, (entry.disposition, entry.reason)))] += entry.requests
    return books


def _show(title: str, outage: Outage) -> None:
    table = Table(title=title)
    for heading in ("phase", "requests", "failed", "p50, ms", "p99, ms", "gateway, MiB", "capture, MiB"):
        table.add_column(heading, justify="left" if heading == "phase" else "right")
    for name, phase in outage.phases.items():
        centiles = statistics.quantiles(phase.latencies_ms, n=100)
        figures = (centiles[49], centiles[98], phase.memory_mb.get("gateway", 0.0), phase.memory_mb.get("capture", 0.0))
        table.add_row(
            name,
            str(len(phase.latencies_ms)),
            str(phase.failures.total()),
            *(f"{figure:.1f}" for figure in figures),
        )
    console = Console(width=110)
    console.print(table)
    console.print(", ".join(f"{name} {count}" for name, count in sorted(outage.books.items())))
    drained = "never" if outage.drained_s is None else f"{outage.drained_s:.0f} s after the broker's return"
    console.print(f"{outage.published} distinct exchanges on Kafka; balanced {drained}\n")


if __name__ == "__main__":
    main()
