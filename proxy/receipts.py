"""What the capture process owes a door for each exchange that it took: one count, in the door's order.

An exchange is counted when its end is known and all before it are counted. So the number of counts is the number of
exchanges that the door need not keep, and one store into a journal both counts and acknowledges.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from proxy.coverage import Disposition, Ledger
from proxy.exchange import Door, RawExchange
from proxy.wire.routes import OTHER_ROUTE, shape_of


@dataclass(frozen=True, slots=True)
class End:
    """What became of an exchange; no disposition when the spool has it, which counts it on its way out."""

    disposition: Disposition | None
    reason: str = ""


SPOOLED = End(None)


class Receipt:
    """One exchange that the capture process has taken. Only its first end counts."""

    __slots__ = ("_receipts", "at", "door", "end", "route")

    def __init__(self, raw: RawExchange, receipts: "Receipts") -> None:
        shape = shape_of(raw.path, method=raw.method)
        self.at = raw.started_at
        self.door: Door = raw.door
        self.route = str(shape) if shape else OTHER_ROUTE
        self.end: End | None = None
        self._receipts = receipts

    def settle(self, end: End) -> None:
        """Say what became of the exchange."""
        if self.end is None:
            self.end = end
            self._receipts.advance()


class Receipts:
    """The receipts of one door, in the order in which its exchanges came.

    Attributes:
        acknowledged: Exchanges of the door, from its first on, that are counted.
        advanced: Set when that number has grown.
    """

    def __init__(self, ledger: Ledger, *, acknowledged: int = 0) -> None:
        self.ledger = ledger
        self.acknowledged = acknowledged
        self.advanced = asyncio.Event()
        self._open: deque[Receipt] = deque()

    @property
    def under_way(self) -> int:
        """Exchanges that were taken and are not counted yet."""
        return len(self._open)

    def take(self, raw: RawExchange) -> Receipt:
        """A receipt for the door's next exchange."""
        receipt = Receipt(raw, self)
        self._open.append(receipt)
        return receipt

    def advance(self) -> None:
        """Count what has ended, up to the first exchange that has not."""
        while self._open and (end := self._open[0].end) is not None:
            receipt = self._open.popleft()
            self.ledger.count(end.disposition, at=receipt.at, door=receipt.door, route=receipt.route, reason=end.reason)
            self.acknowledged += 1
            self.advanced.set()
