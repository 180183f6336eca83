"""Much, slowly, and until the end: large bodies, slow readers, and the drain on SIGTERM, in a process of its own."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.integration.gateways import gateway_process, raw_upstream

_MIB = 2**20
_LARGE = 64 * _MIB
_ENDLESS = 256 * _MIB
_PART = bytes(_MIB)


async def _takes_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads a large body and says how much it was; to a request without a body it sends a large one."""
    head = await reader.readuntil(b"\r\n\r\n")
    if head.startswith(b"GET"):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % _LARGE)
        for _ in range(_LARGE // _MIB):
            writer.write(_PART)
            await writer.drain()
        return
    left = _LARGE
    while left:
        left -= len(await reader.read(min(left, _MIB)))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nread")
    await writer.drain()


async def test_large_bodies_pass_without_being_held(tmp_path: Path) -> None:
    async with (
        raw_upstream(_takes_much) as upstream,
        gateway_process(upstream, tmp_path) as alone,
        aiohttp.ClientSession() as session,
    ):
        before = alone.most_memory_bytes
        async with session.get(f"{alone.base_url}/v1/files/f") as answer:
            received = 0
            async for part in answer.content.iter_any():
                received += len(part)
        assert received == _LARGE
        async with session.post(f"{alone.base_url}/v1/chat/completions", data=_parts(), headers=_SIZED) as answer:
            assert await answer.read() == b"read"
        assert alone.most_memory_bytes - before < 32 * _MIB


_SIZED = {"content-length": str(_LARGE)}


async def _parts() -> AsyncIterator[bytes]:
    for _ in range(_LARGE // _MIB):
        yield _PART


class _Endless:
    """Sends as long as somebody takes it, and counts."""

    def __init__(self) -> None:
        self.sent = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % _ENDLESS)
        while self.sent < _ENDLESS:
            writer.write(_PART)
            await writer.drain()
            self.sent += _MIB


async def _settled(endless: _Endless) -> int:
    """How much was sent when a second passed without more."""
    before = -1
    while endless.sent == 0 or before != endless.sent:
        before = endless.sent
        await asyncio.sleep(1)
    return before


async def test_a_slow_reader_holds_its_upstream_back_and_nobody_else(tmp_path: Path) -> None:
    endless = _Endless()
    async with raw_upstream(endless) as upstream, gateway_process(upstream, tmp_path) as alone:
        before = alone.most_memory_bytes
        host, port = alone.base_url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: 0\r\n\r\n")
        held_at = await _settled(endless)
        async with aiohttp.ClientSession() as session, session.get(f"{alone.base_url}/__understudy/health") as answer:
            assert answer.status == 200
        await asyncio.sleep(0.5)
        assert 0 < held_at == endless.sent < _ENDLESS // 4
        assert alone.most_memory_bytes - before < 32 * _MIB
        writer.close()


class _Dripping:
    """Sends numbered parts with pauses, and says when the first is out."""

    def __init__(self) -> None:
        self.started = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number in range(10):
            writer.write(b"1\r\n%d\r\n" % number)
            await writer.drain()
            self.started.set()
            await asyncio.sleep(0.15)
        writer.write(b"0\r\n\r\n")
        await writer.drain()


async def test_sigterm_finishes_the_stream_that_runs_and_takes_nothing_new(tmp_path: Path) -> None:
    dripping = _Dripping()
    async with (
        raw_upstream(dripping) as upstream,
        gateway_process(upstream, tmp_path) as alone,
        aiohttp.ClientSession() as session,
        session.post(f"{alone.base_url}/v1/chat/completions", json={}) as answer,
    ):
        await dripping.started.wait()
        alone.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"{alone.base_url}/__understudy/health")
        assert alone.process.returncode is None
        assert await answer.read() == b"0123456789"
        assert await asyncio.wait_for(alone.process.wait(), 20) in {0, -signal.SIGTERM}
