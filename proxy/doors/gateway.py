"""The inline door: an ASGI reverse proxy that streams both ways, tees bytes with a stamp, and does nothing else.

Whatever fails on the capture side, the client's reply is unchanged. Parsing and anonymising happen elsewhere.
"""

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
from yarl import URL

from proxy.channel import ChannelSender
from proxy.coverage import Disposition, Ledger
from proxy.exchange import Chunk, Door, ExchangeOutcome, RawExchange
from proxy.wire.headers import REPLAY_HEADER, end_to_end, without_credentials
from proxy.wire.routes import OTHER_ROUTE, shape_of

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEALTH_PATH = "/__understudy/health"
_LOG = logging.getLogger(__name__)
_AUTO_HEADERS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_LEDGER_S = 1.0
_FLUSH_S = 5.0


class Gateway:
    """The ASGI application.

    Args:
        upstream: Base URL of production, without /v1.
        max_capture_bytes: Largest request plus reply that is captured; larger ones pass and are counted.
        keep_headers: Lower-case names that are kept in the record whatever they look like.
        hidden_headers: Lower-case names that are for Understudy and not forwarded.
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
    ) -> None:
        self._upstream = URL(upstream.rstrip("/"))
        self._channel = channel
        self._ledger = ledger
        self._max_capture_bytes = max_capture_bytes
        self._keep_headers = keep_headers
        self._hidden = {name.encode("latin-1") for name in hidden_headers}
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection scope."""
        match scope["type"]:
            case "lifespan":
                await self._live(receive, send)
            case "http" if scope["path"] == HEALTH_PATH:
                await _answer(send, 200, {"status": "ok"})
            case "http":
                await self._relay(scope, receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1011})

    async def _live(self, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            await receive()
            self._session = await stack.enter_async_context(_open_session())
            tasks = [asyncio.create_task(self._channel.run()), asyncio.create_task(self._publish_ledger())]
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self._note_changes()
            await self._channel.flush(timeout_s=_FLUSH_S)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _publish_ledger(self) -> None:
        while True:
            await asyncio.sleep(_LEDGER_S)
            self._note_changes()

    def _note_changes(self) -> None:
        for entry in self._ledger.changed():
            self._channel.note(entry)

    async def _relay(self, scope: Scope, receive: Receive, send: Send) -> None:
        tee = _Tee(scope, max_bytes=self._max_capture_bytes)
        relaying = asyncio.create_task(self._forward(scope, receive, send, tee))
        leaving = asyncio.create_task(tee.client_left.wait())
        try:
            await asyncio.wait({relaying, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not relaying.done():
                relaying.cancel()
                tee.outcome = ExchangeOutcome.CLIENT_LEFT
            with contextlib.suppress(asyncio.CancelledError):
                await relaying
        finally:
            leaving.cancel()
            self._capture(tee)

    async def _forward(self, scope: Scope, receive: Receive, send: Send, tee: "_Tee") -> None:
        """Send the request up and the reply down, as they come; a failure becomes a 502 or a broken reply."""
        if self._session is None:
            message = "the gateway serves before its lifespan started; run it with an ASGI server"
            raise RuntimeError(message)
        has_body = _has_body(scope)
        if not has_body:
            tee.body_read.set()
        watching = asyncio.create_task(_watch_client(receive, tee))
        try:
            async with self._session.request(
                scope["method"],
                self._url(scope),
                headers=self._headers(scope),
                data=_request_body(receive, tee) if has_body else None,
                allow_redirects=False,
                skip_auto_headers=_AUTO_HEADERS,
            ) as response:
                await _send_down(response, send, tee)
            tee.outcome = ExchangeOutcome.COMPLETE
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            tee.outcome = ExchangeOutcome.UPSTREAM_FAILED
            _LOG.warning("upstream failed: %s", type(error).__name__)
            if not tee.started:
                await _answer(send, 502, _bad_gateway(error))
        finally:
            watching.cancel()

    def _url(self, scope: Scope) -> URL:
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        path = raw.decode("latin-1").partition("?")[0]
        query = scope["query_string"].decode("latin-1")
        return URL(f"{self._upstream}{path}{'?' + query if query else ''}", encoded=True)

    def _headers(self, scope: Scope) -> list[tuple[str, str]]:
        kept = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in end_to_end(scope["headers"])
            if name != b"host" and name not in self._hidden
        ]
        host = self._upstream.host_port_subcomponent or ""
        return [("host", host), *kept]

    def _capture(self, tee: "_Tee") -> None:
        """Count the request and hand it over; nothing here may wait or fail the reply."""
        shape = shape_of(tee.path, method=tee.method)
        route = str(shape) if shape else OTHER_ROUTE
        self._count(tee, Disposition.SEEN, route=route)
        reason = self._refusal(tee, is_known=shape is not None)
        if not reason and not self._channel.offer(tee.raw(keep=self._keep_headers)):
            reason = "channel_full"
        if reason:
            self._count(tee, Disposition.DROPPED, route=route, reason=reason)

    def _refusal(self, tee: "_Tee", *, is_known: bool) -> str:
        if not is_known:
            return "other_route"
        if any(name == REPLAY_HEADER.encode() for name, _ in tee.headers):
            return "own_replay"
        return "too_large" if tee.is_too_large else ""

    def _count(self, tee: "_Tee", disposition: Disposition, *, route: str, reason: str = "") -> None:
        self._ledger.count(disposition, at=tee.started_at, door=Door.GATEWAY, route=route, reason=reason)


class _Tee:
    """What passes a door during one request, up to the capture limit."""

    def __init__(self, scope: Scope, *, max_bytes: int) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        self.started_at = time.time()
        self.sent_ns = time.perf_counter_ns()
        self.status = 0
        self.reply_headers: list[tuple[bytes, bytes]] = []
        self.outcome = ExchangeOutcome.UPSTREAM_FAILED
        self.started = False
        self.is_too_large = False
        self.body_read = asyncio.Event()
        self.client_left = asyncio.Event()
        self._room = max_bytes
        self._body: list[bytes] = []
        self._reply: list[Chunk] = []

    def take_request(self, data: bytes) -> None:
        if self._fits(data):
            self._body.append(data)
        self.sent_ns = time.perf_counter_ns()

    def take_reply(self, data: bytes) -> None:
        now_ns = time.perf_counter_ns()
        if self._fits(data):
            self._reply.append(Chunk(now_ns, data))

    def _fits(self, data: bytes) -> bool:
        self._room -= len(data)
        if self._room < 0:
            self.is_too_large = True
            self._body.clear()
            self._reply.clear()
        return self._room >= 0

    def raw(self, *, keep: frozenset[str]) -> RawExchange:
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
            sent_ns=self.sent_ns,
            ended_ns=time.perf_counter_ns(),
            outcome=self.outcome,
        )


def _open_session() -> aiohttp.ClientSession:
    """Unbounded and transparent: no connection limit, no timeout of our own, bodies as they came, no cookies kept."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        read_bufsize=2**18,
        max_line_size=65_536,
        max_field_size=65_536,
    )


def _has_body(scope: Scope) -> bool:
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"])


async def _request_body(receive: Receive, tee: _Tee) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            tee.client_left.set()
            return
        data = message.get("body", b"")
        if data:
            tee.take_request(data)
            yield data
        if not message.get("more_body", False):
            tee.body_read.set()
            return


async def _watch_client(receive: Receive, tee: _Tee) -> None:
    """Notice that the client leaves while its reply is awaited or on the way."""
    await tee.body_read.wait()
    while (await receive())["type"] != "http.disconnect":
        pass
    tee.client_left.set()


async def _send_down(response: aiohttp.ClientResponse, send: Send, tee: _Tee) -> None:
    tee.status = response.status
    tee.reply_headers = end_to_end(response.raw_headers)
    await send({"type": "http.response.start", "status": response.status, "headers": tee.reply_headers})
    tee.started = True
    async for data in response.content.iter_any():
        tee.take_reply(data)
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _answer(send: Send, status: int, payload: dict[str, Any]) -> None:
    body = json.dumps(payload).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _bad_gateway(error: BaseException) -> dict[str, Any]:
    message = f"the upstream did not answer ({type(error).__name__})"
    return {"error": {"message": message, "type": "bad_gateway", "code": "understudy_upstream_failed"}}
