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

    Until it has read the topic to its end, and once it no longer follows, it wants everything: not knowing must not
    cost exchanges. When the broker is away in between, what was last read holds, and experiments still expire.

    Args:
        follower: Consumer of the experiments topic without a group, from the oldest record.
        read_topic: Reads the topic to its end; a consumer alone cannot tell an end from a silence.
        retry_s: Pause before another try when the broker is away, s.
    """

    def __init__(self, follower: Consumer, *, read_topic: ReadTopic, retry_s: float = _RETRY_S) -> None:
        self._follower = follower
        self._read_topic = read_topic
        self._retry_s = retry_s
        self._enabled: dict[str, Wanted] = {}
        self._ends: dict[int, int] = {}
        self._knows = False

    def ratio(self, *, now: datetime) -> float:
        """The largest share of conversations that a live experiment wants, [0, 1]; 0 when none is live.

        Args:
            now: Aware UTC; experiments that expire by then count no more.
        """
        if not self._knows:
            return 1.0
        live = (wanted.sample_ratio for wanted in self._enabled.values() if now < wanted.expires_at)
        return max(live, default=0.0)

    async def follow(self) -> None:
        """Read the topic to its end, then go on until the follower is finished."""
        try:
            await self._catch_up()
            async for batch in self._follower.batches():
                for record in batch:
                    if self._is_new(record):
                        self._learn(record)
        finally:
            self._knows = False

    async def _catch_up(self) -> None:
        while not self._knows:
            try:
                records = await self._read_topic()
            except Unavailable as error:
                _LOG.warning("everything is captured until the experiments can be read: %s", error)
                await asyncio.sleep(self._retry_s)
                continue
            for record in records:
                self._learn(record)
                self._ends[record.partition] = record.offset + 1
            self._knows = True

    def _is_new(self, record: Record) -> bool:
        """Whether the follower is past what was read at the start: old versions must not hold for a moment again."""
        if record.offset < self._ends.get(record.partition, 0):
            return False
        self._ends.pop(record.partition, None)
        return True

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
