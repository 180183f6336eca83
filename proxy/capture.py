"""The capture process: messages of the doors in, anonymised exchanges and the coverage ledger out to the log."""

import asyncio
import logging

from proxy.admission import Admission, NotAdmitted
from proxy.channel import Message
from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.errors import Unavailable
from proxy.exchange import Exchange, RawExchange
from proxy.log.record import SCHEMA_HEADER, Producer
from proxy.log.topics import COVERAGE, EXCHANGES
from proxy.wire.routes import OTHER_ROUTE, shape_of

_LOG = logging.getLogger(__name__)
_IN_FLIGHT = 256
_LEDGER_S = 1.0


class Capture:
    """Publishes what the doors saw; what it cannot publish it counts by reason.

    Holds at most 256 records that the broker has not acknowledged; beyond that `receive` waits, the channel fills,
    and the doors drop and count. Production waits for none of it.
    """

    def __init__(self, admission: Admission, *, producer: Producer, ledger: Ledger) -> None:
        self._admission = admission
        self._producer = producer
        self._ledger = ledger
        self._room = asyncio.Semaphore(_IN_FLIGHT)
        self._entries: dict[str, LedgerEntry] = {}
        self._publishing: set[asyncio.Task[None]] = set()

    async def receive(self, message: Message) -> None:
        """Take one message of a door."""
        if isinstance(message, LedgerEntry):
            self._keep(message)
            return
        await self._room.acquire()
        admitted = self._admission.admit(message)
        if isinstance(admitted, NotAdmitted):
            self._room.release()
            self._count(message, Disposition.DROPPED, reason=admitted.reason)
            return
        task = asyncio.create_task(self._publish(message, admitted))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _publish(self, raw: RawExchange, exchange: Exchange) -> None:
        try:
            await self._producer.publish(
                EXCHANGES.name,
                key=exchange.conversation_id.encode(),
                value=exchange.to_bytes(),
                headers={SCHEMA_HEADER: str(exchange.schema_version).encode()},
            )
        except Unavailable as error:
            _LOG.warning("an exchange was dropped: %s", error)
            self._count(raw, Disposition.DROPPED, reason="broker_unavailable")
        else:
            self._count(raw, Disposition.PUBLISHED)
        finally:
            self._room.release()

    def _count(self, raw: RawExchange, disposition: Disposition, *, reason: str = "") -> None:
        shape = shape_of(raw.path, method=raw.method)
        route = str(shape) if shape else OTHER_ROUTE
        self._ledger.count(disposition, at=raw.started_at, door=raw.door, route=route, reason=reason)

    def _keep(self, entry: LedgerEntry) -> None:
        self._entries[entry.model_dump_json(exclude={"requests"})] = entry

    async def keep_books(self) -> None:
        """Publish the ledger once a second until cancelled."""
        while True:
            await asyncio.sleep(_LEDGER_S)
            await self.publish_ledger()

    async def publish_ledger(self) -> None:
        """Publish every count that changed; when the broker is away they are kept for the next time."""
        for entry in self._ledger.changed():
            self._keep(entry)
        entries, self._entries = self._entries, {}
        for key, entry in entries.items():
            try:
                await self._producer.publish(COVERAGE.name, key=key.encode(), value=entry.to_bytes())
            except Unavailable:
                self._entries.setdefault(key, entry)

    async def finish(self) -> None:
        """Wait for what is under way, then publish the ledger a last time."""
        await asyncio.gather(*self._publishing, return_exceptions=True)
        await self.publish_ledger()
