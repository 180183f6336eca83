"""Rows on their way to the store: batched, retried until the store takes them, offsets committed after that.

A row that the store will never take holds up no other one: it is counted, and the record that it came of set aside.
"""

import asyncio
import contextlib
import logging
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from tenacity import AsyncRetrying, RetryCallState, before_sleep_log, retry_if_exception_type, wait_exponential

from proxy.errors import Unavailable
from proxy.log.record import Consumer, Record
from shadow.store.halving import RowsRefused
from shadow.worker.aside import Aside
from shadow.worker.progress import Progress

_LOG = logging.getLogger(__name__)

GRACE_S = 30.0
"""How long a stop waits for a store that is away, s, unless told otherwise."""

_BACK_OFF = wait_exponential(multiplier=0.5, max=10)

type Row = dict[str, Any]
type Rows = dict[str, list[Row]]
"""Rows by their table."""

type Refusals = list[tuple[str, "Entry", str]]
"""Rows that the store refused: their table, the entry they are of, and why."""


class Sink(Protocol):
    """Takes rows of a table; a repeated row is no second one."""

    def insert(self, table: str, rows: list[Row]) -> int:
        """Insert rows.

        Raises:
            Unavailable: try again.
            RowsRefused: some rows cannot be stored, now or later; all others are in.
        """
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """All rows that one record of the log led to; `record` is None for rows that no record stands behind.

    Attributes:
        stored: Called once the rows are in the store.
        amended: Rows to store after all when the store refused some of the rows; later rows of a key hold.
    """

    rows: Rows
    record: Record | None = field(default=None)
    stored: Callable[[], None] = field(default=lambda: None)
    amended: Callable[[], Rows] = field(default=dict)


class Writer:
    """Collects entries and writes them in batches from one task.

    The queue is bounded: when the store is away, `add` waits, replays stop, and the log keeps the rest. Somebody who
    ends cannot wait for ever: after `expect_end`, a store that stays away longer than the grace is given up. Nothing
    is lost by that, since offsets without rows are not committed and their records are read again.

    Args:
        aside: Takes the records of refused rows; without it, these are only logged and counted.
        refused: Told of refused rows: their table and how many.

    Attributes:
        quiet: Held while rows go into the store; whoever holds it reads what is there and no more.
    """

    def __init__(
        self,
        sink: Sink,
        consumer: Consumer,
        progress: Progress,
        *,
        batch_rows: int,
        batch_seconds: float,
        aside: Aside | None = None,
        refused: Callable[[str, int], None] = lambda _table, _count: None,
    ) -> None:
        self._aside = aside
        self._refused = refused
        self._sink = sink
        self._consumer = consumer
        self._progress = progress
        self._batch_rows = batch_rows
        self._batch_seconds = batch_seconds
        self._queue: asyncio.Queue[Entry | None] = asyncio.Queue(maxsize=batch_rows * 4)
        self._give_up_at: float | None = None
        self._given_up = False
        self._ended = False
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
        self._ended = False
        while not self._ended:
            if batch := await self._next_batch():
                await self._write(batch)

    async def _next_batch(self) -> list[Entry]:
        first = await self._queue.get()
        if first is None:
            self._ended = True
            return []
        batch = [first]
        deadline = asyncio.get_running_loop().time() + self._batch_seconds
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                while len(batch) < self._batch_rows and not self._ended:
                    self._join(batch, await self._queue.get())
        return batch

    def _join(self, batch: list[Entry], entry: Entry | None) -> None:
        if entry is None:
            self._ended = True
        else:
            batch.append(entry)

    async def _write(self, batch: list[Entry]) -> None:
        if not self._given_up and not await self._insert(batch):
            self._given_up = True
            _LOG.warning("the store stays away; what it did not take will be read from the log again")
        if self._given_up:
            return
        for entry in batch:
            entry.stored()
            if entry.record is not None:
                self._progress.finish(entry.record)
        await self._consumer.commit(self._progress.take_committable())

    async def _insert(self, batch: list[Entry]) -> bool:
        """Insert until the store has taken all of it but what it refuses for good; false when it was given up."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Unavailable),
            before=partial(self._top_up, batch),
            wait=self._wait_s,
            stop=self._is_over,
            before_sleep=before_sleep_log(_LOG, logging.WARNING),
            retry_error_callback=lambda _: None,
        )
        refusals: Refusals | None = await retrying(self._insert_once, batch)
        return refusals is not None and await self._settle(refusals)

    def _top_up(self, batch: list[Entry], state: RetryCallState) -> None:
        """What came since the last try joins in: beside it, a row that the store refuses alone stands out."""
        if state.attempt_number > 1:
            while not self._queue.empty() and len(batch) <= self._batch_rows and not self._ended:
                self._join(batch, self._queue.get_nowait())

    async def _insert_once(self, batch: list[Entry]) -> Refusals:
        """Insert what is in the batch, and rows in place of those that were refused."""
        refusals: Refusals = []
        async with self.quiet:
            for table, rows in _tables(batch).items():
                refusals += await self._insert_table(table, rows)
            for entry in {id(entry): entry for _, entry, _ in refusals}.values():
                for table, amended in entry.amended().items():
                    await self._insert_table(table, [(entry, row) for row in amended])
        return refusals

    async def _insert_table(self, table: str, rows: Sequence[tuple[Entry, Row]]) -> Refusals:
        try:
            self.rows_written += await asyncio.to_thread(self._sink.insert, table, [row for _, row in rows])
        except RowsRefused as error:
            _LOG.error("%s", error)
            self.rows_written += len(rows) - len(error.rows)
            return [(table, rows[one.place][0], one.why) for one in error.rows]
        return []

    async def _settle(self, refusals: Refusals) -> bool:
        """Count what was refused and set its records aside; false when nobody could take these."""
        for table, count in Counter(table for table, _, _ in refusals).items():
            self._refused(table, count)
        records = {id(entry): (entry.record, f"row of {table} refused: {why}") for table, entry, why in refusals}
        for record, reason in records.values():
            if self._aside is not None and record is not None and not await self._aside.keep(record, reason=reason):
                return False
        return True

    def _is_over(self, _state: RetryCallState) -> bool:
        return self._left_s() <= 0

    def _wait_s(self, state: RetryCallState) -> float:
        return min(_BACK_OFF(state), max(self._left_s(), 0))

    def _left_s(self) -> float:
        """Seconds until the store is given up; without end while nobody wants to end."""
        return math.inf if self._give_up_at is None else self._give_up_at - asyncio.get_running_loop().time()


def _tables(batch: Sequence[Entry]) -> Mapping[str, list[tuple[Entry, Row]]]:
    """The rows of a batch by their table, each with the entry that it is of."""
    tables: defaultdict[str, list[tuple[Entry, Row]]] = defaultdict(list)
    for entry in batch:
        for table, rows in entry.rows.items():
            tables[table].extend((entry, row) for row in rows)
    return tables
