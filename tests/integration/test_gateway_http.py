"""HTTP as bytes: framing, expectations, empty replies, connections that close early. Both ends are raw sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from proxy.doors.gateway import Limits
from proxy.exchange import ExchangeOutcome
from tests.integration.gateways import Caught, Converse, gateway, raw_upstream

_CHAT = b"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\n"


def _replies(reply: bytes) -> Converse:
    """An upstream that reads one request's head and gives these bytes, then closes."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()

    return converse


@asynccontextmanager
async def _connected(caught: Caught) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*caught.address)
    try:
        async with asyncio.timeout(20):
            yield reader, writer
    finally:
        writer.close()


async def _ask(caught: Caught, request: bytes) -> bytes:
    """Everything that the gateway sends until it closes."""
    async with _connected(caught) as (reader, writer):
        writer.write(request)
        return await reader.read()


def _closing(method: bytes) -> bytes:
    return method + b" /x HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "reply", "expected"),
    [
        (
            b"GET",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nX-B: 2\r\nX-A: 3\r\n\r\nhello",
            b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-a: 1\r\nx-b: 2\r\nx-a: 3\r\nconnection: close\r\n\r\nhello",
        ),
        (
            b"GET",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ),
        (
            b"GET",
            b"HTTP/1.0 200 OK\r\n\r\nto the end",
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\na\r\nto the end\r\n0\r\n\r\n",
        ),
        (
            b"HEAD",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 1234\r\nconnection: close\r\n\r\n",
        ),
        (
            b"DELETE",
            b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
            b"HTTP/1.1 204 No Content\r\nx-a: 1\r\nconnection: close\r\n\r\n",
        ),
        (
            b"GET",
            b'HTTP/1.1 304 Not Modified\r\nETag: "e"\r\nContent-Length: 99\r\n\r\n',
            b'HTTP/1.1 304 Not Modified\r\netag: "e"\r\nconnection: close\r\n\r\n',
        ),
        (
            b"GET",
            b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nX-N: caf\xe9\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nx-n: caf\xe9\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        ),
    ],
    ids=["length", "chunked", "until-close", "head", "204", "304", "early-hints"],
)
async def test_a_reply_keeps_its_framing(method: bytes, reply: bytes, expected: bytes, tmp_path: Path) -> None:
    async with raw_upstream(_replies(reply)) as upstream, gateway(upstream, tmp_path) as caught:
        assert await _ask(caught, _closing(method)) == expected


@pytest.mark.parametrize(
    "reply", [b"HTTP/1.1 101 Switching\r\n\r\n", b"HTTP/1.1 700 Odd\r\n\r\n", b"nonsense\r\n\r\n", b""]
)
async def test_a_reply_that_is_none_becomes_a_502(reply: bytes, tmp_path: Path) -> None:
    async with raw_upstream(_replies(reply)) as upstream, gateway(upstream, tmp_path) as caught:
        assert (await _ask(caught, _closing(b"GET"))).startswith(b"HTTP/1.1 502 ")


class _Records:
    """An upstream that keeps each connection's bytes up to a blank line or an ending, then answers with an OK."""

    def __init__(self, *, until: bytes = b"\r\n\r\n") -> None:
        self.heard: list[bytes] = []
        self._until = until

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heard = await reader.readuntil(self._until)
        except asyncio.IncompleteReadError as cut:
            self.heard.append(cut.partial + b"<cut>")
            raise
        self.heard.append(heard)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()


@pytest.mark.parametrize(
    ("framed", "expected"),
    [
        (b"Content-Length: 4\r\n\r\nbody", b"content-length: 4\r\n\r\nbody"),
        (b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody"),
    ],
)
async def test_a_request_keeps_its_framing(framed: bytes, expected: bytes, tmp_path: Path) -> None:
    records = _Records(until=b"body")
    async with raw_upstream(records) as upstream, gateway(upstream, tmp_path) as caught:
        await _ask(caught, _CHAT + b"Connection: close\r\n" + framed)
    assert records.heard[0].endswith(expected)


async def test_a_compressed_request_and_odd_bytes_pass_as_they_are(tmp_path: Path) -> None:
    records = _Records(until=b"\x1f\x8b\x00")
    head = (
        b"POST /a//../b?q=%zz&%C3%A9=[] HTTP/1.1\r\nHost: g\r\nContent-Encoding: gzip\r\nX-N: gr\xc3\xbc\xc3\x9fe\r\n"
    )
    async with raw_upstream(records) as upstream, gateway(upstream, tmp_path) as caught:
        await _ask(
            caught, head + b"Cookie: a=1\r\nCookie: b=2\r\nConnection: close\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x00"
        )
    heard = records.heard[0]
    assert heard.startswith(b"POST /a//../b?q=%zz&%C3%A9=[] HTTP/1.1\r\n")
    assert b"x-n: gr\xc3\xbc\xc3\x9fe\r\n" in heard
    assert b"content-encoding: gzip\r\n" in heard
    assert b"cookie: a=1\r\ncookie: b=2\r\n" in heard
    assert heard.endswith(b"\x1f\x8b\x00")


_EXPECTING = _CHAT + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"


async def _continues(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    assert b"100-continue" in await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + await reader.readexactly(4))


async def _continues_never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + await reader.readexactly(4))


@pytest.mark.parametrize("converse", [_continues, _continues_never])
async def test_the_upstreams_100_or_a_short_wait_lets_the_body_through(converse: Converse, tmp_path: Path) -> None:
    limits = Limits(continue_s=0.3)
    async with raw_upstream(converse) as upstream, gateway(upstream, tmp_path, limits=limits) as caught:
        async with _connected(caught) as (reader, writer):
            writer.write(_EXPECTING)
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"body")
            assert (await reader.read()).endswith(b"\r\n\r\nbody")


async def test_a_refusal_instead_of_100_reaches_the_client_before_its_body(tmp_path: Path) -> None:
    refuses = _replies(b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
    async with raw_upstream(refuses) as upstream, gateway(upstream, tmp_path) as caught:
        async with _connected(caught) as (reader, writer):
            writer.write(_EXPECTING)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 417 ")


async def _refuses_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
    await reader.read()


async def test_an_answer_that_comes_before_the_body_is_whole_is_passed_at_once(tmp_path: Path) -> None:
    async with raw_upstream(_refuses_early) as upstream, gateway(upstream, tmp_path) as caught:
        async with _connected(caught) as (reader, writer):
            writer.write(_CHAT + b"Content-Length: 100\r\n\r\nhalf")
            assert (await reader.readuntil(b"\r\n\r\nbig")).startswith(b"HTTP/1.1 413 ")
            writer.write(b"x" * 96 + _closing(b"GET"))
            assert (await reader.read()).startswith(b"HTTP/1.1 413 ")
        assert (await caught.wait_for(1))[0].outcome is ExchangeOutcome.COMPLETE


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 100\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"]
)
async def test_a_body_that_the_client_breaks_off_is_broken_off_upstream(framing: bytes, tmp_path: Path) -> None:
    """The upstream must never take half a body for the whole."""
    records = _Records(until=b"\r\n0\r\n\r\n")
    async with raw_upstream(records) as upstream, gateway(upstream, tmp_path) as caught:
        async with _connected(caught) as (_, writer):
            writer.write(_CHAT + framing)
            await writer.drain()
            await asyncio.sleep(0.2)
        raw = (await caught.wait_for(1))[0]
        async with asyncio.timeout(5):
            while not records.heard:
                await asyncio.sleep(0.01)
    assert raw.outcome is ExchangeOutcome.CLIENT_LEFT
    assert records.heard[0].endswith(b"<cut>")


async def test_a_client_that_closes_its_sending_side_has_left(tmp_path: Path) -> None:
    """A half-closed connection looks like a closed one; the upstream is freed rather than an answer kept."""
    records = _Records(until=b"never")
    async with raw_upstream(records) as upstream, gateway(upstream, tmp_path) as caught:
        async with _connected(caught) as (reader, writer):
            writer.write(_CHAT + b"Content-Length: 2\r\n\r\n{}")
            writer.write_eof()
            assert await reader.read() == b""
        assert (await caught.wait_for(1))[0].outcome is ExchangeOutcome.CLIENT_LEFT


class _ClosesBetween:
    """Answers the first request of each connection and closes on the second, as a server whose idle time is up."""

    def __init__(self) -> None:
        self.requests = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1


_PUT_BODY = b"PUT /x HTTP/1.1\r\nHost: g\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("request_", "status", "requests"),
    [(_closing(b"GET"), b"200", 3), (_closing(b"POST"), b"502", 2), (_PUT_BODY, b"502", 2)],
    ids=["get", "post", "put-with-body"],
)
async def test_only_what_may_be_repeated_is_sent_again(
    request_: bytes, status: bytes, requests: int, tmp_path: Path
) -> None:
    """A GET whose reused connection closes is sent again; a POST may have been carried out, and a body is gone."""
    closes = _ClosesBetween()
    async with raw_upstream(closes) as upstream, gateway(upstream, tmp_path) as caught:
        assert (await _ask(caught, _closing(b"GET"))).startswith(b"HTTP/1.1 200 ")
        assert (await _ask(caught, request_)).startswith(b"HTTP/1.1 " + status)
    assert closes.requests == requests


async def test_idle_connections_that_the_upstream_closed_are_not_used_again(tmp_path: Path) -> None:
    async with raw_upstream(_replies(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as upstream:
        async with gateway(upstream, tmp_path) as caught:
            for _ in range(3):
                request = _CHAT + b"Connection: close\r\nContent-Length: 0\r\n\r\n"
                assert (await _ask(caught, request)).startswith(b"HTTP/1.1 200 ")
                await asyncio.sleep(0.05)


async def test_an_upstream_that_takes_no_connection_is_replaced_by_the_next(tmp_path: Path) -> None:
    records = _Records()
    async with raw_upstream(records) as upstream, gateway(f"http://127.0.0.1:9,{upstream}", tmp_path) as caught:
        for _ in range(2):
            request = _CHAT + b"Connection: close\r\nContent-Length: 0\r\n\r\n"
            assert (await _ask(caught, request)).startswith(b"HTTP/1.1 200 ")


async def test_a_route_has_its_own_upstream(tmp_path: Path) -> None:
    one, other = _Records(), _Records()
    async with raw_upstream(one) as default, raw_upstream(other) as special:
        async with gateway(default, tmp_path, routes={"/x": [special]}) as caught:
            await _ask(caught, _closing(b"GET"))
    assert (len(one.heard), len(other.heard)) == (0, 1)


async def test_a_model_has_its_own_upstream_and_the_body_arrives_whole(tmp_path: Path) -> None:
    body = b'{"messages": [], "model": "llama"}'
    one, other = _Records(), _Records(until=body)
    request = _CHAT + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with raw_upstream(one) as default, raw_upstream(other) as special:
        async with gateway(default, tmp_path, models={"llama": ["http://127.0.0.1:9", special]}) as caught:
            assert (await _ask(caught, request)).startswith(b"HTTP/1.1 200 ")
            await _ask(caught, _closing(b"GET"))
            (raw,) = await caught.wait_for(1)
    assert (len(one.heard), len(other.heard)) == (1, 1)
    assert other.heard[0].endswith(body)
    assert raw.body == body


async def _sends_no_answer(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_limits_refuse_in_the_gateways_own_name(tmp_path: Path) -> None:
    limits = Limits(request_bytes=3, silence_s=0.2, open_requests=1)
    async with raw_upstream(_sends_no_answer) as upstream, gateway(upstream, tmp_path, limits=limits) as caught:
        large = _CHAT + b"Connection: close\r\nContent-Length: 4\r\n\r\nbody"
        assert b"understudy_too_large" in await _ask(caught, large)
        silent, refused = await asyncio.gather(_ask(caught, _closing(b"GET")), _ask(caught, _closing(b"GET")))
        assert silent.startswith(b"HTTP/1.1 504 ")
        assert b"understudy_too_many_requests" in refused
        await caught.wait_for_count("dropped:gateway_limit", 1)
