"""The bounded channel from a door to the capture process: length-prefixed frames on a Unix socket.

The door's side never waits: what does not fit is refused at once and counted by the caller. Raw exchanges hold
personal data; the socket is readable by its owner alone and nothing is written to disk.
"""

import asyncio
import contextlib
import logging
import os
import struct
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec

from proxy.coverage import LedgerEntry
from proxy.errors import BadRecord, UsageError
from proxy.exchange import RawExchange

_LOG = logging.getLogger(__name__)
_HEADER = struct.Struct(">IB")
_RAW, _ENTRY = 0, 1
_MAX_FRAME_BYTES = 536_870_912
_RETRY_S = 0.5
_MAX_PATH_BYTES = 100

type Message = RawExchange | LedgerEntry

_encode = msgspec.msgpack.Encoder().encode
_decode_raw = msgspec.msgpack.Decoder(RawExchange).decode


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
    """The door's side. Reconnects for as long as it lives; keeps at most `max_messages` and `max_bytes` meanwhile."""

    def __init__(self, path: Path, *, max_messages: int, max_bytes: int) -> None:
        self._path = path
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    def offer(self, raw: RawExchange) -> bool:
        """Hand over an exchange; False when the channel is full. Never waits."""
        return self._put(_RAW, _encode(raw), is_bounded=True)

    def note(self, entry: LedgerEntry) -> None:
        """Hand over a ledger entry; small and few, so these are never refused."""
        self._put(_ENTRY, entry.to_bytes(), is_bounded=False)

    def _put(self, kind: int, payload: bytes, *, is_bounded: bool) -> bool:
        is_full = len(self._waiting) >= self._max_messages or self._bytes + len(payload) > self._max_bytes
        if is_bounded and is_full:
            return False
        frame = _HEADER.pack(len(payload), kind) + payload
        self._waiting.append(frame)
        self._bytes += len(frame)
        self._drained.clear()
        self._filled.set()
        return True

    async def run(self) -> None:
        """Send what is offered until cancelled; a broken connection is made again."""
        while True:
            try:
                _, writer = await asyncio.open_unix_connection(str(self._path))
            except OSError:
                await asyncio.sleep(_RETRY_S)
                continue
            try:
                await self._send(writer)
            except OSError as error:
                _LOG.warning("the capture process went away (%s); connecting again", type(error).__name__)
            finally:
                writer.close()

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        while True:
            while self._waiting:
                writer.write(self._waiting[0])
                await writer.drain()
                self._bytes -= len(self._waiting.popleft())
            self._drained.set()
            self._filled.clear()
            await self._filled.wait()

    async def flush(self, *, timeout_s: float) -> bool:
        """Wait until all has been handed to the capture process; False when time ran out."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._drained.wait()
        return not self._waiting


async def serve_channel(path: Path, receive: Callable[[Message], Awaitable[None]]) -> asyncio.Server:
    """The capture process's side: every message of every door, in order per door, awaited one by one.

    Args:
        receive: Waiting in it holds the door's side back, whose own bound then holds.
    """

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async for message in _messages(reader):
                await receive(message)
        except BadRecord as error:
            _LOG.error("a door sent what is no frame (%s); its connection is closed", error)
        finally:
            writer.close()

    before = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(converse, str(path), limit=2**20)
    finally:
        os.umask(before)


async def _messages(reader: asyncio.StreamReader) -> AsyncIterator[Message]:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            size, kind = _HEADER.unpack(await reader.readexactly(_HEADER.size))
            if size > _MAX_FRAME_BYTES:
                raise BadRecord("the frame is too large")
            yield _decoded(kind, await reader.readexactly(size))


def _decoded(kind: int, payload: bytes) -> Message:
    if kind == _ENTRY:
        return LedgerEntry.from_bytes(payload)
    try:
        return _decode_raw(payload)
    except msgspec.DecodeError:
        raise BadRecord("the frame holds no raw exchange") from None
