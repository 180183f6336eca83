"""What passes the door during one request, kept up to the capture limit. Forwards nothing."""

import asyncio
import time
import uuid

from proxy.exchange import Chunk, Door, ExchangeOutcome, RawExchange
from proxy.wire.asgi import Scope
from proxy.wire.headers import REPLAY_HEADER, without_credentials
from proxy.wire.routes import OTHER_ROUTE, shape_of

_LIMIT = "gateway_limit"


class Tee:
    """The record of one request in the making.

    Attributes:
        outcome: Starts as the client having left, since that is what an unfinished relay means.
        started: Whether the reply's head is on its way to the client.
        is_refused: Whether the gateway's own limits refused the request.
    """

    def __init__(self, scope: Scope, *, max_bytes: int) -> None:
        self.method: str = scope.get("method", "GET")
        self.path: str = scope["path"]
        self.headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        self.started_at = time.time()
        self.status = 0
        self.reply_headers: list[tuple[bytes, bytes]] = []
        self.outcome = ExchangeOutcome.CLIENT_LEFT
        self.started = False
        self.is_refused = False
        self.body_read = asyncio.Event()
        self.client_left = asyncio.Event()
        self._shape = None if scope["type"] == "websocket" else shape_of(self.path, method=self.method)
        self._sent_ns = time.perf_counter_ns()
        self._room = max_bytes
        self._is_too_large = False
        self._body: list[bytes] = []
        self._reply: list[Chunk] = []

    @property
    def route(self) -> str:
        """Where the ledger counts the request."""
        return str(self._shape) if self._shape else OTHER_ROUTE

    @property
    def refusal(self) -> str:
        """Why the request is not captured, in the ledger's words; empty when it is."""
        if self.is_refused:
            return _LIMIT
        if self._shape is None:
            return "other_route"
        if any(name == REPLAY_HEADER.encode() for name, _ in self.headers):
            return "own_replay"
        return "too_large" if self._is_too_large else ""

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
            self._is_too_large = True
            self._body.clear()
            self._reply.clear()
        return self._room >= 0 and self._shape is not None

    def raw(self, *, keep: frozenset[str]) -> RawExchange:
        """The finished record.

        Args:
            keep: Lower-case header names that are kept whatever they look like.
        """
        return RawExchange(
            exchange_id=uuid.uuid4().hex,
            door=Door.GATEWAY,
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
