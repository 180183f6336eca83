"""The tap behind a real server: it answers at once whatever becomes of the capture side."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from proxy.channel import ChannelSender, serve_channel, socket_path
from proxy.coverage import Ledger, LedgerEntry
from proxy.doors.tap import Tap
from proxy.exchange import Door, ExchangeOutcome
from tests.integration.gateways import Caught, served

_CHAT = "/v1/chat/completions"
_BODY = {"model": "m", "messages": [{"role": "user", "content": "Where is order 7?"}]}


@asynccontextmanager
async def _tap(folder: Path, *, has_capture: bool = True, max_messages: int = 100) -> AsyncIterator[Caught]:
    caught = Caught("")

    async def receive(message: Any) -> None:
        caught.messages.append(message)

    path = socket_path(folder)
    listening = await serve_channel(path, receive) if has_capture else None
    app = Tap(
        channel=ChannelSender(path, max_messages=max_messages, max_bytes=2**20),
        ledger=Ledger("tap"),
        max_capture_bytes=1024,
        keep_headers=frozenset({"x-session-id"}),
    )
    try:
        async with served(app) as base_url:
            caught.base_url = base_url
            yield caught
        await asyncio.sleep(0.05)
    finally:
        if listening is not None:
            listening.close()


async def _post(session: aiohttp.ClientSession, url: str, **options: Any) -> int:
    async with session.post(url, **options) as response:
        assert await response.read() == b""
        return response.status


async def test_a_mirrored_request_comes_out_of_the_channel_without_credentials(tmp_path: Path) -> None:
    headers = {"Authorization": "Bearer sk-secret", "X-Session-Id": "s-1"}
    async with _tap(tmp_path) as caught, aiohttp.ClientSession() as session:
        assert await _post(session, f"{caught.base_url}/team-a{_CHAT}?a=b", json=_BODY, headers=headers) == 204
        (raw,) = await caught.wait_for(1)
    assert (raw.door, raw.method, raw.path) == (Door.TAP, "POST", f"/team-a{_CHAT}")
    assert (raw.outcome, raw.status, raw.reply) == (ExchangeOutcome.NO_REPLY, 0, ())
    assert json.loads(raw.body) == _BODY
    assert dict(raw.headers)["x-session-id"] == "s-1"
    assert "sk-secret" not in repr(raw)
    assert caught.counts == {"seen": 1}


async def test_what_is_not_captured_is_answered_alike_and_counted(tmp_path: Path) -> None:
    async with _tap(tmp_path) as caught, aiohttp.ClientSession() as session:
        for path, options in (
            ("/v1/models", {"json": {}}),
            (_CHAT, {"data": b"x" * 5000}),
            (_CHAT, {"json": _BODY, "headers": {"X-Understudy-Replay": "candidate"}}),
        ):
            assert await _post(session, caught.base_url + path, **options) == 204
        async with session.get(f"{caught.base_url}/__understudy/health") as response:
            assert response.status == 200
    assert caught.raws == []
    entries = [message for message in caught.messages if isinstance(message, LedgerEntry)]
    assert sorted((entry.route, entry.reason or entry.disposition, entry.requests) for entry in entries) == [
        ("chat", "own_replay", 1),
        ("chat", "seen", 2),
        ("chat", "too_large", 1),
        ("other", "other_route", 1),
        ("other", "seen", 1),
    ]


async def test_a_mirror_that_gives_up_half_way_is_counted_as_broken_off(tmp_path: Path) -> None:
    async with _tap(tmp_path) as caught:
        host, _, port = caught.base_url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST {_CHAT} HTTP/1.1\r\nhost: tap\r\ncontent-length: 100\r\n\r\nhalf".encode())
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.close()
        await asyncio.sleep(0.1)
    assert caught.counts == {"seen": 1, "dropped:broken_off": 1}


async def test_a_full_channel_drops_and_never_waits(tmp_path: Path) -> None:
    async with _tap(tmp_path, has_capture=False, max_messages=3) as caught, aiohttp.ClientSession() as session:
        async with asyncio.timeout(10):
            statuses = [await _post(session, caught.base_url + _CHAT, json=_BODY) for _ in range(10)]

        async def receive(message: Any) -> None:
            caught.messages.append(message)

        listening = await serve_channel(socket_path(tmp_path), receive)
        await caught.wait_for(3)
    listening.close()
    assert statuses == [204] * 10
    assert len(caught.raws) == 3
    assert caught.counts == {"seen": 10, "dropped:channel_full": 7}
