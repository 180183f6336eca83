"""The capture process: messages of the doors in, anonymised exchanges and the coverage ledger out to the log.

Here it is decided what becomes of an exchange; how it reaches the log is the outbox's.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Literal

from proxy.accounts import Accounts
from proxy.admission import Admission, NotAdmitted
from proxy.canary import is_canary
from proxy.channel import Message
from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.exchange import Exchange, RawExchange
from proxy.log.oversize import TooLarge, fit
from proxy.log.record import Producer, Refusal
from proxy.log.spool import Parcel, Spool
from proxy.metrics import CaptureMetrics
from proxy.outbox import FAILED, Flight, Outbox, Patience
from proxy.receipts import End, Receipt, Receipts
from proxy.sampling.sampler import Kept, SampledOut
from proxy.tracing import Tracing, record_headers

_LOG = logging.getLogger(__name__)
_LEDGER_S = 1.0

type Sampling = Callable[[Exchange], Kept | SampledOut]
"""Decides on one exchange, in order of arrival."""

type Oversize = Literal["truncate", "drop"]
"""What becomes of an exchange that is too large for the log; see docs/adr/0009."""


class Capture:
    """Publishes what the doors saw; what it cannot publish it counts by reason.

    Records are handed on in the order of their arrival. While as many are under way as the outbox takes, `receive`
    waits, the channel fills, and the doors drop and count. Production waits for none of it.

    Args:
        sampling: What is wanted now; without it everything is.
        max_record_bytes: Largest exchange that the log takes.
        oversize: Whether the live reply is left out of a larger one, or the exchange dropped.
        patience: How long the broker is waited for.
    """

    def __init__(
        self,
        admission: Admission,
        *,
        producer: Producer,
        ledger: Ledger,
        spool: Spool | None = None,
        sampling: Sampling | None = None,
        metrics: CaptureMetrics | None = None,
        tracing: Tracing | None = None,
        max_record_bytes: int = 8_388_608,
        oversize: Oversize = "truncate",
        patience: Patience | None = None,
    ) -> None:
        self._admission = admission
        self._sampling = sampling
        self._metrics = metrics or CaptureMetrics()
        self._tracing = tracing or Tracing()
        self._max_record_bytes = max_record_bytes
        self._oversize = oversize
        self._receipts = Receipts(ledger)
        self._arrivals = asyncio.Lock()
        waited = patience or Patience()
        self._accounts = Accounts(
            ledger, producer=producer, spool=spool, metrics=self._metrics, patience_s=waited.acknowledgement_s
        )
        self._outbox = Outbox(
            producer,
            accounts=self._accounts,
            spool=spool,
            spool_ledger=Ledger(f"{ledger.source_id}-spool"),
            patience=waited,
            metrics=self._metrics,
            tracing=self._tracing,
        )

    def follow(self, ledger: Ledger) -> None:
        """Publish this ledger's counts too, until `unfollow`."""
        self._accounts.follow(ledger)

    def unfollow(self, ledger: Ledger) -> None:
        """See `follow`."""
        self._accounts.unfollow(ledger)

    async def receive(self, message: Message, *, receipt: Receipt | None = None) -> None:
        """Take one message of a door.

        Args:
            receipt: Of the exchange; it is told of the exchange's end. Without one, our own ledger counts it.
        """
        if isinstance(message, LedgerEntry):
            self._accounts.keep(message)
            return
        receipt = receipt or self._receipts.take(message)
        try:
            async with self._arrivals:
                await self._take(message, receipt)
        except Exception as error:  # noqa: BLE001 - what fails for one exchange must not keep those behind it
            _LOG.error("capture failed for an exchange (%s)", type(error).__name__)
            # What comes while we end is the next process's, to which the door sends it again.
            if not self._outbox.is_finishing:
                receipt.settle(End(Disposition.DROPPED, FAILED))

    async def _take(self, message: RawExchange, receipt: Receipt) -> None:
        trace = self._tracing.door(message, route=receipt.route)
        began_ns = time.time_ns()
        decided = self._decide(message)
        self._metrics.admitted((time.time_ns() - began_ns) / 1e9)
        outcome = "dropped" if isinstance(decided, End) else "kept"
        self._tracing.step("admit", parent=trace, started_ns=began_ns, facts={"outcome": outcome})
        value = decided if isinstance(decided, End) else self._fitted(decided)
        if isinstance(value, End):
            receipt.settle(value)
        else:
            await self._outbox.send(Flight(_parcel(receipt, *value, traceparent=trace), receipt))

    def _decide(self, raw: RawExchange) -> Exchange | End:
        """Every exchange is admitted first: the anonymiser learns names from it that later turns need."""
        admitted = self._admission.admit(raw)
        if isinstance(admitted, NotAdmitted):
            return End(Disposition.DROPPED, admitted.reason)
        if self._sampling is None or is_canary(admitted):
            return admitted
        decided = self._sampling(admitted)
        if isinstance(decided, SampledOut):
            return End(Disposition.SAMPLED_OUT, decided.reason)
        return _weighted(admitted, decided)

    def _fitted(self, exchange: Exchange) -> tuple[Exchange, bytes] | End:
        """The exchange and its record's value, within the log's bound."""
        value = exchange.to_bytes()
        if len(value) <= self._max_record_bytes:
            return exchange, value
        if self._oversize == "drop":
            return End(Disposition.DROPPED, Refusal.TOO_LARGE)
        fitted = fit(exchange, max_bytes=self._max_record_bytes)
        if isinstance(fitted, TooLarge):
            return End(Disposition.DROPPED, fitted.reason)
        return fitted, fitted.to_bytes()

    async def keep(self, entries: Iterable[LedgerEntry]) -> bool:
        """Publish these counts; whether they are safe now, on the broker or in the spool."""
        keys = [self._accounts.keep(entry) for entry in entries]
        await self.publish_ledger()
        return self._accounts.are_safe(keys)

    async def keep_books(self) -> None:
        """Publish the ledger once a second, and what an earlier process left in the spool, until cancelled."""
        while True:
            await self.publish_ledger()
            await asyncio.sleep(_LEDGER_S)

    async def publish_ledger(self) -> None:
        """Publish every count that changed; while the broker is away they are kept, in the spool if there is one."""
        await self._outbox.publish_accounts()

    async def settle(self) -> None:
        """Wait until all that was received is acknowledged, spooled or dropped."""
        await self._outbox.settle()

    async def finish(self) -> None:
        """Wait for what is under way, then publish the ledger a last time; what is in the spool stays in it."""
        await self._outbox.finish()


def _weighted(exchange: Exchange, kept: Kept) -> Exchange:
    return exchange.model_copy(update={"weight": kept.weight, "draw": kept.draw, "by_floor": kept.by_floor})


def _parcel(receipt: Receipt, exchange: Exchange, value: bytes, *, traceparent: str) -> Parcel:
    return Parcel(
        key=exchange.conversation_id.encode(),
        value=value,
        schema_version=exchange.schema_version,
        started_at=receipt.at,
        door=receipt.door,
        route=receipt.route,
        headers=record_headers(traceparent),
    )
