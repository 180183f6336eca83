"""The addon fed with mitmproxy's own flows, without a proxy around it."""

import re
import socket
import warnings
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.connection import ConnectionState
from mitmproxy.flow import Error
from mitmproxy.http import Headers, HTTPFlow
from mitmproxy.test.tflow import tflow, twebsocketflow

from proxy.channel import ChannelSender
from proxy.coverage import Ledger
from proxy.errors import UsageError
from proxy.exchange import ExchangeOutcome, RawExchange

with warnings.catch_warnings():
    # mitmproxy 12.2 calls pyparsing by names that pyparsing has deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from proxy.doors.interceptor import Interception, Interceptor, run
    from proxy.doors.interceptor.hosts import patterns_of


class _Kept(ChannelSender):
    """A channel that shows what it was offered."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "nobody.sock", max_messages=10, max_bytes=2**20)
        self.raws: list[RawExchange] = []

    def offer(self, raw: RawExchange) -> bool:
        self.raws.append(raw)
        return super().offer(raw)


class _Door:
    """An addon, and what came out of it."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.channel = _Kept(folder)
        self.ledger = Ledger("interceptor")
        self.addon = Interceptor(channel=self.channel, ledger=self.ledger, max_capture_bytes=100, **options)

    @property
    def counted(self) -> list[tuple[str, str, str, int]]:
        return [(entry.route, str(entry.disposition), entry.reason, entry.requests) for entry in self.ledger.changed()]


@pytest.fixture
async def door(tmp_path: Path) -> _Door:
    return _Door(tmp_path)


def _flow(path: str = "/v1/chat/completions?a=b", **headers: str) -> HTTPFlow:
    flow = tflow(resp=True)
    flow.request.method, flow.request.path = "POST", path
    flow.request.headers = Headers([(name.encode(), value.encode()) for name, value in headers.items()])
    return flow


def _stream(flow: HTTPFlow, *, asked: bytes, told: bytes) -> tuple[bytes, bytes]:
    """Pass both bodies as mitmproxy does, each with its empty end; gives what would go on."""
    assert callable(flow.request.stream)
    sent = flow.request.stream(asked), flow.request.stream(b"")
    assert flow.response is not None
    assert callable(flow.response.stream)
    got = flow.response.stream(told), flow.response.stream(b"")
    assert (sent[1], got[1]) == (b"", b"")
    return sent[0], got[0]  # type: ignore[return-value]


def _pass(addon: Interceptor, flow: HTTPFlow, *, asked: bytes = b"{}", told: bytes = b"[]") -> tuple[bytes, bytes]:
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    return _stream(flow, asked=asked, told=told)


async def test_a_request_and_its_reply_become_one_record(door: _Door) -> None:
    flow = _flow("/team%20a/v1/chat/completions?a=b", Authorization="Bearer s", **{"X-Tenant-Id": "t"})
    assert _pass(door.addon, flow) == (b"{}", b"[]")
    door.addon.response(flow)
    (raw,) = door.channel.raws
    assert (raw.method, raw.path, raw.status) == ("POST", "/team a/v1/chat/completions", 200)
    assert (raw.body, b"".join(chunk.data for chunk in raw.reply)) == (b"{}", b"[]")
    assert raw.headers == (("x-tenant-id", "t"),)
    assert raw.outcome is ExchangeOutcome.COMPLETE
    assert door.counted == [("chat", "seen", "", 1)]
    assert door.addon.open_requests == 0


async def test_what_is_larger_than_the_limit_passes_and_is_counted(door: _Door) -> None:
    flow = _flow()
    assert _pass(door.addon, flow, asked=b"x" * 60, told=b"y" * 60) == (b"x" * 60, b"y" * 60)
    door.addon.response(flow)
    assert door.channel.raws == []
    assert door.counted == [("chat", "dropped", "too_large", 1), ("chat", "seen", "", 1)]


@pytest.mark.parametrize(
    ("state", "said", "version", "outcome"),
    [
        (ConnectionState.CLOSED, "Client disconnected.", "HTTP/1.1", ExchangeOutcome.CLIENT_LEFT),
        (ConnectionState.CAN_WRITE, "Client disconnected.", "HTTP/1.1", ExchangeOutcome.CLIENT_LEFT),
        (ConnectionState.OPEN, "server closed connection", "HTTP/1.1", ExchangeOutcome.UPSTREAM_FAILED),
        (ConnectionState.OPEN, "stream reset by client (CANCEL)", "HTTP/2.0", ExchangeOutcome.CLIENT_LEFT),
        (ConnectionState.OPEN, "stream reset by client (INTERNAL_ERROR)", "HTTP/2.0", ExchangeOutcome.UPSTREAM_FAILED),
        (ConnectionState.OPEN, "stream reset by client (CANCEL)", "HTTP/1.1", ExchangeOutcome.UPSTREAM_FAILED),
    ],
)
async def test_who_broke_off_is_told_apart(
    door: _Door, state: ConnectionState, said: str, version: str, outcome: ExchangeOutcome
) -> None:
    flow = _flow()
    _pass(door.addon, flow)
    flow.request.http_version, flow.client_conn.state, flow.error = version, state, Error(said)
    door.addon.error(flow)
    (raw,) = door.channel.raws
    assert raw.outcome is outcome


async def test_a_request_that_mitmproxy_forgot_is_counted_with_its_connections_end(door: _Door) -> None:
    flow = _flow()
    _pass(door.addon, flow)
    door.addon.client_disconnected(flow.client_conn)
    door.addon.error(flow)
    assert [raw.outcome for raw in door.channel.raws] == [ExchangeOutcome.CLIENT_LEFT]
    assert door.counted == [("chat", "seen", "", 1)]


async def test_what_is_open_when_the_proxy_stops_is_counted(door: _Door) -> None:
    _pass(door.addon, _flow())
    _pass(door.addon, _flow())
    assert door.addon.open_requests == 2
    door.addon.done()
    assert door.counted == [("chat", "seen", "", 2)]
    assert door.addon.open_requests == 0


async def test_a_failure_of_ours_passes_the_bytes_and_is_counted(door: _Door, caplog: pytest.LogCaptureFixture) -> None:
    """A head that cannot be read, and a part that has no length: each breaks our code, not the reply."""
    unread = _flow()
    unread.request.headers = None  # type: ignore[assignment]
    assert _pass(door.addon, unread) == (b"{}", b"[]")
    door.addon.response(unread)
    odd: Any = object()
    broken = _flow()
    assert _pass(door.addon, broken, told=odd) == (b"{}", odd)
    door.addon.response(broken)
    headless = _flow()
    assert headless.response is not None
    headless.response.headers = None  # type: ignore[assignment]
    assert _pass(door.addon, headless) == (b"{}", b"[]")
    door.addon.response(headless)
    assert door.channel.raws == []
    assert door.counted == [
        ("chat", "dropped", "door_failed", 2),
        ("chat", "seen", "", 2),
        ("other", "dropped", "door_failed", 1),
        ("other", "seen", "", 1),
    ]
    assert "the interceptor failed (TypeError)" in caplog.text


async def test_only_the_named_hosts_are_captured(tmp_path: Path) -> None:
    door = _Door(tmp_path, hosts=["*.models.example"])
    for host in ("eu.models.example", "models.example", "eu.models.example.org"):
        flow = _flow()
        flow.request.host = host
        _pass(door.addon, flow)
        door.addon.response(flow)
    assert len(door.channel.raws) == 1
    assert ("chat", "dropped", "other_host", 2) in door.counted


async def test_headers_for_understudy_are_recorded_and_not_forwarded(tmp_path: Path) -> None:
    door = _Door(tmp_path, hidden_headers=frozenset({"x-understudy-category"}))
    flow = _flow(**{"X-Understudy-Category": "faq", "X-Own": "1"})
    _pass(door.addon, flow)
    door.addon.response(flow)
    assert list(flow.request.headers) == ["X-Own"]
    assert dict(door.channel.raws[0].headers)["x-understudy-category"] == "faq"


async def test_the_health_of_the_door_is_answered_and_not_counted(door: _Door) -> None:
    flow = _flow("/__understudy/health")
    flow.response = None
    door.addon.requestheaders(flow)
    assert flow.response is not None
    door.addon.responseheaders(flow)
    door.addon.response(flow)
    assert flow.response.status_code == 200
    assert door.counted == []


async def test_messages_of_a_websocket_are_not_kept(door: _Door) -> None:
    flow = twebsocketflow()
    assert flow.websocket is not None
    last = flow.websocket.messages[-1]
    door.addon.websocket_message(flow)
    assert flow.websocket.messages == [last]


@pytest.mark.parametrize(
    ("host", "place", "fits"),
    [
        ("api.example.com", "API.example.com:443", True),
        ("api.example.com", "api-example.com:443", False),
        ("api.example.com", "api.example.com.evil.org:443", False),
        ("*.example.com", "eu.api.example.com:8443", True),
        ("*.example.com", "example.com:443", False),
        ("[::1]", "::1:443", True),
        ("127.0.0.1", "127.0.0.1:80", True),
    ],
)
def test_a_host_fits_as_a_whole(host: str, place: str, *, fits: bool) -> None:
    (pattern,) = patterns_of([host])
    assert bool(re.search(pattern, place, re.IGNORECASE)) is fits


@pytest.mark.parametrize("host", ["https://api.example.com", "api.example.com:443", "api.example.com/v1", ""])
def test_a_host_that_is_no_name_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="no host name"):
        patterns_of([host])


def _runnable(folder: Path) -> Interceptor:
    return Interceptor(
        channel=ChannelSender(folder / "nobody.sock", max_messages=1, max_bytes=2**20),
        ledger=Ledger("interceptor"),
        max_capture_bytes=100,
    )


@pytest.mark.parametrize(("upstream", "words"), [("", "needs the hosts"), ("ftp://models", "refuses its options")])
def test_an_interception_that_cannot_be_is_refused_before_it_starts(tmp_path: Path, upstream: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        run(_runnable(tmp_path), Interception(confdir=tmp_path / "ca", upstream=upstream, port=0))


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{port}"):
            run(_runnable(tmp_path), Interception(confdir=tmp_path / "ca", upstream="http://127.0.0.1:9", port=port))
    assert (tmp_path / "ca").stat().st_mode & 0o077 == 0
