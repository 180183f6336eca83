"""Rows on their way to the store: batched, retried until the store takes them, offsets committed after that."""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tenacity import AsyncRetrying, RetryCallState, before_sleep_log, retry_if_exception_type, wait_exponential

from proxy.errors import BadRecord, Unavailable
from proxy.log.record import Consumer, Record
from shadow.worker.progress import Progress

_LOG = logging.getLogger(__name__)

GRACE_S = 30.0
"""How long a stop waits for a store that is away, s, unless told otherwise."""

_BACK_OFF = wait_exponential(multiplier=0.5, max=10)

type Rows = dict[str, list[dict[str, Any]]]
"""Rows by their table."""


class Sink(Protocol):
    """Takes rows of a table; a repeated row is no second one."""

    def insert(self, table: str, rows: list[dict[str, Any]]) -> int:
        """Insert rows.

        Raises:
            Unavailable: try again.
            BadRecord: some rows cannot be stored, now or later; all others are in.
        """
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """All rows that one record of the log led to; `record` is None for rows that no record stands behind.

    Attributes:
        stored: Called once the rows are in the store.
    """

    rows: Rows
    record: Record | None = field(default=None)
    stored: Callable[[], None] = field(default=lambda: None)


class Writer:
    """Collects entries and writes them in batches from one task.

    The queue is bounded: when the store is away, `add` waits, replays stop, and the log keeps the rest. Somebody who
    ends cannot wait for ever: after `expect_end`, a store that stays away longer than the grace is given up. Nothing
    is lost by that, since offsets without rows are not committed and their records are read again.

    Attributes:
        quiet: Held while rows go into the store; whoever holds it reads what is there and no more.
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
        self._give_up_at: float | None = None
        self._given_up = False
        self.quiet = asyncio.Lock()
        self.rows_written = 0

    async def add(self, entry: Entry) -> None:
        """Hand over an entry; waits while the queue is full."""
        await self._queue.put(entry)

    def expect_end(self, *, grace_s: float) -> None:
        """From now on, wait at most so long for a store that is away."""
        if self._give_up_at is None:
            self._give_up_at = asyncio.get_running_loop().time() + grace_s

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
        if not self._given_up and not await self._insert(_tables(batch)):
            self._given_up = True
            _LOG.warning("the store stays away; what it did not take will be read from the log again")
        if self._given_up:
            return
        for entry in batch:
            entry.stored()
            if entry.record is not None:
                self._progress.finish(entry.record)
        await self._consumer.commit(self._progress.take_committable())

    async def _insert(self, tables: Rows) -> bool:
        """Insert until the store has taken all of it; false when it was given up."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Unavailable),
            wait=self._wait_s,
            stop=self._is_over,
            before_sleep=before_sleep_log(_LOG, logging.WARNING),
            retry_error_callback=lambda _: False,
        )
        return await retrying(self._insert_once, tables)

    async def _insert_once(self, tables: Rows) -> bool:
        async with self.quiet:
            for table, rows in tables.items():
                try:
                    self.rows_written += await asyncio.to_thread(self._sink.insert, table, rows)
                except BadRecord as error:
                    _LOG.error("%s", error)
        return True

    def _is_over(self, _state: RetryCallState) -> bool:
        return self._left_s() <= 0

    def _wait_s(self, state: RetryCallState) -> float:
        return min(_BACK_OFF(state), max(self._left_s(), 0))

    def _left_s(self) -> float:
        """Seconds until the store is given up; without end while nobody wants to end."""
        return math.inf if self._give_up_at is None else self._give_up_at - asyncio.get_running_loop().time()


def _tables(batch: list[Entry]) -> Rows:
    tables: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in batch:
        for table, rows in entry.rows.items():
            tables[table].extend(rows)
    return tables
