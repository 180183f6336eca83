"""One HTTP request up and its reply down, as they come. Keeps nothing; the tee does."""

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus

import aiohttp

from proxy.doors.gateway.addressing import has_body, headers_for, target_of
from proxy.doors.gateway.answers import answer, problem
from proxy.doors.gateway.limits import Limits
from proxy.doors.gateway.tee import Tee
from proxy.doors.gateway.upstreams import Upstreams
from proxy.exchange import ExchangeOutcome
from proxy.wire.asgi import Receive, Scope, Send
from proxy.wire.headers import end_to_end

_LOG = logging.getLogger(__name__)
_LEAST_STATUS, _LARGEST_STATUS = 200, 599
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})

NO_CONNECTION = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""Failures before a single byte was sent: another upstream may be tried, whatever the method."""


class _TooLargeError(Exception):
    """The request's body passed the gateway's own limit."""


class _ClientLeftError(Exception):
    """The client broke off inside its body: the upstream must not take what came for the whole."""


class _BadReplyError(Exception):
    """The upstream answered with a status that no reply may have."""


class Relay:
    """Forwards requests to the upstreams of their paths.

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

    async def serve(self, scope: Scope, receive: Receive, send: Send, *, tee: Tee) -> None:
        """Relay until the reply ends or the client leaves; a client that leaves cancels the upstream's request."""
        relaying = asyncio.create_task(self._forward(scope, receive, send, tee))
        leaving = asyncio.create_task(tee.client_left.wait())
        try:
            await asyncio.wait({relaying, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            relaying.cancel()
            leaving.cancel()
            await asyncio.gather(relaying, leaving, return_exceptions=True)

    async def _forward(self, scope: Scope, receive: Receive, send: Send, tee: Tee) -> None:
        if not has_body(scope):
            tee.body_read.set()
        watching = asyncio.create_task(_watch_client(receive, tee))
        try:
            await self._try_upstreams(scope, receive, send, tee)
        except Exception as error:  # noqa: BLE001 - whatever fails, this client gets an end and others go on
            await self._fail(error, send, tee)
        finally:
            watching.cancel()

    async def _try_upstreams(self, scope: Scope, receive: Receive, send: Send, tee: Tee) -> None:
        failure: Exception | None = None
        for base in self._upstreams.candidates(scope["path"]):
            try:
                async with self._session.request(
                    scope["method"],
                    target_of(scope, base),
                    headers=headers_for(scope, base, hidden=self._hidden),
                    data=self._body(receive, tee) if has_body(scope) else None,
                    allow_redirects=False,
                ) as response:
                    self._upstreams.note(base, took_connection=True)
                    await _send_down(response, send, tee)
                    return
            except NO_CONNECTION as error:
                self._upstreams.note(base, took_connection=False)
                failure = error
        if failure is not None:
            raise failure

    async def _body(self, receive: Receive, tee: Tee) -> AsyncIterator[bytes]:
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                tee.client_left.set()
                raise _ClientLeftError
            data = message.get("body", b"")
            size += len(data)
            if self._limits.request_bytes is not None and size > self._limits.request_bytes:
                tee.is_refused = True
                raise _TooLargeError
            if data:
                tee.take_request(data)
                yield data
            if not message.get("more_body", False):
                tee.body_read.set()
                return

    async def _fail(self, error: Exception, send: Send, tee: Tee) -> None:
        """Answer in the upstream's stead; a reply that is under way can only be broken off."""
        if tee.client_left.is_set() or tee.outcome is ExchangeOutcome.COMPLETE:
            return
        tee.outcome = ExchangeOutcome.UPSTREAM_FAILED
        if tee.is_refused:
            await _refuse(send, tee)
            return
        _LOG.warning("upstream failed: %s", type(error).__name__)
        if not tee.started:
            message = f"the upstream did not answer ({type(error).__name__})"
            await answer(send, _status_of(error), problem("understudy_upstream_failed", message))


async def _refuse(send: Send, tee: Tee) -> None:
    if not tee.started:
        message = "the request is larger than this gateway takes"
        await answer(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem("understudy_too_large", message))


def _status_of(error: Exception) -> HTTPStatus:
    """504 when the upstream was silent for longer than the limits allow, else 502."""
    silent = isinstance(error, aiohttp.SocketTimeoutError)
    return HTTPStatus.GATEWAY_TIMEOUT if silent else HTTPStatus.BAD_GATEWAY


async def _watch_client(receive: Receive, tee: Tee) -> None:
    """Notice that the client leaves while its reply is awaited or on the way."""
    await tee.body_read.wait()
    while (await receive())["type"] != "http.disconnect":
        pass
    tee.client_left.set()


async def _send_down(response: aiohttp.ClientResponse, send: Send, tee: Tee) -> None:
    if not _LEAST_STATUS <= response.status <= _LARGEST_STATUS:
        raise _BadReplyError
    tee.status = response.status
    tee.reply_headers = end_to_end(response.raw_headers)
    tee.started = True
    await send({"type": "http.response.start", "status": response.status, "headers": _head_of(tee)})
    async for data in response.content.iter_any():
        tee.take_reply(data)
        await send({"type": "http.response.body", "body": data, "more_body": True})
    tee.outcome = ExchangeOutcome.COMPLETE
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _head_of(tee: Tee) -> list[tuple[bytes, bytes]]:
    """The reply's headers. ASGI servers hold a bodiless reply to its Content-Length, so it goes without (it may)."""
    if tee.status not in _BODILESS:
        return tee.reply_headers
    return [(name, value) for name, value in tee.reply_headers if name.lower() != b"content-length"]
