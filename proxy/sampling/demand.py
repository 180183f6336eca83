"""What live experiments want of capture: the largest share of conversations, followed on the experiments topic.

Reads four fields of an experiment leniently; what else an experiment holds is no business of capture.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from pydantic import AwareDatetime, ConfigDict, Field

from proxy.errors import BadRecord, Unavailable
from proxy.log.record import Consumer, Record
from proxy.published import Published
from proxy.sampling.outlook import OutlookFile, outlook_of

_LOG = logging.getLogger(__name__)
_RETRY_S = 1.0
_ENABLED = "enabled"

type ReadTopic = Callable[[], Awaitable[Sequence[Record]]]
"""Reads every record that the experiments topic holds now; raises `Unavailable` when it cannot."""


class Wanted(Published):
    """The part of an experiment's record that capture goes by."""

    model_config = ConfigDict(extra="ignore")

    experiment_id: str = Field(min_length=1, max_length=200)
    state: str
    expires_at: AwareDatetime
    sample_ratio: float = Field(default=1.0, gt=0, le=1)


class Demand:
    """Knows which experiments are live.

    What was last read holds while the broker is away, and experiments still expire; with a memory it holds over a
    restart too. Without any knowledge, and once it no longer follows, it wants everything: not knowing must not cost
    exchanges.

    Args:
        follower: Consumer of the experiments topic without a group, from the oldest record. It may start over at any
            time, as `proxy.log.reopening` does.
        read_topic: Reads the topic to its end; a consumer alone cannot tell an end from a silence.
        memory: Where the last knowledge is kept.
        retry_s: Pause before another try when the broker is away, s.
    """

    def __init__(
        self,
        follower: Consumer,
        *,
        read_topic: ReadTopic,
        memory: OutlookFile | None = None,
        retry_s: float = _RETRY_S,
    ) -> None:
        self._follower = follower
        self._read_topic = read_topic
        self._memory = memory
        self._retry_s = retry_s
        self._enabled: dict[str, Wanted] = {}
        self._ends: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._outlook = memory.read() if memory else None

    def ratio(self, *, now: datetime) -> float:
        """The largest share of conversations that a live experiment wants, [0, 1]; 0 when none is live.

        Args:
            now: Aware UTC; experiments that expire by then count no more.
        """
        return 1.0 if self._outlook is None else self._outlook.ratio(now=now)

    async def follow(self) -> None:
        """Read the topic to its end, then go on until the follower is finished."""
        try:
            await self._catch_up()
            async for batch in self._follower.batches():
                for record in batch:
                    await self._take(record)
                await self._know()
        finally:
            self._outlook = None

    async def _catch_up(self) -> None:
        """Learn the topic as it stands now, in place of what was known."""
        records = await self._read_all()
        self._enabled.clear()
        self._ends.clear()
        for record in records:
            self._learn(record)
            self._ends[record.partition] = record.offset + 1
        await self._know()

    async def _read_all(self) -> Sequence[Record]:
        is_first = True
        while True:
            try:
                return await self._read_topic()
            except Unavailable as error:
                if is_first:
                    _LOG.warning("the experiments cannot be read, what is known of them holds: %s", error)
                is_first = False
                await asyncio.sleep(self._retry_s)

    async def _know(self) -> None:
        outlook = outlook_of((wanted.sample_ratio, wanted.expires_at) for wanted in self._enabled.values())
        is_news = outlook != self._outlook
        self._outlook = outlook
        if is_news and self._memory is not None:
            await asyncio.to_thread(self._memory.write, outlook)

    async def _take(self, record: Record) -> None:
        """Learn what is past the end that was read before: old versions must not hold for a moment again."""
        starts_over = record.offset <= self._last.get(record.partition, -1)
        self._last[record.partition] = record.offset
        if starts_over:
            await self._catch_up()
        if record.offset >= self._ends.get(record.partition, 0):
            self._learn(record)

    def _learn(self, record: Record) -> None:
        if not record.value:
            self._enabled.pop((record.key or b"").decode("utf-8", "replace"), None)
            return
        try:
            wanted = Wanted.from_bytes(record.value)
        except BadRecord as error:
            _LOG.warning("experiment record %s is ignored by capture: %s", record.offset, error)
            return
        if wanted.state == _ENABLED:
            self._enabled[wanted.experiment_id] = wanted
        else:
            self._enabled.pop(wanted.experiment_id, None)
