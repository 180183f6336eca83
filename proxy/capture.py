"""The capture process: messages of the doors in, anonymised exchanges and the coverage ledger out to the log.

While the broker is away exchanges go to the spool; when and in which order they leave it is decided here.
"""

import asyncio
import logging
from collections.abc import Callable

from proxy.admission import Admission, NotAdmitted
from proxy.channel import Message
from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.errors import Refused, Unavailable
from proxy.exchange import Exchange, RawExchange
from proxy.log.record import SCHEMA_HEADER, Producer
from proxy.log.spool import NoRoom, Parcel, Spool
from proxy.log.topics import COVERAGE, EXCHANGES
from proxy.sampling.sampler import Kept, SampledOut
from proxy.wire.routes import OTHER_ROUTE, shape_of

_LOG = logging.getLogger(__name__)
_IN_FLIGHT = 256
_LEDGER_S = 1.0
_MAX_RETRY_RATIO = 32
_NO_SPOOL = "broker_unavailable"
_TOO_LARGE = "too_large_for_log"


type Sampling = Callable[[Exchange], Kept | SampledOut]
"""Decides on one exchange, in order of arrival."""


class Capture:
    """Publishes what the doors saw; what it cannot publish it counts by reason.

    Holds at most 256 records that the broker has not acknowledged; beyond that `receive` waits, the channel fills,
    and the doors drop and count. Production waits for none of it. Records are handed to the producer in the order of
    their arrival, and Kafka's idempotent producer keeps it.

    With a spool, the first record that the broker does not take sends all that is under way, and all that comes,
    to disk. From there the oldest alone is tried again, less and less often; once it is acknowledged the others
    follow. Without one, what the broker does not take is dropped and counted (`broker_unavailable`).

    Args:
        sampling: What is wanted now; without it everything is.
        max_record_bytes: Largest exchange that the log takes; a larger one is dropped and counted.
        patience_s: How long a record may go unacknowledged before the broker counts as away.
        retry_s: First pause between two tries of the oldest record; doubles up to 32 times itself.
    """

    def __init__(
        self,
        admission: Admission,
        *,
        producer: Producer,
        ledger: Ledger,
        spool: Spool | None = None,
        sampling: Sampling | None = None,
        max_record_bytes: int = 8_388_608,
        patience_s: float = 5.0,
        retry_s: float = 0.5,
    ) -> None:
        self._admission = admission
        self._producer = producer
        self._ledger = ledger
        self._spool = spool
        self._sampling = sampling
        self._max_record_bytes = max_record_bytes
        self._patience_s = patience_s
        self._retry_s = retry_s
        # A ledger forgets old minutes, and the spool's are old: it has one of its own, whose minutes only move on.
        self._spool_ledger = Ledger(f"{ledger.source_id}-spool")
        self._entries = {} if spool is None else spool.entries()
        self._saved = set(self._entries)
        self._unsaved: set[str] = set()
        self._arrivals = asyncio.Lock()
        self._room = asyncio.Semaphore(_IN_FLIGHT)
        self._flights: dict[asyncio.Task[None], Parcel] = {}
        self._draining: asyncio.Task[None] | None = None
        self._is_away = False
        self._is_finishing = False

    async def receive(self, message: Message) -> None:
        """Take one message of a door."""
        if isinstance(message, LedgerEntry):
            self._keep(message)
            return
        async with self._arrivals:
            admitted = self._admission.admit(message)
            if isinstance(admitted, NotAdmitted):
                self._count(self._ledger, message, Disposition.DROPPED, reason=admitted.reason)
                return
            # Every exchange is admitted first: the anonymiser learns names from it that later turns need.
            if self._sampling is not None:
                decided = self._sampling(admitted)
                if isinstance(decided, SampledOut):
                    self._count(self._ledger, message, Disposition.SAMPLED_OUT, reason=decided.reason)
                    return
                admitted = _weighted(admitted, decided)
            await self._send(_parcel(message, admitted))

    async def _send(self, parcel: Parcel) -> None:
        if len(parcel.value) > self._max_record_bytes:
            self._count(self._ledger, parcel, Disposition.DROPPED, reason=_TOO_LARGE)
            return
        if self._is_direct:
            await self._room.acquire()
            if self._is_direct:
                self._launch(parcel)
                return
            self._room.release()
        self._store(parcel)

    @property
    def _is_direct(self) -> bool:
        return self._spool is None or not (self._is_away or self._is_finishing or self._spool.waiting)

    def _launch(self, parcel: Parcel) -> None:
        task = asyncio.create_task(self._fly(parcel))
        self._flights[task] = parcel
        task.add_done_callback(self._land)

    def _land(self, task: asyncio.Task[None]) -> None:
        self._flights.pop(task, None)
        self._room.release()

    async def _fly(self, parcel: Parcel) -> None:
        """Publish one record; what is neither acknowledged nor refused for good by then is stored."""
        try:
            async with asyncio.timeout(self._patience_s):
                await self._publish(parcel)
        except (Unavailable, TimeoutError) as error:
            self._leave(error)
            if self._ends_flight():
                self._store(parcel)
        except Refused as error:
            if self._ends_flight():
                self._refuse(parcel, error, ledger=self._ledger)
        else:
            if self._ends_flight():
                self._count(self._ledger, parcel, Disposition.PUBLISHED)

    def _ends_flight(self) -> bool:
        """Whether the record is still this task's to count, and not the spool's."""
        task = asyncio.current_task()
        return task is not None and self._flights.pop(task, None) is not None

    async def _publish(self, parcel: Parcel) -> None:
        await self._producer.publish(
            EXCHANGES.name,
            key=parcel.key,
            value=parcel.value,
            headers={SCHEMA_HEADER: str(parcel.schema_version).encode()},
        )
        self._is_away = False

    def _leave(self, error: Exception) -> None:
        """The broker is away: what is under way goes to the spool, in the order of its arrival."""
        if self._spool is None:
            return
        if not self._is_away:
            _LOG.warning("the broker is away (%s); exchanges go to the spool", str(error) or type(error).__name__)
        self._is_away = True
        for task, parcel in list(self._flights.items()):
            if isinstance(self._spool.append(parcel), NoRoom):
                continue
            del self._flights[task]
            if task is not asyncio.current_task():
                task.cancel()
        self._wake()

    def _store(self, parcel: Parcel) -> None:
        row = self._spool.append(parcel) if self._spool is not None else _NO_SPOOL
        if isinstance(row, str):
            self._count(self._ledger, parcel, Disposition.DROPPED, reason=row)
        else:
            self._wake()

    def _refuse(self, parcel: Parcel, error: Refused, *, ledger: Ledger) -> None:
        _LOG.warning("an exchange was dropped: %s", error)
        self._count(ledger, parcel, Disposition.DROPPED, reason=_TOO_LARGE)

    def _wake(self) -> None:
        is_idle = self._draining is None or self._draining.done()
        if self._spool is not None and self._spool.waiting and is_idle and not self._is_finishing:
            self._draining = asyncio.create_task(self._drain(self._spool))

    async def _drain(self, spool: Spool) -> None:
        """Publish the spool until it is empty: the oldest alone while the broker is away, then 256 at a time."""
        pause_s = self._retry_s
        self._is_away = True
        while spool.waiting:
            if await self._drain_oldest(spool):
                pause_s = self._retry_s
                continue
            self._is_away = True
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, self._retry_s * _MAX_RETRY_RATIO)
        _LOG.warning("the spool is empty; exchanges go to the broker again")

    async def _drain_oldest(self, spool: Spool) -> bool:
        try:
            oldest = spool.oldest(most=1 if self._is_away else _IN_FLIGHT)
        except Unavailable as error:
            _LOG.error("%s", error)
            return False
        return all(await asyncio.gather(*(self._deliver(spool, row, parcel) for row, parcel in oldest)))

    async def _deliver(self, spool: Spool, row: int, parcel: Parcel) -> bool:
        """Publish one record of the spool, however long that takes."""
        try:
            await self._publish(parcel)
        except Unavailable:
            return False
        except Refused as error:
            self._refuse(parcel, error, ledger=self._spool_ledger)
        else:
            self._count(self._spool_ledger, parcel, Disposition.PUBLISHED)
        self._remove(spool, row)
        return True

    def _remove(self, spool: Spool, row: int) -> None:
        """One transaction removes and counts, so that a process killed between the two counts neither twice nor not."""
        counted = [self._keep(entry) for entry in self._spool_ledger.changed()]
        if spool.remove(row, entries={key: self._entries[key] for key in counted}):
            self._saved.update(counted)
            self._unsaved.difference_update(counted)

    def _count(
        self, ledger: Ledger, counted: RawExchange | Parcel, disposition: Disposition, *, reason: str = ""
    ) -> None:
        route = counted.route if isinstance(counted, Parcel) else _route(counted)
        ledger.count(disposition, at=counted.started_at, door=counted.door, route=route, reason=reason)

    def _keep(self, entry: LedgerEntry) -> str:
        key = entry.model_dump_json(exclude={"requests"})
        self._entries[key] = entry
        self._unsaved.add(key)
        return key

    async def keep_books(self) -> None:
        """Publish the ledger once a second, and what an earlier process left in the spool, until cancelled."""
        while True:
            self._wake()
            await asyncio.sleep(_LEDGER_S)
            await self.publish_ledger()

    async def publish_ledger(self) -> None:
        """Publish every count that changed; while the broker is away they are kept, in the spool if there is one."""
        for entry in self._ledger.changed():
            self._keep(entry)
        is_taking = True
        while self._entries and is_taking and not self._is_probing:
            keys = list(self._entries)[: 1 if self._is_away else _IN_FLIGHT]
            is_taking = all(await asyncio.gather(*(self._publish_entry(key) for key in keys)))
        self._save_entries()

    @property
    def _is_probing(self) -> bool:
        return self._is_away and self._spool is not None and self._spool.waiting > 0

    async def _publish_entry(self, key: str) -> bool:
        entry = self._entries.get(key)
        if entry is None:
            return True
        try:
            async with asyncio.timeout(self._patience_s):
                await self._producer.publish(COVERAGE.name, key=key.encode(), value=entry.to_bytes())
        except (Unavailable, TimeoutError) as error:
            self._leave(error)
            return False
        self._is_away = False
        if self._entries.get(key) is entry:
            del self._entries[key]
        return True

    def _save_entries(self) -> None:
        if self._spool is None:
            self._unsaved.clear()
            return
        published = self._saved - self._entries.keys()
        if published:
            self._spool.forget_entries(published)
            self._saved -= published
        kept = {key: self._entries[key] for key in self._unsaved & self._entries.keys()}
        if not kept or self._spool.keep_entries(kept):
            self._saved |= kept.keys()
            self._unsaved.clear()

    async def settle(self) -> None:
        """Wait until all that was received is acknowledged, spooled or dropped."""
        while self._flights:
            await asyncio.wait(list(self._flights))

    async def finish(self) -> None:
        """Wait for what is under way, then publish the ledger a last time; what is in the spool stays in it."""
        self._is_finishing = True
        if self._draining is not None:
            self._draining.cancel()
            await asyncio.wait([self._draining])
        if self._flights:
            await asyncio.wait(list(self._flights), timeout=self._patience_s)
        for task, parcel in list(self._flights.items()):
            del self._flights[task]
            task.cancel()
            self._store(parcel)
        await self.publish_ledger()


def _weighted(exchange: Exchange, kept: Kept) -> Exchange:
    return exchange.model_copy(update={"weight": kept.weight, "draw": kept.draw, "by_floor": kept.by_floor})


def _parcel(raw: RawExchange, exchange: Exchange) -> Parcel:
    return Parcel(
        key=exchange.conversation_id.encode(),
        value=exchange.to_bytes(),
        schema_version=exchange.schema_version,
        started_at=raw.started_at,
        door=raw.door,
        route=_route(raw),
    )


def _route(raw: RawExchange) -> str:
    shape = shape_of(raw.path, method=raw.method)
    return str(shape) if shape else OTHER_ROUTE
