"""Rows on their way to the store: batched, retried until the store takes them, offsets committed after that."""

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Protocol

from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception_type, wait_exponential

from proxy.errors import Unavailable
from proxy.log.record import Consumer, Record
from shadow.worker.progress import Progress

_LOG = logging.getLogger(__name__)


class Sink(Protocol):
    """Takes rows of a table; a repeated row is no second one."""

    def insert(self, table: str, rows: list[dict[str, Any]]) -> int:
        """Insert rows.

        Raises:
            Unavailable: try again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """All rows that one record of the log led to; `record` is None for rows that no record stands behind."""

    rows: dict[str, list[dict[str, Any]]]
    record: Record | None = field(default=None)


class Writer:
    """Collects entries and writes them in batches from one task.

    The queue is bounded: when the store is away, `add` waits, replays stop, and the log keeps the rest.
    """

    def __init__(
        self, sink: Sink, consumer: Consumer, progress: Progress, *, batch_rows: int, batch_seconds: float
    ) -> None:
        self._sink = sink
        self._consumer = consumer
        self._progress = progress
        self._batch_rows = batch_rows
        self._batch_seconds = batch_seconds
        self._queue: asyncio.Queue[Entry | None] = asyncio.Queue(maxsize=batch_rows * 4)
        self.rows_written = 0

    async def add(self, entry: Entry) -> None:
        """Hand over an entry; waits while the queue is full."""
        await self._queue.put(entry)

    async def finish(self) -> None:
        """Ask `run` to write what is left and return."""
        await self._queue.put(None)

    async def run(self) -> None:
        """Write until `finish`; a store that is away is waited for."""
        ended = False
        while not ended:
            batch, ended = await self._next_batch()
            if batch:
                await self._write(batch)

    async def _next_batch(self) -> tuple[list[Entry], bool]:
        first = await self._queue.get()
        if first is None:
            return [], True
        batch = [first]
        deadline = asyncio.get_running_loop().time() + self._batch_seconds
        while len(batch) < self._batch_rows:
            try:
                async with asyncio.timeout_at(deadline):
                    entry = await self._queue.get()
            except TimeoutError:
                break
            if entry is None:
                return batch, True
            batch.append(entry)
        return batch, False

    async def _write(self, batch: list[Entry]) -> None:
        tables: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in batch:
            for table, rows in entry.rows.items():
                tables[table].extend(rows)
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(Unavailable),
            wait=wait_exponential(multiplier=0.5, max=10),
            before_sleep=before_sleep_log(_LOG, logging.WARNING),
        ):
            with attempt:
                for table, rows in tables.items():
                    self.rows_written += await asyncio.to_thread(self._sink.insert, table, rows)
        for entry in batch:
            if entry.record is not None:
                self._progress.finish(entry.record)
        await self._consumer.commit(self._progress.take_committable())
