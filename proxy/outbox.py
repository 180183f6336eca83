"""Anonymised exchanges on their way to the log: straight to the broker, or over the spool while the broker is away."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from proxy.accounts import Accounts
from proxy.coverage import Disposition, Ledger
from proxy.errors import Unavailable
from proxy.log.dead_letters import set_aside
from proxy.log.record import SCHEMA_HEADER, Producer, RecordRefused, Refusal
from proxy.log.spool import Parcel, Spool
from proxy.log.topics import EXCHANGES
from proxy.metrics import CaptureMetrics, CaptureState
from proxy.receipts import SPOOLED, End, Receipt
from proxy.tracing import Tracing, traceparent_of

_LOG = logging.getLogger(__name__)
_IN_FLIGHT = 256
_MAX_RETRY_RATIO = 32
_NO_SPOOL = "broker_unavailable"
FAILED = "capture_failed"
"""Reason of an exchange that our own fault kept from the log."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A record that the broker has not acknowledged."""

    parcel: Parcel
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the broker is waited for.

    Attributes:
        acknowledgement_s: How long a record may go unacknowledged before the broker counts as away.
        retry_s: First pause between two tries of the oldest record; doubles up to 32 times itself.
    """

    acknowledgement_s: float = 5.0
    retry_s: float = 0.5


class Outbox:
    """Holds at most 256 records that the broker has not acknowledged; beyond that `send` waits.

    With a spool, the first record that the broker does not take sends all that is under way, and all that comes, to
    disk. From there the oldest alone is tried again, less and less often; once it is acknowledged the others follow.
    Without one, what the broker does not take is dropped and counted (`broker_unavailable`).

    Args:
        spool_ledger: Counts what leaves the spool, apart: its counts are saved in the transaction that removes it.
    """

    def __init__(
        self,
        producer: Producer,
        *,
        accounts: Accounts,
        spool: Spool | None,
        spool_ledger: Ledger,
        patience: Patience,
        metrics: CaptureMetrics,
        tracing: Tracing,
    ) -> None:
        self._producer = producer
        self._accounts = accounts
        self._spool = spool
        self._spool_ledger = spool_ledger
        self._patience = patience
        self._metrics = metrics
        self._tracing = tracing
        self._room = asyncio.Semaphore(_IN_FLIGHT)
        self._flights: dict[asyncio.Task[None], Flight] = {}
        self._draining: asyncio.Task[None] | None = None
        self._is_away = False
        self.is_finishing = False

    @property
    def state(self) -> CaptureState:
        """How things are now, for the metrics."""
        arrivals = [flight.parcel.started_at for flight in self._flights.values()]
        spooled_at = None if self._spool is None else self._spool.oldest_at
        return CaptureState(
            spool_parcels=0 if self._spool is None else self._spool.waiting,
            spool_bytes=0 if self._spool is None else self._spool.used_bytes,
            in_flight=len(self._flights),
            is_broker_away=self._is_away,
            oldest_at=min([*arrivals, *([] if spooled_at is None else [spooled_at])], default=None),
        )

    async def send(self, flight: Flight) -> None:
        """Take one record, in the order of arrival."""
        if self._is_direct:
            await self._room.acquire()
            if self._is_direct:
                self._launch(flight)
                return
            self._room.release()
        self._store(flight)

    @property
    def _is_direct(self) -> bool:
        return self._spool is None or not (self._is_away or self.is_finishing or self._spool.waiting)

    def _launch(self, flight: Flight) -> None:
        task = asyncio.create_task(self._fly(flight))
        self._flights[task] = flight
        task.add_done_callback(self._land)

    def _land(self, task: asyncio.Task[None]) -> None:
        self._room.release()
        flight = self._flights.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if flight is not None and error is not None:
            _LOG.error("an exchange was dropped: its publication failed (%s)", type(error).__name__)
            flight.receipt.settle(End(Disposition.DROPPED, FAILED))

    async def _fly(self, flight: Flight) -> None:
        """Publish one record; what is neither acknowledged nor refused for good by then is stored."""
        try:
            async with asyncio.timeout(self._patience.acknowledgement_s):
                await self._publish(flight.parcel)
        except RecordRefused as error:
            self._refuse(flight, error)
        except (Unavailable, TimeoutError) as error:
            self._leave(error)
            if self._ends_flight():
                self._store(flight)
        else:
            if self._ends_flight():
                flight.receipt.settle(End(Disposition.PUBLISHED))

    def _refuse(self, flight: Flight, error: RecordRefused) -> None:
        """Another record of its batch may be at fault: from the spool each is tried alone."""
        if error.reason is Refusal.REFUSED and self._spool is not None:
            self._leave(error)
        if self._ends_flight():
            _LOG.warning("an exchange was dropped: %s", error)
            flight.receipt.settle(End(Disposition.DROPPED, error.reason))

    def _ends_flight(self) -> bool:
        """Whether the record is still this task's to count, and not the spool's."""
        task = asyncio.current_task()
        return task is not None and self._flights.pop(task, None) is not None

    async def _publish(self, parcel: Parcel) -> None:
        with self._observed(parcel):
            await self._producer.publish(
                EXCHANGES.name, key=parcel.key, value=parcel.value, headers=_record_headers(parcel)
            )
        self._is_away = False

    @contextmanager
    def _observed(self, parcel: Parcel) -> Iterator[None]:
        """Time one try to publish, and say how it ended."""
        began_ns, failure = time.time_ns(), ""
        try:
            yield
        except BaseException as error:
            failure = type(error).__name__
            raise
        finally:
            self._metrics.published((time.time_ns() - began_ns) / 1e9)
            self._tracing.step(
                "publish",
                parent=traceparent_of(parcel.headers),
                started_ns=began_ns,
                facts={"route": parcel.route},
                failure=failure,
            )

    def _leave(self, error: Exception) -> None:
        """The broker is away: what is under way goes to the spool, in the order of its arrival."""
        if self._spool is None:
            return
        if not self._is_away:
            _LOG.warning("the broker is away (%s); exchanges go to the spool", str(error) or type(error).__name__)
        self._is_away = True
        for task, flight in list(self._flights.items()):
            # One without room is dropped here and now: taken later, it would stand behind those that follow it.
            self._store(flight)
            del self._flights[task]
            if task is not asyncio.current_task():
                task.cancel()
        self._wake()

    def _store(self, flight: Flight) -> None:
        row = self._spool.append(flight.parcel) if self._spool is not None else _NO_SPOOL
        if isinstance(row, str):
            flight.receipt.settle(End(Disposition.DROPPED, row))
        else:
            flight.receipt.settle(SPOOLED)
            self._wake()

    def _wake(self) -> None:
        is_idle = self._draining is None or self._draining.done()
        if self._spool is not None and self._spool.waiting and is_idle and not self.is_finishing:
            self._draining = asyncio.create_task(self._drain(self._spool))

    async def _drain(self, spool: Spool) -> None:
        """Publish the spool until it is empty: the oldest alone while the broker is away, then many conversations."""
        pause_s = self._patience.retry_s
        self._is_away = True
        while spool.waiting:
            if await self._drain_oldest(spool):
                pause_s = self._patience.retry_s
                continue
            self._is_away = True
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, self._patience.retry_s * _MAX_RETRY_RATIO)
        _LOG.warning("the spool is empty; exchanges go to the broker again")

    async def _drain_oldest(self, spool: Spool) -> bool:
        is_alone = self._is_away
        try:
            oldest = spool.oldest(most=1 if is_alone else _IN_FLIGHT)
        except Unavailable as error:
            _LOG.error("%s", error)
            return False
        conversations: defaultdict[bytes, list[tuple[int, Parcel]]] = defaultdict(list)
        for row, parcel in oldest:
            conversations[parcel.key].append((row, parcel))
        delivered = (self._deliver_in_turn(spool, parcels, is_alone=is_alone) for parcels in conversations.values())
        return all(await asyncio.gather(*delivered))

    async def _deliver_in_turn(self, spool: Spool, parcels: Sequence[tuple[int, Parcel]], *, is_alone: bool) -> bool:
        """Publish the records of one conversation: one that must be tried again keeps back those behind it."""
        for row, parcel in parcels:
            if not await self._deliver(spool, row, parcel, is_alone=is_alone):
                return False
        return True

    async def _deliver(self, spool: Spool, row: int, parcel: Parcel, *, is_alone: bool) -> bool:
        """Publish one record of the spool, however long that takes; False when it must be tried again."""
        end = End(Disposition.PUBLISHED)
        try:
            await self._publish(parcel)
        except Unavailable:
            return False
        except RecordRefused as error:
            if error.reason is Refusal.REFUSED and not (is_alone and await self._set_aside(parcel, error)):
                return False
            _LOG.warning("an exchange was dropped: %s", error)
            end = End(Disposition.DROPPED, error.reason)
        self._spool_ledger.count(
            end.disposition, at=parcel.started_at, door=parcel.door, route=parcel.route, reason=end.reason
        )
        self._accounts.save_with_removal(spool, row, ledger=self._spool_ledger)
        return True

    async def _set_aside(self, parcel: Parcel, error: RecordRefused) -> bool:
        """Keep a record that the broker will never take as a dead letter; False when that must be tried again."""
        try:
            await set_aside(
                self._producer,
                topic=EXCHANGES.name,
                key=parcel.key,
                value=parcel.value,
                headers=_record_headers(parcel),
                reason=str(error),
            )
        except Unavailable:
            return False
        except RecordRefused:
            _LOG.warning("nor is it kept as a dead letter: the broker refuses that too")
        return True

    async def publish_accounts(self) -> None:
        """Publish every count that changed; while the broker is away they are kept, in the spool if there is one."""
        self._wake()
        self._accounts.gather()
        if self._accounts.waiting and not self._is_probing:
            failure = await self._accounts.publish(at_once=1 if self._is_away else _IN_FLIGHT)
            if failure is None:
                self._is_away = self._is_probing
            else:
                self._leave(failure)
        self._accounts.save()
        self._metrics.show(self.state)

    @property
    def _is_probing(self) -> bool:
        """Whether a record of the spool finds out when the broker is back."""
        return self._is_away and self._spool is not None and self._spool.waiting > 0

    async def settle(self) -> None:
        """Wait until all that was sent is acknowledged, spooled or dropped."""
        while self._flights:
            await asyncio.wait(list(self._flights))

    async def finish(self) -> None:
        """Wait for what is under way, then publish the counts a last time; what is in the spool stays in it."""
        self.is_finishing = True
        if self._draining is not None:
            self._draining.cancel()
            await asyncio.wait([self._draining])
        await self._await(list(self._flights))
        for task, flight in list(self._flights.items()):
            del self._flights[task]
            task.cancel()
            self._store(flight)
        await self.publish_accounts()

    async def _await(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        if tasks:
            await asyncio.wait(tasks, timeout=self._patience.acknowledgement_s)


def _record_headers(parcel: Parcel) -> dict[str, bytes]:
    return {**parcel.headers, SCHEMA_HEADER: str(parcel.schema_version).encode()}
