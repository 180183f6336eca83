"""Processes killed with SIGKILL under load lose nothing without counting it: a real gateway, capture and broker."""

import asyncio
import itertools
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
import pytest

from proxy.coverage import Disposition, LedgerEntry
from proxy.exchange import Exchange
from proxy.journal import read_journal
from proxy.log.kafka import create_topics, read_topic
from proxy.log.topics import ALL, COVERAGE, EXCHANGES
from proxy.settings import KafkaSettings
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from shadow.stack.brokers import BrokerKind, choose_broker
from shadow.stack.processes import Running, Service, end, free_port, start

_CLIENTS = 8
_PAUSE_S = 0.03
_RECKON_S = 45


@dataclass
class Stage:
    """A gateway and a capture process as children, before one upstream and one broker."""

    folder: Path
    upstream: str
    kafka: KafkaSettings
    workers: int
    port: int = field(default_factory=free_port)
    gateway: Running | None = None
    capture: Running | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def journals(self) -> list[Path]:
        return sorted((self.folder / "books").iterdir())

    async def start_gateway(self) -> None:
        url = f"{self.base_url}/__understudy/health"
        service = Service(name="gateway", argv=[sys.executable, "-m", "analytics.cli", "gateway"], ready_url=url)
        self.gateway = await asyncio.to_thread(start, service, folder=self.folder, environment=self._environment)

    async def start_capture(self) -> None:
        ready = self.folder / "ready" / "capture"
        ready.unlink(missing_ok=True)
        service = Service(name="capture", argv=[sys.executable, "-m", "analytics.cli", "capture"], ready_file=ready)
        self.capture = await asyncio.to_thread(start, service, folder=self.folder, environment=self._environment)

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "UNDERSTUDY_PROXY_PORT": f"{self.port}",
            "UNDERSTUDY_PROXY_UPSTREAM": self.upstream,
            "UNDERSTUDY_PROXY_WORKERS": f"{self.workers}",
            "UNDERSTUDY_PROXY_STATE_DIR": str(self.folder),
            "UNDERSTUDY_PROXY_LEAST_RATIO": "1",
            "UNDERSTUDY_PROXY_QUEUE_EXCHANGES": "100000",
            "UNDERSTUDY_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "UNDERSTUDY_KAFKA_IDEMPOTENT": "false",
        }

    async def kill_capture(self) -> None:
        assert self.capture is not None
        await _kill(psutil.Process(self.capture.pid))

    def gateway_workers(self) -> list[psutil.Process]:
        assert self.gateway is not None
        children = psutil.Process(self.gateway.pid).children()
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    async def end(self, running: Running | None) -> None:
        if running is not None:
            await asyncio.to_thread(end, running)


async def _kill(process: psutil.Process) -> None:
    process.send_signal(signal.SIGKILL)
    await asyncio.to_thread(psutil.wait_procs, [process], timeout=10)


@asynccontextmanager
async def _stage(folder: Path, kafka: KafkaSettings, *, ttft_ms: float, workers: int = 1) -> AsyncIterator[Stage]:
    await create_topics(kafka, ALL)
    async with simulator_process(Behaviour(model="m", ttft_ms=ttft_ms, itl_ms=0)) as upstream:
        stage = Stage(folder, upstream, kafka, workers)
        try:
            await stage.start_capture()
            await stage.start_gateway()
            yield stage
        finally:
            await stage.end(stage.gateway)
            await stage.end(stage.capture)


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[KafkaSettings]:
    """A Tansu broker that holds nothing of other tests."""
    broker = choose_broker(BrokerKind.TANSU, folder=tmp_path, port=free_port())
    assert broker.service is not None
    running = start(broker.service, folder=tmp_path, environment={})
    assert running is not None
    yield KafkaSettings(bootstrap=broker.environment["UNDERSTUDY_KAFKA_BOOTSTRAP"], idempotent=False)
    end(running)


class Load:
    """A few clients that ask one question after the other, each in a conversation of its own."""

    def __init__(self, base_url: str) -> None:
        self.answers: Counter[int] = Counter()
        self.broken = 0
        self._url = f"{base_url}/v1/chat/completions"
        self._numbers = itertools.count()
        self._is_over = False

    async def run(self) -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            async with asyncio.TaskGroup() as clients:
                for _ in range(_CLIENTS):
                    clients.create_task(self._ask_on(session))

    def stop(self) -> None:
        self._is_over = True

    async def _ask_on(self, session: aiohttp.ClientSession) -> None:
        while not self._is_over:
            body = {"model": "m", "messages": [{"role": "user", "content": f"question {next(self._numbers)}"}]}
            try:
                async with session.post(self._url, json=body) as answer:
                    await answer.read()
                    self.answers[answer.status] += 1
            except aiohttp.ClientError:
                self.broken += 1
            await asyncio.sleep(_PAUSE_S)


async def _books(kafka: KafkaSettings) -> Counter[str]:
    """Requests by disposition and reason; the largest count of each key holds."""
    held: dict[str, LedgerEntry] = {}
    for record in await read_topic(kafka, COVERAGE.name):
        entry = LedgerEntry.from_bytes(record.value)
        key = entry.model_dump_json(exclude={"requests"})
        if key not in held or held[key].requests < entry.requests:
            held[key] = entry
    total = Counter[str]()
    for entry in held.values():
        total[":".join(filter(None, (entry.disposition, entry.reason)))] += entry.requests
    return total


async def _published(kafka: KafkaSettings) -> set[str]:
    return {Exchange.from_bytes(record.value).exchange_id for record in await read_topic(kafka, EXCHANGES.name)}


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_RECKON_S):
        while not await is_so():
            await asyncio.sleep(0.2)


async def test_a_capture_process_that_is_killed_again_and_again_loses_nothing_and_counts_nothing_twice(
    tmp_path: Path, kafka: KafkaSettings
) -> None:
    async with _stage(tmp_path, kafka, ttft_ms=1) as stage:
        load = Load(stage.base_url)
        loading = asyncio.create_task(load.run())
        for _ in range(3):
            await asyncio.sleep(1.5)
            await stage.kill_capture()
            await stage.start_capture()
        await asyncio.sleep(1)
        await stage.end(stage.capture)
        await stage.start_capture()
        load.stop()
        await loading
        # A gateway that ends waits for the capture process too, but not for as long as a slow machine may need.
        await _until(lambda: _are_taken(stage))
        await stage.end(stage.gateway)
        await _until(lambda: _are_settled(stage))
    seen = load.answers[200]
    assert (set(load.answers), load.broken) == ({200}, 0)
    assert seen > 100
    assert await _books(kafka) == {"seen": seen, "published": seen}
    assert len(await _published(kafka)) == seen


async def _are_taken(stage: Stage) -> bool:
    """Whether the capture process has acknowledged all that the door saw."""
    capture, door = (read_journal(path).counts for path in stage.journals)
    return sum(capture.values()) == sum(count for key, count in door.items() if key[3] is Disposition.SEEN)


async def _are_settled(stage: Stage) -> bool:
    """Whether no door is left that the capture process has not reckoned with."""
    return not stage.journals


async def test_a_gateway_worker_that_is_killed_costs_what_it_had_in_its_hands_and_the_ledger_says_how_much(
    tmp_path: Path, kafka: KafkaSettings
) -> None:
    async with _stage(tmp_path, kafka, ttft_ms=200, workers=2) as stage:
        load = Load(stage.base_url)
        loading = asyncio.create_task(load.run())
        await asyncio.sleep(2)
        victim = max(stage.gateway_workers(), key=lambda worker: len(worker.net_connections("tcp")))
        await _kill(victim)
        await asyncio.sleep(2)
        load.stop()
        await loading
        await stage.end(stage.gateway)
        await _until(lambda: _are_settled(stage))
    books = await _books(kafka)
    published, killed = books["published"], books["dropped:door_killed"]
    assert books == {"seen": published + killed, "published": published, "dropped:door_killed": killed}
    assert len(await _published(kafka)) == published
    # A client is broken off once at most; all others are answered.
    assert set(load.answers) == {200}
    assert 0 < load.broken <= _CLIENTS
    assert load.answers[200] <= books["seen"] <= load.answers[200] + load.broken
    assert 0 < killed <= 2 * _CLIENTS
