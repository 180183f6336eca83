"""Websockets passed through, message by message, both ways. They are counted and never captured."""

import asyncio
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import assert_never

import aiohttp
from aiohttp import WSMsgType
from multidict import MultiMapping

from proxy.doors.gateway.addressing import headers_for, target_of
from proxy.doors.gateway.limits import Limits
from proxy.doors.gateway.relay import NO_CONNECTION
from proxy.doors.gateway.upstreams import Upstreams
from proxy.wire.asgi import Receive, Scope, Send
from proxy.wire.headers import end_to_end

_LOG = logging.getLogger(__name__)
_NO_CODES = frozenset({1004, 1005, 1006, 1015})
_FIRST_CODE, _PAST_CODES = 1000, 5000
_GOING_AWAY, _BAD_GATEWAY = 1001, 1014

type Socket = aiohttp.ClientWebSocketResponse[bool]


@dataclass(frozen=True, slots=True)
class _ClientEnd:
    """The client closed or vanished; the code to close the upstream with."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _UpstreamEnd:
    """The upstream closed or vanished; the code to close the client with."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Denied:
    """The upstream's handshake failed; the reply that the client gets instead."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()


type _End = _ClientEnd | _UpstreamEnd


class WebsocketRelay:
    """Opens the upstream's websocket first, and the client's only when that was accepted.

    Args:
        hidden: Lower-case header names that are not forwarded.
    """

    def __init__(
        self, session: aiohttp.ClientSession, *, upstreams: Upstreams, hidden: frozenset[bytes], limits: Limits
    ) -> None:
        self._session = session
        self._upstreams = upstreams
        self._hidden = hidden
        self._limits = limits

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Relay one websocket until either side closes; the other side gets the same code and reason."""
        await receive()
        opened = await self._open(scope)
        if isinstance(opened, _Denied):
            await _deny(scope, send, opened)
            return
        async with opened:
            await send({"type": "websocket.accept", "subprotocol": opened.protocol})
            end = await _first_end(opened, receive, send)
            match end:
                case _ClientEnd():
                    await opened.close(code=end.code, message=end.reason.encode())
                case _UpstreamEnd():
                    await send({"type": "websocket.close", "code": end.code, "reason": end.reason})
                case _:
                    assert_never(end)

    async def _open(self, scope: Scope) -> Socket | _Denied:
        for base in self._upstreams.candidates(scope["path"]):
            try:
                async with asyncio.timeout(self._limits.connect_s):
                    opened: Socket = await self._session.ws_connect(
                        target_of(scope, base),
                        protocols=scope.get("subprotocols", ()),
                        headers=headers_for(scope, base, hidden=self._hidden),
                        max_msg_size=0,
                    )
            except NO_CONNECTION:
                self._upstreams.note(base, took_connection=False)
            except aiohttp.WSServerHandshakeError as error:
                return _denied(error.status, error.headers)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                _LOG.warning("upstream failed a websocket's handshake: %s", type(error).__name__)
                break
            else:
                self._upstreams.note(base, took_connection=True)
                return opened
        return _Denied(HTTPStatus.BAD_GATEWAY)


async def _first_end(upstream: Socket, receive: Receive, send: Send) -> _End:
    """Pump both ways until one way ends; the other is cancelled."""
    pumps = {asyncio.create_task(_pump_up(upstream, receive)), asyncio.create_task(_pump_down(upstream, send))}
    try:
        done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def _pump_up(upstream: Socket, receive: Receive) -> _End:
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        try:
            await (upstream.send_bytes(message["bytes"]) if text is None else upstream.send_str(text))
        except (aiohttp.ClientError, OSError):
            return _UpstreamEnd(_BAD_GATEWAY)
    return _ClientEnd(_sendable(message.get("code"), otherwise=_GOING_AWAY), message.get("reason") or "")


async def _pump_down(upstream: Socket, send: Send) -> _End:
    while True:
        message = await upstream.receive()
        try:
            match message.type:
                case WSMsgType.TEXT:
                    await send({"type": "websocket.send", "text": message.data})
                case WSMsgType.BINARY:
                    await send({"type": "websocket.send", "bytes": message.data})
                case WSMsgType.CLOSE:
                    return _UpstreamEnd(
                        _sendable(message.data or _FIRST_CODE, otherwise=_BAD_GATEWAY), message.extra or ""
                    )
                case _:
                    return _UpstreamEnd(_BAD_GATEWAY)
        except (OSError, RuntimeError):  # the server's two ways to say that the client is gone
            return _ClientEnd(_GOING_AWAY)


def _sendable(code: int | None, *, otherwise: int) -> int:
    """A code that may stand in a close frame. Source: RFC 6455 section 7.4."""
    is_sendable = code is not None and _FIRST_CODE <= code < _PAST_CODES and code not in _NO_CODES
    return code if code is not None and is_sendable else otherwise


def _denied(status: int, headers: MultiMapping[str] | None) -> _Denied:
    """An upstream's refusal; its body is not known, a 101 that is none becomes a 502."""
    if not HTTPStatus.MULTIPLE_CHOICES <= status <= HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
        return _Denied(HTTPStatus.BAD_GATEWAY)
    pairs = end_to_end(
        (name.lower().encode(), value.encode("utf-8", "surrogateescape")) for name, value in (headers or {}).items()
    )
    about_body = {b"content-length", b"content-type", b"content-encoding"}
    return _Denied(status, tuple(pair for pair in pairs if pair[0] not in about_body))


async def _deny(scope: Scope, send: Send, denied: _Denied) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": _FIRST_CODE})
        return
    await send({"type": "websocket.http.response.start", "status": int(denied.status), "headers": list(denied.headers)})
    await send({"type": "websocket.http.response.body", "body": b"", "more_body": False})
