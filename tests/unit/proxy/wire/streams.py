"""Replies as servers send them, built from payloads: streams of events and whole bodies."""

import json
from typing import Any

from proxy.exchange import Chunk, Shape
from proxy.wire.assemble import Assembly, read_reply

DONE = b"data: [DONE]\n\n"


def event_bytes(payload: dict[str, Any], *, name: str = "") -> bytes:
    """One event on the wire."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(payload)}\n\n".encode()


def read_stream(shape: Shape, *payloads: dict[str, Any], done: bool = False) -> Assembly:
    """The reply of a stream whose `number`th event arrives at `number` ns."""
    chunks = [Chunk(number, event_bytes(payload)) for number, payload in enumerate(payloads)]
    return read_reply(shape, streamed=True, chunks=[*chunks, *([Chunk(len(chunks), DONE)] if done else [])])


def read_whole(shape: Shape, payload: dict[str, Any]) -> Assembly:
    """The reply of a body that arrives at 7 ns."""
    return read_reply(shape, streamed=False, chunks=[Chunk(7, json.dumps(payload).encode())])


def chat_chunk(delta: dict[str, Any], *, index: int = 0, **more: Any) -> dict[str, Any]:
    """A chat chunk with one choice."""
    choice = {"index": index, "delta": delta, "finish_reason": None, "logprobs": None}
    return {"object": "chat.completion.chunk", "model": "m", "choices": [choice | more]}
