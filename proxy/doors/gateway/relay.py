"""One HTTP request up and its reply down, as they come. Keeps nothing; the tee does."""

import logging
from collections.abc import AsyncIterator
from http import HTTPStatus

import aiohttp

from proxy.doors.gateway.addressing import announces_whole, has_body, headers_for, target_of
from proxy.doors.gateway.answers import answer, problem
from proxy.doors.gateway.client import Client
from proxy.doors.gateway.head import after, model_of, read_head
from proxy.doors.gateway.limits import Limits
from proxy.doors.gateway.tee import GATEWAY_LIMIT, RelayTee
from proxy.doors.gateway.upstreams import Upstreams
from proxy.exchange import ExchangeOutcome
from proxy.wire.asgi import Receive, Scope, Send
from proxy.wire.headers import end_to_end
from proxy.wire.routes import OTHER_ROUTE

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

    async def serve(self, scope: Scope, receive: Receive, send: Send, *, tee: RelayTee) -> None:
        """Relay until the reply ends or the client leaves; a client that leaves cancels the upstream's request."""
        with Client(receive) as client:
            try:
                await self._try_upstreams(scope, client, send, tee)
            except Exception as error:  # noqa: BLE001 - whatever fails, this client gets an end and others go on
                if not client.has_left:
                    await self._fail(error, send, tee)

    async def _try_upstreams(self, scope: Scope, client: Client, send: Send, tee: RelayTee) -> None:
        failure: Exception | None = None
        content, model = await self._content(scope, client, tee)
        for base in self._upstreams.candidates(scope["path"], model=model):
            try:
                async with self._session.request(
                    scope["method"],
                    target_of(scope, base),
                    headers=headers_for(scope, base, hidden=self._hidden),
                    data=content,
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

    async def _content(
        self, scope: Scope, client: Client, tee: RelayTee
    ) -> tuple[AsyncIterator[bytes] | bytes | None, str]:
        """The body as it comes, in one piece if it is all here; and the model that it names, if that decides."""
        if not has_body(scope):
            client.watch()
            return None, ""
        body = self._body(client, tee)
        if self._upstreams.asks_for_models and tee.route != OTHER_ROUTE:
            held = await read_head(body)
            return after(held, body), model_of(b"".join(held))
        if announces_whole(scope) and client.has_whole_body():
            return b"".join([data async for data in body]), ""
        return body, ""

    async def _body(self, client: Client, tee: RelayTee) -> AsyncIterator[bytes]:
        size = 0
        while True:
            message = await client.receive()
            if client.has_left:
                raise _ClientLeftError
            data = message.get("body", b"")
            size += len(data)
            if self._limits.request_bytes is not None and size > self._limits.request_bytes:
                tee.refuse(GATEWAY_LIMIT)
                raise _TooLargeError
            if data:
                tee.take_request(data)
                yield data
            if not message.get("more_body", False):
                client.watch()
                return

    async def _fail(self, error: Exception, send: Send, tee: RelayTee) -> None:
        """Answer in the upstream's stead; a reply that is under way can only be broken off."""
        if tee.outcome is ExchangeOutcome.COMPLETE:
            return
        tee.outcome = ExchangeOutcome.UPSTREAM_FAILED
        if tee.is_refused:
            await _refuse(send, tee)
            return
        _LOG.warning("upstream failed: %s", type(error).__name__)
        if not tee.started:
            message = f"the upstream did not answer ({type(error).__name__})"
            await answer(send, _status_of(error), problem("understudy_upstream_failed", message))


async def _refuse(send: Send, tee: RelayTee) -> None:
    if not tee.started:
        message = "the request is larger than this gateway takes"
        await answer(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem("understudy_too_large", message))


def _status_of(error: Exception) -> HTTPStatus:
    """504 when the upstream was silent for longer than the limits allow, else 502."""
    silent = isinstance(error, aiohttp.SocketTimeoutError)
    return HTTPStatus.GATEWAY_TIMEOUT if silent else HTTPStatus.BAD_GATEWAY


async def _send_down(response: aiohttp.ClientResponse, send: Send, tee: RelayTee) -> None:
    if not _LEAST_STATUS <= response.status <= _LARGEST_STATUS:
        raise _BadReplyError
    tee.status = response.status
    tee.reply_headers = end_to_end(response.raw_headers)
    tee.started = True
    await send({"type": "http.response.start", "status": response.status, "headers": _head_of(tee)})
    content = response.content
    while data := await content.readany():
        tee.take_reply(data)
        if content.at_eof():
            break
        await send({"type": "http.response.body", "body": data, "more_body": True})
    tee.outcome = ExchangeOutcome.COMPLETE
    await send({"type": "http.response.body", "body": data, "more_body": False})


def _head_of(tee: RelayTee) -> list[tuple[bytes, bytes]]:
    """The reply's headers. ASGI servers hold a bodiless reply to its Content-Length, so it goes without (it may)."""
    if tee.status not in _BODILESS:
        return tee.reply_headers
    return [(name, value) for name, value in tee.reply_headers if name.lower() != b"content-length"]
