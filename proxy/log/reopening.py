"""Producers and consumers that open themselves when they are first needed, and again when they are lost.

They keep the protocols of the log and know no broker: what opens one is passed in.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from proxy.errors import Unavailable
from proxy.log.record import Consumer, Producer, ProducerLost, Record

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0

type OpenProducer = Callable[[], Awaitable[Producer]]
"""Connects a producer; raises `Unavailable` when no broker answers."""

type OpenConsumer = Callable[[], Awaitable[Consumer]]
"""Connects a consumer; raises `Unavailable` when no broker answers."""


class ReopeningProducer:
    """Opens a producer with the first record, and another one after `ProducerLost`.

    While there is none, `publish` raises `Unavailable`: nothing is held here. The next one is opened only after the
    lost one is closed for good, so that none of its records arrives behind a later one of the same key.

    Args:
        clock: Monotonic time, s.
        first_pause_s: Pause after a producer could not be opened, or was lost; doubles until a record is taken.
        longest_pause_s: Bound of that pause, s.
    """

    def __init__(
        self,
        open_producer: OpenProducer,
        *,
        clock: Callable[[], float] = time.monotonic,
        first_pause_s: float = _FIRST_PAUSE_S,
        longest_pause_s: float = _LONGEST_PAUSE_S,
    ) -> None:
        self._open_producer = open_producer
        self._clock = clock
        self._first_pause_s = first_pause_s
        self._longest_pause_s = longest_pause_s
        self._pause_s = first_pause_s
        self._not_before = float("-inf")
        self._producer: Producer | None = None
        self._turn = asyncio.Lock()
        self._opening: asyncio.Task[Producer | Unavailable] | None = None
        self._closing: asyncio.Task[None] | None = None

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        """Append one record, after opening a producer if there is none.

        Raises:
            Unavailable: the broker did not take it in time, or there is no producer just now.
            RecordRefused: the broker will never take it.
        """
        # First come, first served: who finds the producer open does not pass those who waited for it.
        async with self._turn:
            producer = self._producer or await self._opened()
        try:
            await producer.publish(topic, key=key, value=value, headers=headers)
        except ProducerLost as error:
            self._lose(producer, error)
            raise
        self._pause_s = self._first_pause_s

    async def _opened(self) -> Producer:
        """The producer that is being opened; who gives up meanwhile leaves the opening to the next in turn."""
        if self._opening is None:
            if self._clock() < self._not_before:
                raise Unavailable("there is no connection to the broker; it is tried again in a moment")
            self._opening = asyncio.create_task(self._open())
        opened = await asyncio.shield(self._opening)
        if isinstance(opened, Unavailable):
            raise Unavailable(str(opened))
        return opened

    async def _open(self) -> Producer | Unavailable:
        try:
            if self._closing is not None:
                await asyncio.wait([self._closing])
            self._producer = await self._open_producer()
        except Unavailable as error:
            self._wait()
            return error
        else:
            return self._producer
        finally:
            self._opening = None

    def _lose(self, producer: Producer, error: ProducerLost) -> None:
        if producer is not self._producer:
            return
        _LOG.warning("%s", error)
        self._producer = None
        self._closing = asyncio.create_task(producer.close())
        self._wait()

    def _wait(self) -> None:
        self._not_before = self._clock() + self._pause_s
        self._pause_s = min(self._pause_s * 2, self._longest_pause_s)

    async def close(self) -> None:
        """Send what is buffered, then let go of the broker; an opening under way is given up."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        if self._closing is not None:
            await asyncio.wait([self._closing])
        if self._producer is not None:
            await self._producer.close()


class ReopeningConsumer:
    """Opens a consumer when it is first read, and another one when the broker does not let it read on.

    What was read and not committed comes again after that; without a group that is the whole topic, from its start.

    Args:
        first_pause_s: Pause after a consumer could not be opened, or was lost; doubles until a batch is read.
        longest_pause_s: Bound of that pause, s.
    """

    def __init__(
        self,
        open_consumer: OpenConsumer,
        *,
        first_pause_s: float = _FIRST_PAUSE_S,
        longest_pause_s: float = _LONGEST_PAUSE_S,
    ) -> None:
        self._open_consumer = open_consumer
        self._first_pause_s = first_pause_s
        self._longest_pause_s = longest_pause_s
        self._consumer: Consumer | None = None
        self._put_back: Callable[[], None] = lambda: None
        self._finished = asyncio.Event()

    async def batches(self) -> AsyncIterator[Sequence[Record]]:
        """Non-empty batches in offset order per partition, of one consumer after the other, until `finish`."""
        pause_s = self._first_pause_s
        while not self._finished.is_set():
            try:
                async for batch in await self._opened():
                    pause_s = self._first_pause_s
                    yield batch
            except Unavailable as error:
                if pause_s == self._first_pause_s:
                    _LOG.warning("a consumer is opened again as soon as that is possible: %s", error)
                await self._drop()
                self._put_back()
                await self._sleep(pause_s)
                pause_s = min(pause_s * 2, self._longest_pause_s)

    async def _opened(self) -> AsyncIterator[Sequence[Record]]:
        self._consumer = await self._open_consumer()
        self._consumer.on_reread(self._put_back)
        if self._finished.is_set():
            await self._consumer.finish()
        return self._consumer.batches()

    async def _drop(self) -> None:
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            await consumer.close()

    async def _sleep(self, pause_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._finished.wait()

    async def commit(self, records: Sequence[Record]) -> None:
        """Mark these records, and all before them, as done; between two consumers they stay as they are."""
        if self._consumer is not None:
            await self._consumer.commit(records)

    def pause(self, topic: str, partition: int) -> None:
        """Stop reading one partition for now; a consumer that is opened later reads it."""
        if self._consumer is not None:
            self._consumer.pause(topic, partition)

    def resume(self, topic: str, partition: int) -> None:
        """Read a paused partition again."""
        if self._consumer is not None:
            self._consumer.resume(topic, partition)

    def on_reread(self, put_back: Callable[[], None]) -> None:
        """Have this called when what was read and not committed will be read again; tell it before `batches`."""
        self._put_back = put_back

    async def finish(self) -> None:
        """End `batches`; what was read can still be committed."""
        self._finished.set()
        if self._consumer is not None:
            await self._consumer.finish()

    async def close(self) -> None:
        """Leave the group."""
        await self.finish()
        await self._drop()
