"""A runner at work on a log in memory: what it replays, what it stores, and when it has done so."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from proxy.errors import Unavailable
from proxy.exchange import Exchange
from proxy.log.memory import MemoryLog
from proxy.log.record import Record
from proxy.log.topics import EXCHANGES, EXPERIMENTS
from shadow.control.registry import Registry
from shadow.experiment import Experiment, Through
from shadow.worker.lane import open_session
from shadow.worker.rhythm import Rhythm
from shadow.worker.runner import Runner
from shadow.worker.writer import Sink

GROUP = "understudy.experiment.trial"
CHECK_S = 0.1
"""Length of the self-check's windows: rows wait for their ends."""


@dataclass
class Shelf:
    """A store in memory; it is away for the first `failures` inserts."""

    failures: int = 0
    rows: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    on_failure: Callable[[], None] = lambda: None

    def insert(self, table: str, rows: list[dict[str, Any]]) -> int:
        if self.failures:
            self.failures -= 1
            self.on_failure()
            raise Unavailable("the shelf is away")
        self.rows[table].extend(rows)
        return len(rows)

    @property
    def replays(self) -> list[dict[str, Any]]:
        return self.rows["replays"]

    def lane(self, name: str) -> list[dict[str, Any]]:
        """Replays of one lane, by exchange."""
        return sorted((row for row in self.replays if row["lane"] == name), key=lambda row: row["exchange_id"])

    @property
    def dispositions(self) -> dict[int, tuple[str, str]]:
        """What the ledger says of each offset."""
        return {row["offset"]: (row["disposition"], row["reason"]) for row in self.rows["lane_ledger"]}


async def publish(log: MemoryLog, *exchanges: Exchange) -> None:
    producer = log.producer()
    for one in exchanges:
        await producer.publish(EXCHANGES.name, key=one.conversation_id.encode(), value=one.to_bytes())


@asynccontextmanager
async def running(log: MemoryLog, experiment: Experiment, sink: Sink, **options: Any) -> AsyncIterator[Runner]:
    """A runner until the block ends; then it is stopped and awaited. The options are the runner's own."""
    async with open_session() as session:
        runner = Runner(
            experiment,
            worker_id="worker",
            consumer=log.consumer(EXCHANGES.name, group=GROUP),
            dead_letters=log.producer(),
            session=session,
            sink=sink,
            batch_rows=10,
            batch_seconds=0.05,
            **({"rhythm": Rhythm(check_s=CHECK_S)} | options),
        )
        work = asyncio.create_task(runner.run())
        try:
            yield runner
        finally:
            await runner.stop()
            await work


async def until(is_so: Callable[[], bool], *, timeout_s: float = 15.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not is_so():
            await asyncio.sleep(0.01)


def committed(log: MemoryLog) -> int:
    return log.committed[GROUP, EXCHANGES.name]


def registry_on(log: MemoryLog) -> Registry:
    """The experiments of a log in memory, as a worker changes them."""

    async def read_all(topic: str) -> list[Record]:
        return list(log.records[topic])

    return Registry(producer=log.producer(), read_all=read_all, through=Through.WORKER)


async def announce(log: MemoryLog, experiment: Experiment) -> None:
    """Put an experiment into the topic as it is."""
    key = experiment.experiment_id.encode()
    await log.producer().publish(EXPERIMENTS.name, key=key, value=experiment.to_bytes())


async def replay_all(log: MemoryLog, experiment: Experiment, sink: Sink, **options: Any) -> None:
    """Replay what the log holds, until all of it is committed."""
    async with running(log, experiment, sink, **options):
        await until(lambda: committed(log) == len(log.records[EXCHANGES.name]))
