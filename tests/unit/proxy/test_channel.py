import asyncio
import os
from pathlib import Path

import pytest

from proxy.channel import ChannelSender, Message, serve_channel, socket_path
from proxy.coverage import Disposition, Ledger
from proxy.errors import UsageError
from proxy.exchange import Door, RawExchange
from tests.records import raw_exchange


async def _until(count: int, messages: list[Message]) -> None:
    async with asyncio.timeout(10):
        while len(messages) < count:
            await asyncio.sleep(0.01)


async def test_messages_arrive_whole_and_in_order(tmp_path: Path) -> None:
    messages: list[Message] = []

    async def receive(message: Message) -> None:
        messages.append(message)

    path = socket_path(tmp_path)
    server = await serve_channel(path, receive)
    sender = ChannelSender(path, max_messages=10, max_bytes=10**7)
    running = asyncio.create_task(sender.run())
    sent = [raw_exchange(exchange_id=f"{number}", body=os.urandom(200_000)) for number in range(5)]
    assert all(sender.offer(raw) for raw in sent)
    ledger = Ledger("door")
    ledger.count(Disposition.SEEN, at=0, door=Door.GATEWAY, route="chat")
    entry = ledger.changed()[0]
    sender.note(entry)
    assert await sender.flush(timeout_s=10)
    await _until(6, messages)
    assert messages == [*sent, entry]
    running.cancel()
    server.close()


async def test_a_full_channel_refuses_the_newest_and_never_waits(tmp_path: Path) -> None:
    sender = ChannelSender(socket_path(tmp_path), max_messages=2, max_bytes=10**7)
    assert [sender.offer(raw_exchange()) for _ in range(4)] == [True, True, False, False]


async def test_the_bytes_that_wait_are_bounded_too(tmp_path: Path) -> None:
    sender = ChannelSender(socket_path(tmp_path), max_messages=1000, max_bytes=10_000)
    assert [sender.offer(raw_exchange(body=b"x" * 6_000)) for _ in range(3)] == [True, False, False]


async def test_what_waits_is_sent_when_the_capture_process_comes_back(tmp_path: Path) -> None:
    messages: list[Message] = []

    async def receive(message: Message) -> None:
        messages.append(message)

    path = socket_path(tmp_path)
    sender = ChannelSender(path, max_messages=10, max_bytes=10**7)
    running = asyncio.create_task(sender.run())
    assert sender.offer(raw_exchange())
    assert not await sender.flush(timeout_s=0.2)
    server = await serve_channel(path, receive)
    await _until(1, messages)
    assert await sender.flush(timeout_s=5)
    running.cancel()
    server.close()


async def test_wrong_bytes_close_the_connection_and_not_the_server(tmp_path: Path) -> None:
    messages: list[Message] = []

    async def receive(message: Message) -> None:
        messages.append(message)

    path = socket_path(tmp_path)
    server = await serve_channel(path, receive)
    for junk in (b"\xff" * 64, b"\x00\x00\x00\x02\x00no", b"\x00\x00\x00\x02\x01{}", b"\x00\x00\x00\x10\x00half"):
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(junk)
        writer.write_eof()
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
    sender = ChannelSender(path, max_messages=10, max_bytes=10**7)
    running = asyncio.create_task(sender.run())
    sender.offer(raw_exchange())
    await _until(1, messages)
    assert isinstance(messages[0], RawExchange)
    running.cancel()
    server.close()


async def test_only_the_owner_may_use_the_socket(tmp_path: Path) -> None:
    async def receive(_message: Message) -> None:
        return

    path = socket_path(tmp_path)
    server = await serve_channel(path, receive)
    assert path.stat().st_mode & 0o077 == 0
    server.close()


def test_a_path_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="too long"):
        socket_path(tmp_path / ("x" * 120))
