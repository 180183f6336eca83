"""Keeps what was published: every exchange, ledger entry and experiment version of the log becomes a row."""

import asyncio
import logging
from collections.abc import Callable

from proxy.coverage import LedgerEntry
from proxy.errors import BadRecord
from proxy.exchange import Exchange
from proxy.log.record import Consumer, Record
from proxy.log.topics import COVERAGE, EXCHANGES, EXPERIMENTS
from shadow.experiment import Experiment
from shadow.store.rows import exchange_row, experiment_row, ledger_row
from shadow.worker.progress import Progress
from shadow.worker.writer import GRACE_S, Entry, Rows, Sink, Writer

_LOG = logging.getLogger(__name__)

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
        grace_s: float = GRACE_S,
    ) -> None:
        self._consumer = consumer
        self._grace_s = grace_s
        self._to_rows = to_rows
        self._progress = Progress()
        self._writer = Writer(sink, consumer, self._progress, batch_rows=batch_rows, batch_seconds=batch_seconds)

    async def run(self) -> None:
        """Record until `stop`; then write what was read, commit and leave the group."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._writer.run())
            async for batch in self._consumer.batches():
                for record in batch:
                    self._progress.begin(record)
                    await self._writer.add(Entry(rows=self._rows(record), record=record))
            await self._writer.finish()
        await self._consumer.close()

    async def stop(self) -> None:
        """Read no more."""
        self._writer.expect_end(grace_s=self._grace_s)
        await self._consumer.finish()

    def _rows(self, record: Record) -> Rows:
        try:
            return self._to_rows(record.value)
        except BadRecord as error:
            _LOG.warning("record %s/%s/%s is not stored: %s", record.topic, record.partition, record.offset, error)
            return {}
