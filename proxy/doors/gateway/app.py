"""The ASGI application: which scope goes where, and the lifespan. Forwards nothing itself."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from http import HTTPStatus

from proxy.books import kept_books
from proxy.channel import ChannelSender
from proxy.coverage import Ledger
from proxy.doors.gateway.answers import answer, problem
from proxy.doors.gateway.limits import Limits
from proxy.doors.gateway.relay import Relay
from proxy.doors.gateway.session import open_session
from proxy.doors.gateway.tee import GATEWAY_LIMIT, RelayTee
from proxy.doors.gateway.upstreams import Upstreams, split_urls
from proxy.doors.gateway.websocket import WebsocketRelay
from proxy.tee import count_seen, hand_over
from proxy.wire.asgi import HEALTH_PATH, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class _Relays:
    """What forwards, from the lifespan's start to its end."""

    http: Relay
    websocket: WebsocketRelay


class Gateway:
    """The ASGI application.

    Args:
        upstream: Base URL of production, without /v1; several, separated by commas, stand in for each other.
        max_capture_bytes: Largest request plus reply that is captured; larger ones pass and are counted.
        keep_headers: Lower-case names that are kept in the record whatever they look like.
        hidden_headers: Lower-case names that are for Understudy and not forwarded.
        routes: Base URLs by path prefix, for paths that another deployment serves.
        models: Base URLs by model, above the routes; the bodies of replayable requests are then held back and read.
        limits: Bounds; the default refuses nothing.

    Raises:
        UsageError: an upstream or a route is wrong.
    """

    def __init__(
        self,
        *,
        upstream: str,
        channel: ChannelSender,
        ledger: Ledger,
        max_capture_bytes: int,
        keep_headers: frozenset[str] = frozenset(),
        hidden_headers: frozenset[str] = frozenset(),
        routes: Mapping[str, Sequence[str]] | None = None,
        models: Mapping[str, Sequence[str]] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._upstreams = Upstreams(split_urls(upstream), routes=routes, models=models, down_s=self._limits.down_s)
        self._channel = channel
        self._ledger = ledger
        self._max_capture_bytes = max_capture_bytes
        self._keep_headers = keep_headers
        self._hidden = frozenset(name.encode("latin-1") for name in hidden_headers)
        self._relays: _Relays | None = None
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection scope."""
        match scope["type"]:
            case "lifespan":
                await self._live(receive, send)
            case "http" if scope["path"] == HEALTH_PATH:
                await answer(send, HTTPStatus.OK, {"status": "ok"})
            case _:
                await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            await receive()
            session = await stack.enter_async_context(open_session(self._limits))
            self._relays = _Relays(
                Relay(session, upstreams=self._upstreams, hidden=self._hidden, limits=self._limits),
                WebsocketRelay(session, upstreams=self._upstreams, hidden=self._hidden, limits=self._limits),
            )
            await stack.enter_async_context(kept_books(self._channel, self._ledger))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        tee = RelayTee(scope, max_bytes=self._max_capture_bytes)
        count_seen(tee, ledger=self._ledger)
        most = self._limits.open_requests
        if most is not None and self._open >= most:
            tee.refuse(GATEWAY_LIMIT)
        self._open += 1
        try:
            if tee.is_refused:
                await _refuse(scope, receive, send)
            else:
                await self._relay(scope, receive, send, tee)
        finally:
            self._open -= 1
            hand_over(tee, channel=self._channel, ledger=self._ledger, keep=self._keep_headers)

    async def _relay(self, scope: Scope, receive: Receive, send: Send, tee: RelayTee) -> None:
        if self._relays is None:
            message = "the gateway serves before its lifespan started; run it with an ASGI server"
            raise RuntimeError(message)
        if scope["type"] == "websocket":
            await self._relays.websocket.serve(scope, receive, send)
        else:
            await self._relays.http.serve(scope, receive, send, tee=tee)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1013})
        return
    message = "this gateway has as many requests open as it takes; try again"
    await answer(send, HTTPStatus.SERVICE_UNAVAILABLE, problem("understudy_too_many_requests", message))
