"""An upstream that answers every request with a stream of 20 chunks at 5 ms, each due at a time of its own.

Run as `python -m tests.bench.capture.paced PORT`. A late chunk does not delay the next one, so that what a hop adds
shows and does not add up. One system call for each chunk and nothing else: at 50 streams it takes a fifth of a core.
"""

import asyncio
import re
import sys
from typing import cast

import uvloop

CHUNKS = 20
GAP_S = 0.005
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def event(number: int) -> bytes:
    """One event of the stream, as server-sent."""
    reason = '"stop"' if number == CHUNKS - 1 else "null"
    data = (
        '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":'
        f'[{{"index":0,"delta":{{"content":" word {number}"}},"finish_reason":{reason}}}]}}'
    )
    done = "data: [DONE]\n\n" if number == CHUNKS - 1 else ""
    return f"data: {data}\n\n{done}".encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_PARTS = [_chunk(event(number)) for number in range(CHUNKS)]
_PARTS[0] = _HEAD + _PARTS[0]
_PARTS[-1] += b"0\r\n\r\n"


class _Stream(asyncio.Protocol):
    """One connection; a request may follow once the reply before it has ended."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and len(body) >= (int(length.group(1)) if length else 0):
            self._received = b""
            self._send(0, self._loop.time())

    def _send(self, number: int, began: float) -> None:
        if number and self._transport is not None:
            self._transport.write(_PARTS[number - 1])
        if number < CHUNKS:
            self._loop.call_at(began + (number + 1) * GAP_S, self._send, number + 1, began)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Stream, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
