"""A client that sends anything never breaks the gateway, never changes another client's answer, and is counted."""

import asyncio
import socket
import struct
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy.coverage import Disposition, LedgerEntry
from tests.integration.gateways import Caught, gateway, served

_CHAT_PATH = "/v1/chat/completions"
_METHODS = [b"GET", b"POST", b"HEAD", b"OPTIONS", b"PUT", b"CONNECT", b"TRACE", b"post", b"M-SEARCH", b"\xff\x00", b""]
_TARGETS = [
    b"/v1/chat/completions",
    b"/v1/chat/completions?\xff=\xc3",
    b"/v1/%ff%00/../x",
    b"//evil.example/v1",
    b"http://evil.example/v1/chat/completions",
    b"*",
    b"host:443",
    b"/\xe9",
    b"",
]
_HEADERS = [
    b"Host: g",
    b"Host: a\r\nHost: b",
    b"Content-Length: 5",
    b"Content-Length: 500",
    b"Content-Length: 2",
    b"Content-Length: -1",
    b"Content-Length: 99999999999999999999999",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: chunked, identity",
    b"Expect: 100-continue",
    b"Connection: close",
    b"Connection: upgrade, host, content-length",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Content-Encoding: gzip",
    b"X-Latin: caf\xe9",
    b"X-Broken: \xc3\x28\xa0",
    b"X-Zero: \x00",
    b"X-Understudy-Replay: 1",
    b" folded: 1",
    b"no colon",
    b"X-Long: " + b"a" * 70_000,
]
_BODIES = [
    b"",
    b"hello",
    b'{"model": "m", "messages": [{"content": "\xff"}]}',
    b"5\r\nhello\r\n0\r\n\r\n",
    b"5;ext=\xff\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
    b"fffffffffffffffff\r\nhello",
    b"zz\r\n",
    b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: g\r\n\r\n",
    b"\x81\x85\x00\x00\x00\x00hello\x88\x80\x00\x00\x00\x00",
    b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff",
]


@dataclass(frozen=True)
class _Attack:
    """What one client sends, in which pieces, and how it ends."""

    sent: bytes
    cuts: tuple[int, ...]
    end: str


def _mostly(usual: bytes, others: list[bytes]) -> st.SearchStrategy[bytes]:
    return st.integers(0, 3).flatmap(lambda roll: st.just(usual) if roll else st.sampled_from(others))


@st.composite
def _attacks(draw: st.DrawFn) -> _Attack:
    line = draw(_mostly(b"POST", _METHODS)) + b" " + draw(_mostly(_CHAT_PATH.encode(), _TARGETS)) + b" "
    line += draw(_mostly(b"HTTP/1.1", [b"HTTP/1.0", b"HTTP/9.9", b""]))
    headers = [draw(_mostly(b"Host: g", _HEADERS)), *draw(st.lists(st.sampled_from(_HEADERS), max_size=3))]
    body = draw(st.one_of(st.sampled_from(_BODIES), st.binary(max_size=40)))
    ending = draw(_mostly(b"\r\n", [b"\n"]))
    whole = draw(
        _mostly(ending.join([line, *headers, b"", body]), [b"", b"\x16\x03\x01\x02\x00\x01", b"PRI * HTTP/2.0"])
    )
    kept = draw(st.integers(len(whole) // 2, len(whole))) if draw(st.booleans()) else len(whole)
    cuts = draw(st.lists(st.integers(0, kept), max_size=3))
    return _Attack(whole[:kept], tuple(sorted(cuts)), draw(st.sampled_from(["close", "reset", "half", "read"])))


def _carry_out(attack: _Attack, *, address: tuple[str, int]) -> None:
    """Send it and leave; the gateway may close at any time."""
    with socket.create_connection(address, timeout=0.05) as connection:
        try:
            for start, stop in zip((0, *attack.cuts), (*attack.cuts, len(attack.sent)), strict=True):
                connection.sendall(attack.sent[start:stop])
            if attack.end == "half":
                connection.shutdown(socket.SHUT_WR)
            if attack.end in {"half", "read"}:
                connection.recv(65_536)
        except OSError:
            pass
        if attack.end == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class _Echo:
    """Answers with the body it got, in two parts, and counts requests."""

    def __init__(self) -> None:
        self.requests = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.requests += 1
            await self._echo(receive, send)
        elif scope["type"] == "websocket":
            self.requests += 1
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                pass

    async def _echo(self, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await asyncio.sleep(0.02)
        await send({"type": "http.response.body", "body": body})


class _Witness:
    """Another client, whose every answer must be its own."""

    def __init__(self, base_url: str) -> None:
        self.url = f"{base_url}{_CHAT_PATH}"
        self.answers = 0

    async def ask_for_ever(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                token = b"witness %d " % self.answers
                async with session.post(self.url, data=token) as answer:
                    assert answer.status == 200
                    assert await answer.read() == token * 2
                self.answers += 1


def _total(caught: Caught, disposition: Disposition) -> int:
    largest: dict[tuple[Any, ...], int] = defaultdict(int)
    for entry in caught.messages:
        if isinstance(entry, LedgerEntry) and entry.disposition is disposition:
            key = (entry.minute, entry.route, entry.reason)
            largest[key] = max(largest[key], entry.requests)
    return sum(largest.values())


async def test_a_client_that_sends_anything_changes_nothing_for_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    echo = _Echo()
    async with served(echo) as upstream, gateway(upstream, tmp_path) as caught:
        witness = _Witness(caught.base_url)
        asking = asyncio.create_task(witness.ask_for_ever())

        @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
        @given(_attacks())
        def attack(one: _Attack) -> None:
            _carry_out(one, address=caught.address)

        await asyncio.to_thread(attack)
        before = witness.answers
        async with asyncio.timeout(10):
            while witness.answers < before + 3 and not asking.done():
                await asyncio.sleep(0.01)
        assert not asking.done(), asking.exception()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await _settle(caught)
        assert _total(caught, Disposition.SEEN) == len(caught.raws) + _total(caught, Disposition.DROPPED)
        assert echo.requests <= _total(caught, Disposition.SEEN)
    assert not [record for record in caplog.records if record.exc_info]


async def _settle(caught: Caught) -> None:
    """Wait until the last counts are out."""
    seen = -1
    while seen != (seen := len(caught.messages)):
        await asyncio.sleep(1.5)
