import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from proxy.channel import ChannelSender, Hello, Message, Visit, serve_channel, serve_visits, socket_path
from proxy.coverage import Disposition, Ledger
from proxy.errors import UsageError
from proxy.exchange import Door, RawExchange
from proxy.journal import Journal
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
    hello = b"\x00\x00\x00\x1b\x02\x82\xa9source_id\xa1d\xacacknowledged\x00"
    wrong = [b"\xff" * 64, b"\x00\x00\x00\x02\x00no", b"\x00\x00\x00\x02\x01{}", b"\x00\x00\x00\x10\x00half"]
    for junk in (*wrong, b"\x00\x00\x00\x02\x02no", *(hello + one for one in wrong)):
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(junk)
        writer.write_eof()
        async with asyncio.timeout(5):
            assert await reader.read() in {b"", bytes(8)}
        writer.close()
        await writer.wait_closed()
    sender = ChannelSender(path, max_messages=10, max_bytes=10**7)
    running = asyncio.create_task(sender.run())
    sender.offer(raw_exchange())
    await _until(1, messages)
    assert isinstance(messages[0], RawExchange)
    running.cancel()
    server.close()


class Forgetful:
    """A capture process that acknowledges no more than it is told to."""

    def __init__(self) -> None:
        self.hellos: list[Hello] = []
        self.taken: list[str] = []
        self.acknowledged = 0
        self.advanced = asyncio.Event()

    async def receive(self, message: Message) -> None:
        if isinstance(message, RawExchange):
            self.taken.append(message.exchange_id)

    def acknowledge(self, number: int) -> None:
        self.acknowledged = number
        self.advanced.set()

    @asynccontextmanager
    async def welcome(self, hello: Hello) -> AsyncIterator[Visit]:
        self.hellos.append(hello)
        yield self

    async def until(self, taken: list[str]) -> None:
        async with asyncio.timeout(10):
            while self.taken != taken:
                await asyncio.sleep(0.01)


async def _die(server: asyncio.Server) -> None:
    server.close()
    server.close_clients()
    await server.wait_closed()


async def test_what_is_not_acknowledged_takes_room_and_is_sent_again_in_its_order(tmp_path: Path) -> None:
    first, second = Forgetful(), Forgetful()
    path = socket_path(tmp_path)
    server = await serve_visits(path, first.welcome)
    ledger = Ledger("gateway-1")
    sender = ChannelSender(path, max_messages=4, max_bytes=10**7, ledger=ledger)
    running = asyncio.create_task(sender.run())
    assert [sender.offer(raw_exchange(exchange_id=f"{number}")) for number in range(5)] == [True] * 4 + [False]
    await first.until(["0", "1", "2", "3"])
    assert not await sender.flush(timeout_s=0.05)
    assert not sender.offer(raw_exchange(exchange_id="4"))
    first.acknowledge(2)
    async with asyncio.timeout(10):
        while not sender.offer(raw_exchange(exchange_id="4")):
            await asyncio.sleep(0.01)
    await first.until(["0", "1", "2", "3", "4"])
    await _die(server)
    server = await serve_visits(path, second.welcome)
    second.acknowledge(3)
    await second.until(["3", "4"])
    assert first.hellos == [Hello("gateway-1", 0)]
    assert second.hellos == [Hello("gateway-1", 2)]
    second.acknowledge(5)
    assert await sender.flush(timeout_s=10)
    running.cancel()
    await _die(server)


async def test_the_doors_ledger_is_settled_by_acknowledgements_and_told_again_to_the_next_capture_process(
    tmp_path: Path,
) -> None:
    capture = Forgetful()
    path = socket_path(tmp_path)
    journal = Journal.create(tmp_path / "gateway-1.door")
    ledger = Ledger("gateway-1", mirror=journal)
    sender = ChannelSender(path, max_messages=4, max_bytes=10**7, ledger=ledger)
    raw = raw_exchange()
    ledger.count(Disposition.SEEN, at=raw.started_at, door=raw.door, route="chat")
    assert len(ledger.changed()) == 1
    sender.offer(raw)
    server = await serve_visits(path, capture.welcome)
    running = asyncio.create_task(sender.run())
    await capture.until([raw.exchange_id])
    assert len(ledger.changed()) == 1
    assert ledger._open
    capture.acknowledge(1)
    assert await sender.flush(timeout_s=10)
    assert not ledger._open
    running.cancel()
    await _die(server)
    journal.close()


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
