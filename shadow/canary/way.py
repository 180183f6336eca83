"""The canary's way: sent through a door, seen on the log, answered in every lane. Told of as it happens."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from proxy.canary import is_canary
from proxy.errors import BadRecord, Unavailable
from proxy.exchange import Door, Exchange
from proxy.log.record import Consumer, Record
from shadow.canary.books import Books
from shadow.canary.hop import Hop
from shadow.canary.request import CanaryRequest
from shadow.replay import Lane, ReplayOutcome

LANES = (Lane.BASELINE, Lane.CANDIDATE)
LOG = "kafka"
STORE = "clickhouse"
_POLL_S = 0.25
_LEAST_FAILURE = 400


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the store has of the canary for one experiment's lane."""

    experiment_id: str
    lane: Lane
    outcome: str
    error: str


@dataclass(frozen=True, slots=True)
class Declined:
    """Why an experiment's worker did not replay the canary."""

    experiment_id: str
    reason: str


type Send = Callable[[CanaryRequest], Awaitable[int]]
"""Sends the request through a door; the answer's status. Raises `Unavailable` when there is no answer."""

type ReadStore = Callable[[Exchange, Record], Awaitable[Sequence[Replayed | Declined]]]
"""What the store has of an exchange so far; raises `Unavailable`."""


class Way:
    """Follows one canary.

    Args:
        exchanges: Consumer of the exchanges topic that reads what is appended from now on.
        books: Follows the ledger meanwhile.
        experiments: Ids of the experiments that should replay it.
        timeout_s: Bound of the whole way, s.
    """

    def __init__(
        self,
        *,
        door: Door,
        send: Send,
        exchanges: Consumer,
        books: Books,
        read_store: ReadStore,
        experiments: Sequence[str],
        timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._send = send
        self._exchanges = exchanges
        self._books = books
        self._read_store = read_store
        self._experiments = experiments
        self._timeout_s = timeout_s
        self._clock = clock
        self._sent_at = clock()

    async def walk(self, request: CanaryRequest) -> AsyncIterator[Hop]:
        """Every hop as it is known; ends after the first one that nothing can follow."""
        following = asyncio.create_task(self._books.follow())
        self._sent_at = self._clock()
        try:
            door = await self._through_door(request)
            yield door
            if not door.is_there:
                return
            found = await self._on_log(request)
            if found is None:
                yield self._missing(LOG, self._books.words(sent_at=request.sent_at))
                return
            yield self._arrived(LOG, f"partition {found[1].partition}, offset {found[1].offset}")
            async for hop in self._in_lanes(*found):
                yield hop
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    def _arrived(self, name: str, words: str) -> Hop:
        return Hop(name, is_there=True, ms=self._ms, words=words)

    def _missing(self, name: str, words: str) -> Hop:
        return Hop(name, is_there=False, ms=self._ms, words=words)

    @property
    def _ms(self) -> float:
        return (self._clock() - self._sent_at) * 1000

    @property
    def _left_s(self) -> float:
        return max(self._sent_at + self._timeout_s - self._clock(), 0)

    async def _through_door(self, request: CanaryRequest) -> Hop:
        try:
            async with asyncio.timeout(self._left_s):
                status = await self._send(request)
        except Unavailable as error:
            return self._missing(self._door, str(error))
        except TimeoutError:
            return self._missing(self._door, "no answer in time: is production, behind the door, up?")
        if status >= _LEAST_FAILURE:
            words = f"answered {status}: is production up, and does it take the model and the key that you named?"
            return self._missing(self._door, words)
        return self._arrived(self._door, f"answered {status}")

    async def _on_log(self, request: CanaryRequest) -> tuple[Exchange, Record] | None:
        try:
            async with asyncio.timeout(self._left_s):
                async for batch in self._exchanges.batches():
                    for record in batch:
                        exchange = _canary_in(record, request)
                        if exchange is not None:
                            return exchange, record
        except TimeoutError:
            return None
        return None

    async def _in_lanes(self, exchange: Exchange, record: Record) -> AsyncIterator[Hop]:
        """The lanes in the order in which they answer, then those that did not."""
        waiting = {(one, lane) for one in self._experiments for lane in LANES}
        while waiting:
            try:
                rows = await self._read_store(exchange, record)
            except Unavailable as error:
                yield self._missing(STORE, str(error))
                return
            for place, hop in self._told(rows):
                if place in waiting:
                    waiting.discard(place)
                    yield hop
            if waiting and self._left_s == 0:
                for place in sorted(waiting):
                    yield self._missing(_name(*place), _NO_WORKER)
                return
            await asyncio.sleep(min(_POLL_S, self._left_s) if waiting else 0)

    def _told(self, rows: Sequence[Replayed | Declined]) -> Iterator[tuple[tuple[str, Lane], Hop]]:
        for row in rows:
            match row:
                case Replayed(experiment_id, lane, outcome, error):
                    yield (experiment_id, lane), self._answered(_name(experiment_id, lane), outcome, error)
                case Declined(experiment_id, reason):
                    for lane in LANES:
                        words = f"the worker did not replay it: {reason}"
                        yield (experiment_id, lane), self._missing(_name(experiment_id, lane), words)
                case _:
                    assert_never(row)

    def _answered(self, name: str, outcome: str, error: str) -> Hop:
        if outcome == ReplayOutcome.COMPLETED:
            return self._arrived(name, outcome)
        return self._missing(name, f"replayed, and the lane's deployment did not answer well: {outcome} {error}")


_NO_WORKER = "no answer is stored: is `understudy worker` up, serving this experiment, and not behind?"


def _name(experiment_id: str, lane: Lane) -> str:
    return f"{experiment_id}/{lane}"


def _canary_in(record: Record, request: CanaryRequest) -> Exchange | None:
    if record.key != request.record_key:
        return None
    try:
        exchange = Exchange.from_bytes(record.value)
    except BadRecord:
        return None
    return exchange if is_canary(exchange) and exchange.example_id == request.nonce else None
