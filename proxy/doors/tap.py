"""The tap: an ASGI sink for requests that the operator's own proxy mirrors; it never sees a reply.

Answers at once and never waits for the capture side. Parsing and anonymising happen elsewhere.
"""

import time
import uuid

from proxy.books import kept_books
from proxy.channel import ChannelSender
from proxy.coverage import Disposition, Ledger
from proxy.exchange import Door, ExchangeOutcome, RawExchange
from proxy.wire.asgi import HEALTH_PATH, Receive, Scope, Send
from proxy.wire.headers import REPLAY_HEADER, without_credentials
from proxy.wire.routes import OTHER_ROUTE, shape_of

_REPLAY = REPLAY_HEADER.encode()


class Tap:
    """The ASGI application.

    Every request is answered 204, whatever became of it: a mirroring proxy throws the answer away, and an error
    would only fill its log. What was dropped, and why, stands in the coverage ledger.

    Args:
        max_capture_bytes: Largest request body that is captured; larger ones are read to their end and counted.
        keep_headers: Lower-case names that are kept in the record whatever they look like.
    """

    def __init__(
        self,
        *,
        channel: ChannelSender,
        ledger: Ledger,
        max_capture_bytes: int,
        keep_headers: frozenset[str] = frozenset(),
    ) -> None:
        self._channel = channel
        self._ledger = ledger
        self._max_capture_bytes = max_capture_bytes
        self._keep_headers = keep_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection scope."""
        match scope["type"]:
            case "lifespan":
                await self._live(receive, send)
            case "http" if scope["path"] == HEALTH_PATH:
                await _answer(send, 200)
            case "http":
                await self._take(scope, receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1011})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with kept_books(self._channel, self._ledger):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrived_at = time.time()
        shape = shape_of(scope["path"], method=scope["method"])
        route = str(shape) if shape else OTHER_ROUTE
        self._ledger.count(Disposition.SEEN, at=arrived_at, door=Door.TAP, route=route)
        body = _Body(max_bytes=self._max_capture_bytes if shape else 0)
        await body.read(receive)
        self._capture(scope, body, arrived_at=arrived_at, route=route)
        if body.is_whole:
            await _answer(send, 204)

    def _capture(self, scope: Scope, body: "_Body", *, arrived_at: float, route: str) -> None:
        """Hand the request over, or count why not; nothing here may wait."""
        reason = _refusal(scope, body, is_known=route != OTHER_ROUTE)
        if not reason and not self._channel.offer(self._raw(scope, body, arrived_at=arrived_at)):
            reason = "channel_full"
        if reason:
            self._ledger.count(Disposition.DROPPED, at=arrived_at, door=Door.TAP, route=route, reason=reason)

    def _raw(self, scope: Scope, body: "_Body", *, arrived_at: float) -> RawExchange:
        now_ns = time.perf_counter_ns()
        return RawExchange(
            exchange_id=uuid.uuid4().hex,
            door=Door.TAP,
            method=scope["method"],
            path=scope["path"],
            headers=without_credentials(scope["headers"], keep=self._keep_headers),
            body=body.joined(),
            status=0,
            reply_headers=(),
            reply=(),
            started_at=arrived_at,
            sent_ns=now_ns,
            ended_ns=now_ns,
            outcome=ExchangeOutcome.NO_REPLY,
        )


class _Body:
    """A request body while it is read: kept up to the limit, then only drained.

    Attributes:
        is_whole: Whether the last byte came; a mirror that gives up leaves half a body.
    """

    def __init__(self, *, max_bytes: int) -> None:
        self.is_too_large = False
        self.is_whole = False
        self._room = max_bytes
        self._held: list[bytes] = []

    async def read(self, receive: Receive) -> None:
        while not self.is_whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self._take(message.get("body", b""))
            self.is_whole = not message.get("more_body", False)

    def joined(self) -> bytes:
        return b"".join(self._held)

    def _take(self, data: bytes) -> None:
        self._room -= len(data)
        if self._room < 0:
            self.is_too_large = True
            self._held.clear()
        else:
            self._held.append(data)


def _refusal(scope: Scope, body: _Body, *, is_known: bool) -> str:
    if not is_known:
        return "other_route"
    if any(name == _REPLAY for name, _ in scope["headers"]):
        return "own_replay"
    if not body.is_whole:
        return "broken_off"
    return "too_large" if body.is_too_large else ""


async def _answer(send: Send, status: int) -> None:
    headers = [] if status == 204 else [(b"content-length", b"0")]  # noqa: PLR2004 - a 204 has no length
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
