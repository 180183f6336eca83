"""What passes a door during one request, kept up to the capture limit, and its handing over. Forwards nothing."""

import logging
import time
import uuid
from collections.abc import Iterable

from proxy.channel import ChannelSender
from proxy.coverage import Disposition, Ledger
from proxy.exchange import Chunk, Door, ExchangeOutcome, RawExchange
from proxy.wire.headers import REPLAY_HEADER, without_credentials
from proxy.wire.routes import OTHER_ROUTE, shape_of

_LOG = logging.getLogger(__name__)
_REPLAY = REPLAY_HEADER.encode()
DOOR_FAILED = "door_failed"
"""Reason of a request that our own fault kept from being captured; its reply was unchanged."""


class Tee:
    """The record of one request in the making.

    Attributes:
        status: Of the reply; 0 until there is one.
        outcome: Starts as the client having left, since that is what an unfinished reply means.
        is_counted: Whether the ledger has it as seen.

    Args:
        path: Decoded, without the query.
        headers: Lower-case names.
        max_bytes: Largest request plus reply that is kept.
    """

    def __init__(
        self, *, door: Door, method: str, path: str, headers: Iterable[tuple[bytes, bytes]], max_bytes: int
    ) -> None:
        self.door = door
        self.method = method
        self.path = path
        self.headers = list(headers)
        self.started_at = time.time()
        self.status = 0
        self.reply_headers: list[tuple[bytes, bytes]] = []
        self.outcome = ExchangeOutcome.CLIENT_LEFT
        self._shape = shape_of(path, method=method)
        self.is_counted = False
        self._refused = ""
        self._sent_ns = time.perf_counter_ns()
        self._room = max_bytes
        self._body: list[bytes] = []
        self._reply: list[Chunk] = []

    @property
    def route(self) -> str:
        """Where the ledger counts the request."""
        return str(self._shape) if self._shape else OTHER_ROUTE

    @property
    def is_refused(self) -> bool:
        """Whether the door itself decided against the request."""
        return bool(self._refused)

    @property
    def refusal(self) -> str:
        """Why the request is not captured, in the ledger's words; empty when it is."""
        if self._refused:
            return self._refused
        if self._shape is None:
            return "other_route"
        if any(name == _REPLAY for name, _ in self.headers):
            return "own_replay"
        return "too_large" if self._room < 0 else ""

    def refuse(self, reason: str) -> None:
        """Decide against the request; what was kept of it is let go."""
        self._refused = reason
        self._let_go()

    def take_request(self, data: bytes) -> None:
        """Keep a part of the request's body, and stamp it."""
        if self._fits(data):
            self._body.append(data)
        self._sent_ns = time.perf_counter_ns()

    def take_reply(self, data: bytes) -> None:
        """Keep a part of the reply's body with its time of arrival."""
        now_ns = time.perf_counter_ns()
        if self._fits(data):
            self._reply.append(Chunk(now_ns, data))

    def _fits(self, data: bytes) -> bool:
        self._room -= len(data)
        if self._room < 0:
            self._let_go()
        return self._room >= 0 and self._shape is not None and not self._refused

    def _let_go(self) -> None:
        self._body.clear()
        self._reply.clear()

    def raw(self, *, keep: frozenset[str]) -> RawExchange:
        """The finished record.

        Args:
            keep: Lower-case header names that are kept whatever they look like.
        """
        return RawExchange(
            exchange_id=uuid.uuid4().hex,
            door=self.door,
            method=self.method,
            path=self.path,
            headers=without_credentials(self.headers, keep=keep),
            body=b"".join(self._body),
            status=self.status,
            reply_headers=without_credentials(self.reply_headers),
            reply=tuple(self._reply),
            started_at=self.started_at,
            sent_ns=self._sent_ns,
            ended_ns=time.perf_counter_ns(),
            outcome=self.outcome,
        )


def count_seen(tee: Tee, *, ledger: Ledger) -> None:
    """Count the request at its arrival, so that one whose door dies under it is missed; does so once."""
    if not tee.is_counted:
        tee.is_counted = True
        ledger.count(Disposition.SEEN, at=tee.started_at, door=tee.door, route=tee.route)


def hand_over(tee: Tee, *, channel: ChannelSender, ledger: Ledger, keep: frozenset[str]) -> None:
    """Offer the request to the capture process, or count why not; never waits and never fails the reply.

    Args:
        keep: See `Tee.raw`.
    """
    count_seen(tee, ledger=ledger)
    try:
        reason = tee.refusal or ("" if channel.offer(tee.raw(keep=keep)) else "channel_full")
    except Exception as error:  # noqa: BLE001 - whatever fails here, the client's reply is unchanged
        _LOG.error("a request could not be handed over (%s); it is counted as %s", type(error).__name__, DOOR_FAILED)
        reason = DOOR_FAILED
    if reason:
        ledger.count(Disposition.DROPPED, at=tee.started_at, door=tee.door, route=tee.route, reason=reason)
