"""The head of a request's body, held back while it is not known where the body goes. Only by-model routing needs it."""

from collections.abc import AsyncGenerator, AsyncIterator

import msgspec

HELD_BYTES = 16_777_216
"""A body that names no model within so many bytes goes the way of its path."""


class _Named(msgspec.Struct):
    """The one field of a request that routing reads; all others are skipped unread."""

    model: str = ""


_DECODE = msgspec.json.Decoder(_Named).decode


def model_of(body: bytes) -> str:
    """The model that a JSON body names; empty when it names none or is no JSON."""
    try:
        return _DECODE(body).model
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


async def read_head(body: AsyncIterator[bytes]) -> list[bytes]:
    """The whole body, or its beginning beyond `HELD_BYTES`; what comes after stays unread."""
    held: list[bytes] = []
    size = 0
    async for data in body:
        held.append(data)
        size += len(data)
        if size > HELD_BYTES:
            break
    return held


async def after(held: list[bytes], rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """A body as it came: what was held, then what is left."""
    for data in held:
        yield data
    async for data in rest:
        yield data
