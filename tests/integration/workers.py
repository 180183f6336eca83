"""Worker processes on a real broker and store, before two simulators: started, killed, and what they left behind."""

import asyncio
import itertools
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from prometheus_client.parser import text_string_to_metric_families

from proxy.exchange import Exchange
from proxy.log.kafka import create_topics, open_producer
from proxy.log.topics import ALL, EXCHANGES, EXPERIMENTS
from proxy.settings import KafkaSettings
from shadow.experiment import Experiment
from shadow.settings import ClickHouseSettings
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from shadow.stack.processes import Running, Service, end, start, start_together
from shadow.store.clickhouse import Store
from tests.records import deployment, exchange, experiment

FAST = {"ttft_ms": 2, "itl_ms": 0.5}
_AT_ONCE = 200


@dataclass
class Crew:
    """Workers as children, and the settings by which they find broker and store."""

    folder: Path
    kafka: KafkaSettings
    clickhouse: ClickHouseSettings
    environment: dict[str, str] = field(default_factory=dict)
    workers: list[Running] = field(default_factory=list)
    hired: Iterator[int] = field(default_factory=itertools.count)

    async def hire(self, count: int = 1, *options: str) -> None:
        """Start workers, with options of the verb, and wait until they are ready."""
        services = [self._service(next(self.hired), options) for _ in range(count)]
        self.workers += await asyncio.to_thread(
            start_together, services, folder=self.folder, environment=self._environment
        )

    async def kill(self, worker: Running) -> None:
        """End a worker as a crash of its machine would."""
        process = psutil.Process(worker.pid)
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(psutil.wait_procs, [process], timeout=10)
        self.workers.remove(worker)

    async def dismiss(self) -> None:
        """End the workers in order."""
        while self.workers:
            await asyncio.to_thread(end, self.workers.pop())

    def cpu_s(self) -> float:
        """Processor time of all workers so far, s."""
        times = [psutil.Process(one.pid).cpu_times() for one in self.workers]
        return sum(one.user + one.system for one in times)

    def _service(self, number: int, options: Sequence[str]) -> Service:
        state = self.folder / f"worker-{number}"
        return Service(
            name=f"worker-{number}",
            argv=[sys.executable, "-m", "analytics.cli", "worker", *options],
            environment={"UNDERSTUDY_SHADOW_STATE_DIR": str(state)},
            ready_file=state / "ready" / "worker",
        )

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "UNDERSTUDY_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "UNDERSTUDY_KAFKA_IDEMPOTENT": str(self.kafka.idempotent).lower(),
            "UNDERSTUDY_CLICKHOUSE_PORT": str(self.clickhouse.port),
            "UNDERSTUDY_CLICKHOUSE_DATABASE": self.clickhouse.database,
            "UNDERSTUDY_SHADOW_METRICS_PORT": "0",
            "UNDERSTUDY_SHADOW_BATCH_SECONDS": "0.2",
        } | self.environment


@asynccontextmanager
async def crew(folder: Path, kafka: KafkaSettings, clickhouse: ClickHouseSettings) -> AsyncIterator[Crew]:
    """A crew without workers yet, on topics that are there; whoever still works at the end is dismissed."""
    await create_topics(kafka, ALL)
    hired = Crew(folder, kafka, clickhouse)
    try:
        yield hired
    finally:
        await hired.dismiss()


@asynccontextmanager
async def simulators(**lanes: Any) -> AsyncIterator[dict[str, str]]:
    """Simulators in processes of their own, by the model that each serves; values are their behaviours' fields."""
    async with AsyncExitStack() as stack:
        yield {
            model: await stack.enter_async_context(
                simulator_process(Behaviour.model_validate({"model": model} | FAST | fields))
            )
            for model, fields in lanes.items()
        }


def trial(urls: dict[str, str], **changes: Any) -> Experiment:
    """An enabled experiment of today, as fast as it goes, without a third lane."""
    fields: dict[str, Any] = {
        "expires_at": datetime.now(UTC) + timedelta(days=1),
        "replay_from": datetime.now(UTC) - timedelta(hours=1),
        "baseline": deployment("baseline", base_url=urls["baseline"], engine="understudy-simulator"),
        "candidate": deployment("candidate", base_url=urls["candidate"], engine="understudy-simulator"),
        "again_ratio": 0.0,
        "speed": 1000.0,
    }
    return experiment(**(fields | changes))


def exchanges(count: int, *, per_s: float = 1000.0, **changes: Any) -> list[Exchange]:
    """Exchanges that arrive from now on at a steady rate, each in a conversation of its own."""
    first = datetime.now(UTC)
    return [
        exchange(number, captured_at=first + timedelta(seconds=number / per_s), **changes) for number in range(count)
    ]


async def publish(kafka: KafkaSettings, *, trial: Experiment | None = None, of: Iterable[Exchange] = ()) -> None:
    """Announce the experiment, unless it runs already, and put the exchanges into the log."""
    producer = await open_producer(kafka)
    try:
        if trial is not None:
            await producer.publish(EXPERIMENTS.name, key=trial.experiment_id.encode(), value=trial.to_bytes())
        for part in itertools.batched(of, _AT_ONCE, strict=False):
            await asyncio.gather(
                *(
                    producer.publish(EXCHANGES.name, key=one.conversation_id.encode(), value=one.to_bytes())
                    for one in part
                )
            )
    finally:
        await producer.close()


async def start_clickhouse(folder: Path, port: int) -> Running:
    """chDB on ClickHouse's HTTP interface, in a process that a test may kill and start again."""
    service = Service(
        name="clickhouse",
        argv=[sys.executable, "-m", "shadow.stack.chdb_http", str(folder / "data"), str(port)],
        ready_url=f"http://127.0.0.1:{port}/ping",
    )
    running = await asyncio.to_thread(start, service, folder=folder, environment={})
    assert running is not None
    return running


def replayed(store: Store) -> int:
    """Exchanges of which the ledger says that they were replayed."""
    (row,) = store.rows("SELECT count() AS n FROM {database}.lane_ledger FINAL WHERE disposition = 'replayed'")
    count: int = row["n"]
    return count


async def answered(url: str) -> int:
    """Requests that a simulator has begun to answer, those asked twice included."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as response:
        families = text_string_to_metric_families(await response.text())
    samples = (sample for family in families for sample in family.samples)
    return int(sum(one.value for one in samples if one.name == "vllm:time_to_first_token_seconds_count"))


async def until(is_so: Callable[[], Awaitable[bool]], *, timeout_s: float) -> None:
    """Ask again until it is so."""
    async with asyncio.timeout(timeout_s):
        while not await is_so():
            await asyncio.sleep(0.1)
