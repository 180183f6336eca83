"""What cannot be read or stored is set aside: on the dead-letter topic, with its reason, and counted."""

import asyncio
import logging
from typing import Final

from proxy.errors import Unavailable
from proxy.log.dead_letters import set_aside
from proxy.log.record import Producer, Record, RecordRefused

_LOG = logging.getLogger(__name__)
_RETRY_S: Final = 1.0


class Aside:
    """Keeps records of the log that lead to no row. While the broker takes nothing it waits, until told to stop."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Wait no longer for a broker that is away."""
        self._stopping.set()

    async def keep(self, record: Record, *, reason: str) -> bool:
        """Set a record aside; false when it was told to stop before the broker took it.

        Args:
            reason: What was wrong; never payload text.
        """
        while not self._stopping.is_set():
            try:
                await self._publish(record, reason=reason)
            except Unavailable as failure:
                _LOG.warning("a dead letter waits: %s", failure)
                await self._pause()
            else:
                _LOG.warning("record %s/%s/%s set aside: %s", record.topic, record.partition, record.offset, reason)
                return True
        return False

    async def _publish(self, record: Record, *, reason: str) -> None:
        """Publish; what the broker will never take is still in the topic that it was read from."""
        try:
            await set_aside(
                self._producer,
                topic=record.topic,
                key=record.key,
                value=record.value,
                headers=record.headers,
                reason=reason,
            )
        except RecordRefused as refusal:
            _LOG.error("record %s/%s/%s is no dead letter: %s", record.topic, record.partition, record.offset, refusal)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_RETRY_S):
                await self._stopping.wait()
        except TimeoutError:
            return
