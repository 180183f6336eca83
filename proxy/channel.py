"""The bounded channel from a door to the capture process: length-prefixed frames on a Unix socket, acknowledged.

The door's side never waits: what does not fit is refused at once and counted by the caller. It keeps every exchange
until the capture process has acknowledged it, and sends again what a capture process that died had not. Raw exchanges
hold personal data; the socket is readable by its owner alone and nothing is written to disk.

A door says hello with its name and the number of exchanges that it knows to be acknowledged. From then on the capture
process answers with running numbers, the first one at once: how many exchanges of that door it has done with. Exchanges
come in their order and are numbered by it, so a frame carries no number. Ledger entries have none: a door's journal
keeps what they say.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import struct
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from proxy.coverage import Ledger, LedgerEntry
from proxy.errors import BadRecord, Unavailable, UsageError
from proxy.exchange import RawExchange

_LOG = logging.getLogger(__name__)
_HEADER = struct.Struct(">IB")
_NUMBER = struct.Struct(">Q")
_RAW, _ENTRY, _HELLO = 0, 1, 2
_MAX_FRAME_BYTES = 536_870_912
_RETRY_S = 0.5
_ACKNOWLEDGE_S = 0.01
"""Acknowledgements are gathered for so long; short against the time that a full channel takes to fill."""

_MAX_PATH_BYTES = 100

type Message = RawExchange | LedgerEntry


class Hello(msgspec.Struct, frozen=True):
    """A door's first frame on a connection.

    Attributes:
        source_id: The door's, as in its ledger.
        acknowledged: Exchanges that the door knows to be acknowledged.
    """

    source_id: str
    acknowledged: int


class Visit(Protocol):
    """One door's conversation with the capture process."""

    @property
    def acknowledged(self) -> int:
        """Exchanges of the door, from its first on, that need not be sent again."""
        ...

    @property
    def advanced(self) -> asyncio.Event:
        """Set when that number has grown."""
        ...

    async def receive(self, message: Message) -> None:
        """Take the next message; waiting here holds the door's side back, whose own bound then holds."""
        ...


type Welcome = Callable[[Hello], AbstractAsyncContextManager[Visit]]
"""Opens the visit of a door. Its first exchange is the one after those that the visit has acknowledged when it opens.

Raises:
    BadRecord, Unavailable: the door cannot be received now; it will try again.
"""

_encode = msgspec.msgpack.Encoder().encode
_decode_raw = msgspec.msgpack.Decoder(RawExchange).decode
_decode_hello = msgspec.msgpack.Decoder(Hello).decode


def socket_path(state_dir: Path) -> Path:
    """Where the capture process listens; the folder is made.

    Raises:
        UsageError: the path is longer than a Unix socket's name may be.
    """
    path = state_dir.resolve() / "capture.sock"
    path.parent.mkdir(parents=True, exist_ok=True)
    if len(os.fsencode(path)) > _MAX_PATH_BYTES:
        message = f"the state folder's path is too long for a Unix socket ({path}); choose a shorter one"
        raise UsageError(message)
    return path


class ChannelSender:
    """The door's side. Reconnects for as long as it lives.

    Args:
        max_messages: Bound of what is not acknowledged, sent or not.
        max_bytes: The same in bytes.
        ledger: The door's; it is told of every exchange that was acknowledged.
    """

    def __init__(self, path: Path, *, max_messages: int, max_bytes: int, ledger: Ledger | None = None) -> None:
        self._path = path
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._ledger = ledger
        self._source_id = ledger.source_id if ledger else f"door-{secrets.token_hex(8)}"
        # Frames with the arrival of their request; a ledger entry has none.
        self._waiting: deque[tuple[bytes, float | None]] = deque()
        self._sent: deque[tuple[bytes, float | None]] = deque()
        self._bytes = 0
        self._acknowledged = 0
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self.is_connected = False

    def offer(self, raw: RawExchange) -> bool:
        """Hand over an exchange; False when the channel is full. Never waits."""
        if len(self._waiting) + len(self._sent) >= self._max_messages:
            return False
        payload = _encode(raw)
        if self._bytes + len(payload) > self._max_bytes:
            return False
        self._put(_RAW, payload, at=raw.started_at)
        return True

    def note(self, entry: LedgerEntry) -> None:
        """Hand over a ledger entry; small and few, so these are never refused."""
        self._put(_ENTRY, entry.to_bytes(), at=None)

    def _put(self, kind: int, payload: bytes, *, at: float | None) -> None:
        frame = _HEADER.pack(len(payload), kind) + payload
        self._waiting.append((frame, at))
        self._bytes += len(frame)
        self._drained.clear()
        self._filled.set()

    async def run(self) -> None:
        """Send what is offered until cancelled; a broken connection is made again."""
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(str(self._path))
                try:
                    await self._converse(reader, writer)
                finally:
                    self._break_off(writer)
                _LOG.warning("the capture process went away; connecting again")
            await asyncio.sleep(_RETRY_S)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send and hear until the capture process ends."""
        hello = _encode(Hello(self._source_id, self._acknowledged))
        writer.write(_HEADER.pack(len(hello), _HELLO) + hello)
        with contextlib.suppress(asyncio.IncompleteReadError):
            self._let_go(await _number(reader))
            self.is_connected = True
            if self._ledger is not None:
                self._ledger.retell()
            sending = asyncio.create_task(self._send(writer))
            try:
                while True:
                    self._let_go(await _number(reader))
            finally:
                sending.cancel()
                await asyncio.wait([sending])

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):  # whoever hears the acknowledgements notices too
            while True:
                while self._waiting:
                    frame, at = self._waiting.popleft()
                    writer.write(frame)
                    if at is None:
                        self._bytes -= len(frame)
                    else:
                        self._sent.append((frame, at))
                    await writer.drain()
                self._note_drained()
                self._filled.clear()
                await self._filled.wait()

    def _let_go(self, acknowledged: int) -> None:
        """Forget what the capture process has done with; a number that is larger than ours is of frames still held."""
        held = self._sent or self._waiting
        while self._acknowledged < acknowledged and held:
            frame, at = held.popleft()
            self._bytes -= len(frame)
            if at is None:
                continue
            self._acknowledged += 1
            if self._ledger is not None:
                self._ledger.settle(at=at)
            held = self._sent or self._waiting
        self._note_drained()

    def _note_drained(self) -> None:
        if not self._waiting and not self._sent:
            self._drained.set()

    def _break_off(self, writer: asyncio.StreamWriter) -> None:
        self.is_connected = False
        writer.close()
        self._waiting.extendleft(reversed(self._sent))
        self._sent.clear()

    async def flush(self, *, timeout_s: float) -> bool:
        """Wait until the capture process has acknowledged all; False when time ran out."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._drained.wait()
        return not self._waiting and not self._sent


async def _number(reader: asyncio.StreamReader) -> int:
    number: int = _NUMBER.unpack(await reader.readexactly(_NUMBER.size))[0]
    return number


async def serve_channel(path: Path, receive: Callable[[Message], Awaitable[None]]) -> asyncio.Server:
    """Every message of every door, in order per door; an exchange is acknowledged when `receive` returns."""
    return await serve_visits(path, partial(_plain_visit, receive))


async def serve_visits(path: Path, welcome: Welcome) -> asyncio.Server:
    """The capture process's side: a visit for every connection of a door, its messages in order, awaited one by one."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                await _host(reader, writer, welcome)
        except BadRecord as error:
            _LOG.error("a door sent what is no frame (%s); its connection is closed", error)
        except Unavailable as error:
            _LOG.error("a door was turned away: %s", error)
        finally:
            writer.close()

    before = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(converse, str(path), limit=2**20)
    finally:
        os.umask(before)


async def _host(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: Welcome) -> None:
    kind, payload = await _frame(reader)
    if kind != _HELLO:
        raise BadRecord("the first frame is no hello")
    async with welcome(_decoded_hello(payload)) as visit:
        # Before anything is awaited, since the door numbers what it sends from here.
        writer.write(_NUMBER.pack(visit.acknowledged))
        acknowledging = asyncio.create_task(_acknowledge(visit, writer))
        try:
            while True:
                await visit.receive(_decoded(*await _frame(reader)))
        finally:
            acknowledging.cancel()
            await asyncio.wait([acknowledging])


async def _acknowledge(visit: Visit, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while True:
            await visit.advanced.wait()
            visit.advanced.clear()
            writer.write(_NUMBER.pack(visit.acknowledged))
            await writer.drain()
            await asyncio.sleep(_ACKNOWLEDGE_S)


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    size, kind = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if size > _MAX_FRAME_BYTES:
        raise BadRecord("the frame is too large")
    return kind, await reader.readexactly(size)


def _decoded(kind: int, payload: bytes) -> Message:
    if kind == _ENTRY:
        return LedgerEntry.from_bytes(payload)
    try:
        return _decode_raw(payload)
    except msgspec.DecodeError:
        raise BadRecord("the frame holds no raw exchange") from None


def _decoded_hello(payload: bytes) -> Hello:
    try:
        return _decode_hello(payload)
    except msgspec.DecodeError:
        raise BadRecord("the first frame is no hello") from None


class _PlainVisit:
    """Acknowledges what `receive` has returned from."""

    def __init__(self, receive: Callable[[Message], Awaitable[None]], *, acknowledged: int) -> None:
        self._receive = receive
        self.acknowledged = acknowledged
        self.advanced = asyncio.Event()

    async def receive(self, message: Message) -> None:
        await self._receive(message)
        if isinstance(message, RawExchange):
            self.acknowledged += 1
            self.advanced.set()


@asynccontextmanager
async def _plain_visit(receive: Callable[[Message], Awaitable[None]], hello: Hello) -> AsyncIterator[Visit]:
    yield _PlainVisit(receive, acknowledged=hello.acknowledged)
