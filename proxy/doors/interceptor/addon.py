"""The addon: mitmproxy's hooks of a request, turned into one tee. Listens to nothing and decides nothing of TLS."""

import logging
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from urllib.parse import unquote

from mitmproxy.connection import Client, ConnectionState
from mitmproxy.http import HTTPFlow, Response
from mitmproxy.tcp import TCPFlow

from proxy.books import kept_books
from proxy.channel import ChannelSender
from proxy.coverage import Ledger
from proxy.doors.interceptor.hosts import patterns_of
from proxy.exchange import Door, ExchangeOutcome
from proxy.tee import DOOR_FAILED, Tee, count_seen, hand_over
from proxy.wire.asgi import HEALTH_PATH
from proxy.wire.headers import end_to_end

_LOG = logging.getLogger(__name__)
_CANCELLED = "stream reset by client (CANCEL)"
_OTHER_HOST = "other_host"


class Interceptor:
    """Tees every request that mitmproxy reads.

    mitmproxy calls these hooks one after the other for one request, and from one loop for all. Each request ends
    with `response`, with `error`, or, where mitmproxy itself broke, with its client's connection.

    Args:
        max_capture_bytes: Largest request plus reply that is captured; larger ones pass and are counted.
        keep_headers: Lower-case names that are kept in the record whatever they look like.
        hidden_headers: Lower-case names that are for Understudy and not forwarded.
        hosts: Names whose requests are captured, `*` allowed; none stands for all. Others pass and are counted.

    Raises:
        UsageError: a host is no name.
    """

    def __init__(
        self,
        *,
        channel: ChannelSender,
        ledger: Ledger,
        max_capture_bytes: int,
        keep_headers: frozenset[str] = frozenset(),
        hidden_headers: frozenset[str] = frozenset(),
        hosts: Sequence[str] = (),
    ) -> None:
        self.hosts = tuple(hosts)
        self._patterns = [re.compile(pattern, re.IGNORECASE) for pattern in patterns_of(hosts)]
        self._channel = channel
        self._ledger = ledger
        self._max_capture_bytes = max_capture_bytes
        self._keep_headers = keep_headers
        self._hidden = hidden_headers
        self._open: dict[str, dict[str, Tee]] = {}

    @property
    def open_requests(self) -> int:
        """Requests whose reply is not over."""
        return sum(map(len, self._open.values()))

    def kept_books(self) -> AbstractAsyncContextManager[None]:
        """Sends what is offered, and the counts, for as long as it is open."""
        return kept_books(self._channel, self._ledger)

    def requestheaders(self, flow: HTTPFlow) -> None:
        """Open the tee and let the body stream through it."""
        if flow.request.path == HEALTH_PATH:
            flow.response = Response.make(200, b'{"status": "ok"}', {"content-type": "application/json"})
            return
        tee = self._tee(flow)
        count_seen(tee, ledger=self._ledger)
        self._open.setdefault(flow.client_conn.id, {})[flow.id] = tee
        flow.request.stream = _passing(tee, tee.take_request)

    def responseheaders(self, flow: HTTPFlow) -> None:
        """Note the reply's head and let its body stream through the tee."""
        tee = self._open.get(flow.client_conn.id, {}).get(flow.id)
        if tee is None or flow.response is None:
            return
        flow.response.stream = _passing(tee, tee.take_reply)
        try:
            tee.status = flow.response.status_code
            tee.reply_headers = end_to_end(flow.response.headers.fields)
        except Exception as error:  # noqa: BLE001 - whatever fails here, the client's reply is unchanged
            _note_failure(error)
            tee.refuse(DOOR_FAILED)

    def response(self, flow: HTTPFlow) -> None:
        """The reply's last byte has come."""
        self._finish(flow, outcome=ExchangeOutcome.COMPLETE)

    def error(self, flow: HTTPFlow) -> None:
        """Either side broke off."""
        self._finish(flow, outcome=_broken_by(flow))

    def client_disconnected(self, client: Client) -> None:
        """Count what neither `response` nor `error` ended, which is what mitmproxy leaves when a layer breaks."""
        for tee in self._open.pop(client.id, {}).values():
            self._hand_over(tee)

    def done(self) -> None:
        """The proxy stops: what is open is broken off."""
        for client in list(self._open):
            for tee in self._open.pop(client).values():
                self._hand_over(tee)

    def websocket_message(self, flow: HTTPFlow) -> None:
        """Let go of the messages that have passed, which mitmproxy would keep until the socket closes."""
        if flow.websocket is not None:
            del flow.websocket.messages[:-1]

    def tcp_message(self, flow: TCPFlow) -> None:
        """As `websocket_message`, for a connection that switched to another protocol."""
        del flow.messages[:-1]

    def _tee(self, flow: HTTPFlow) -> Tee:
        """The tee of a request; a refused one where the request's head cannot be read."""
        try:
            tee = Tee(
                door=Door.INTERCEPTOR,
                method=flow.request.method,
                path=unquote(flow.request.path.partition("?")[0]),
                headers=[(name.lower(), value) for name, value in flow.request.headers.fields],
                max_bytes=self._max_capture_bytes,
            )
            if not self._is_wanted(flow):
                tee.refuse(_OTHER_HOST)
            for name in self._hidden & {name.lower() for name in flow.request.headers}:
                del flow.request.headers[name]
        except Exception as error:  # noqa: BLE001 - whatever fails here, the client's reply is unchanged
            _note_failure(error)
            tee = Tee(door=Door.INTERCEPTOR, method="", path="", headers=(), max_bytes=0)
            tee.refuse(DOOR_FAILED)
        return tee

    def _is_wanted(self, flow: HTTPFlow) -> bool:
        """Whether the host is to be captured; plain requests to a forward proxy reach us whatever their host."""
        if not self._patterns:
            return True
        names = (flow.request.host, flow.request.pretty_host, flow.client_conn.sni or "")
        places = [f"{name.strip('[]')}:{flow.request.port}" for name in names]
        return any(pattern.search(place) for pattern in self._patterns for place in places)

    def _finish(self, flow: HTTPFlow, *, outcome: ExchangeOutcome) -> None:
        tees = self._open.get(flow.client_conn.id, {})
        tee = tees.pop(flow.id, None)
        if not tees:
            self._open.pop(flow.client_conn.id, None)
        if tee is not None:
            tee.outcome = outcome
            self._hand_over(tee)

    def _hand_over(self, tee: Tee) -> None:
        hand_over(tee, channel=self._channel, ledger=self._ledger, keep=self._keep_headers)


def _passing(tee: Tee, take: Callable[[bytes], None]) -> Callable[[bytes], bytes]:
    """What mitmproxy calls with each part of a body, and with an empty one at its end; gives it back as it came."""

    def passed(data: bytes) -> bytes:
        try:
            if data:
                take(data)
        except Exception as error:  # noqa: BLE001 - an error here would break the client's reply off
            _note_failure(error)
            tee.refuse(DOOR_FAILED)
        return data

    return passed


def _broken_by(flow: HTTPFlow) -> ExchangeOutcome:
    """Who broke off. mitmproxy tells it only by the connection's state, and in words for a stream of HTTP/2."""
    said = flow.error.msg if flow.error else ""
    is_cancelled = said == _CANCELLED and (flow.request.is_http2 or flow.request.is_http3)
    is_gone = not flow.client_conn.state & ConnectionState.CAN_READ
    return ExchangeOutcome.CLIENT_LEFT if is_gone or is_cancelled else ExchangeOutcome.UPSTREAM_FAILED


def _note_failure(error: Exception) -> None:
    kind = type(error).__name__
    _LOG.error("the interceptor failed (%s); the request passes and is counted as %s", kind, DOOR_FAILED)
