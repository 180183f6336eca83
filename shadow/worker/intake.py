"""Records off the log, handed on partition by partition in their order; who is far ahead of its pace is paused."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from proxy.errors import Unavailable
from proxy.log.record import Consumer, Record
from shadow.worker.progress import Progress

_LOG = logging.getLogger(__name__)
_QUEUE_RECORDS = 1_000

type Take = Callable[[Record], Awaitable[None]]
"""Takes one record; the next one of its partition waits for it."""


class Intake:
    """Reads until closed or stopped. What waits here when partitions are dealt anew is left to whoever reads it next.

    Args:
        left: Told how many records were put back each time.
    """

    def __init__(
        self, consumer: Consumer, progress: Progress, *, left: Callable[[int], None] = lambda _count: None
    ) -> None:
        self._consumer = consumer
        self._progress = progress
        self._left = left
        self._queues: dict[int, asyncio.Queue[Record]] = {}
        self._followers: list[asyncio.Task[None]] = []
        self._stopping = False

    async def run(self, take: Take) -> None:
        """Hand records on until the end. A broker that lets nobody read on is such an end: what was begun is kept."""
        self._consumer.on_reread(self._put_back)
        async with asyncio.TaskGroup() as followers:
            try:
                async for batch in self._consumer.batches():
                    for record in batch:
                        self._put(record, followers, take)
            except Unavailable as error:
                _LOG.warning("reading ends: %s", error)
                for follower in self._followers:
                    follower.cancel()
            for queue in self._queues.values():
                queue.shutdown(immediate=self._stopping)

    async def close(self) -> None:
        """Read no more; what was read is still handed on."""
        await self._consumer.finish()

    async def stop(self) -> None:
        """Read no more and hand nothing on; records that were read stay uncommitted."""
        self._stopping = True
        await self._consumer.finish()

    def _put(self, record: Record, followers: asyncio.TaskGroup, take: Take) -> None:
        if not self._progress.begin(record):
            return
        queue = self._queues.get(record.partition)
        if queue is None:
            queue = self._queues[record.partition] = asyncio.Queue()
            self._followers.append(followers.create_task(self._follow(queue, take)))
        queue.put_nowait(record)
        if queue.qsize() > _QUEUE_RECORDS:
            self._consumer.pause(record.topic, record.partition)

    def _put_back(self) -> None:
        """Nothing that waits is handed on: it is read again, here or elsewhere."""
        waiting = [queue.get_nowait() for queue in self._queues.values() for _ in range(queue.qsize())]
        self._progress.put_back(waiting)
        if waiting:
            _LOG.info("partitions are dealt anew: %d records that waited are put back", len(waiting))
            self._left(len(waiting))

    async def _follow(self, queue: asyncio.Queue[Record], take: Take) -> None:
        """One partition in its order."""
        with contextlib.suppress(asyncio.QueueShutDown):
            while not self._stopping:
                record = await queue.get()
                if queue.qsize() < _QUEUE_RECORDS // 2:
                    self._consumer.resume(record.topic, record.partition)
                await take(record)
