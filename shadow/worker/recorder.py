"""Keeps what was published: every exchange, ledger entry and experiment version of the log becomes a row."""

import asyncio
from collections.abc import Callable

from proxy.coverage import LedgerEntry
from proxy.errors import BadRecord
from proxy.exchange import Exchange
from proxy.log.record import Consumer, Record
from proxy.log.topics import COVERAGE, EXCHANGES, EXPERIMENTS
from shadow.experiment import Experiment
from shadow.store.rows import exchange_row, experiment_row, ledger_row
from shadow.worker.aside import Aside
from shadow.worker.progress import Progress
from shadow.worker.writer import GRACE_S, Entry, Rows, Sink, Writer

GROUP = "understudy.recorder"
"""Consumer group of all recorders: each record is written by one of them."""


def _exchange(value: bytes) -> Rows:
    return {"exchanges": [exchange_row(Exchange.from_bytes(value))]}


def _ledger(value: bytes) -> Rows:
    return {"ledger": [ledger_row(LedgerEntry.from_bytes(value))]}


def _experiment(value: bytes) -> Rows:
    return {"experiment_versions": [experiment_row(Experiment.from_bytes(value))]}


RECORDED: dict[str, Callable[[bytes], Rows]] = {
    EXCHANGES.name: _exchange,
    COVERAGE.name: _ledger,
    EXPERIMENTS.name: _experiment,
}
"""What is recorded: topic to the rows of one of its values."""


class Recorder:
    """Writes one topic into the store until stopped.

    Args:
        aside: Takes records that cannot be read or stored.
        refused: Told of rows that the store refuses: their table and how many.
        grace_s: How long a stop waits for a store that is away, s.
    """

    def __init__(
        self,
        consumer: Consumer,
        sink: Sink,
        *,
        to_rows: Callable[[bytes], Rows],
        batch_rows: int,
        batch_seconds: float,
        aside: Aside,
        refused: Callable[[str, int], None] = lambda _table, _count: None,
        grace_s: float = GRACE_S,
    ) -> None:
        self._consumer = consumer
        self._aside = aside
        self._grace_s = grace_s
        self._to_rows = to_rows
        self._progress = Progress()
        self._writer = Writer(
            sink,
            consumer,
            self._progress,
            batch_rows=batch_rows,
            batch_seconds=batch_seconds,
            aside=aside,
            refused=refused,
        )

    async def run(self) -> None:
        """Record until `stop`; then write what was read, commit and leave the group."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._writer.run())
            async for batch in self._consumer.batches():
                for record in batch:
                    if self._progress.begin(record):
                        await self._take(record)
            await self._writer.finish()
        await self._consumer.close()

    async def stop(self) -> None:
        """Read no more."""
        self._writer.expect_end(grace_s=self._grace_s)
        self._aside.stop()
        await self._consumer.finish()

    async def _take(self, record: Record) -> None:
        try:
            rows = self._to_rows(record.value)
        except BadRecord as error:
            if not await self._aside.keep(record, reason=str(error)):
                return
            rows = {}
        await self._writer.add(Entry(rows=rows, record=record))
