"""The log in memory: the twin of `proxy.log.kafka` for unit tests and dry runs. Nothing survives the process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from proxy.log.record import ProducerLost, Record


class MemoryLog:
    """One partition per topic, shared by every producer and consumer that was given the same object."""

    def __init__(self) -> None:
        self.records: defaultdict[str, list[Record]] = defaultdict(list)
        self.committed: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.changed = asyncio.Condition()

    def producer(self) -> "MemoryProducer":
        """A producer that appends here."""
        return MemoryProducer(self)

    def consumer(self, topic: str, *, group: str | None) -> "MemoryConsumer":
        """A consumer that starts at the group's last commit, else at the oldest record."""
        return MemoryConsumer(self, topic, group=group)


class MemoryProducer:
    """Appends to a `MemoryLog`."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._is_closed = False

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        """Append one record.

        Raises:
            ProducerLost: it was closed.
        """
        if self._is_closed:
            raise ProducerLost("this producer was closed; another one is needed")
        async with self._log.changed:
            held = self._log.records[topic]
            held.append(Record(topic, 0, len(held), key, value, dict(headers or {})))
            self._log.changed.notify_all()

    async def close(self) -> None:
        """Take nothing more; nothing is held."""
        self._is_closed = True


class MemoryConsumer:
    """Reads a `MemoryLog`."""

    def __init__(self, log: MemoryLog, topic: str, *, group: str | None) -> None:
        self._log = log
        self._topic = topic
        self._group = group
        self._next = log.committed[group, topic] if group else 0
        self._finished = False

    async def batches(self) -> AsyncIterator[Sequence[Record]]:
        """Non-empty batches in offset order, until `finish`."""
        while not self._finished:
            async with self._log.changed:
                await self._log.changed.wait_for(lambda: self._finished or self._waiting())
                batch = self._waiting()
                self._next += len(batch)
            if batch:
                yield batch

    def _waiting(self) -> list[Record]:
        return self._log.records[self._topic][self._next :]

    async def commit(self, records: Sequence[Record]) -> None:
        """Mark these records and all before them as done."""
        if self._group and records:
            place = (self._group, self._topic)
            self._log.committed[place] = max(self._log.committed[place], max(r.offset for r in records) + 1)

    def pause(self, topic: str, partition: int) -> None:
        """Memory holds everything already; pausing changes nothing."""

    def resume(self, topic: str, partition: int) -> None:
        """See `pause`."""

    def on_reread(self, put_back: Callable[[], None]) -> None:
        """Memory has one partition, which nobody else takes."""

    async def finish(self) -> None:
        """Wake and end whoever reads."""
        async with self._log.changed:
            self._finished = True
            self._log.changed.notify_all()

    async def close(self) -> None:
        """See `finish`; memory has no group to leave."""
        await self.finish()
