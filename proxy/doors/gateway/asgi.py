"""The ASGI types of the door and the few answers that are its own. Knows nothing of upstreams."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def answer(send: Send, status: int, payload: dict[str, Any]) -> None:
    """Send a whole JSON reply of the gateway's own."""
    body = json.dumps(payload).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def problem(code: str, message: str) -> dict[str, Any]:
    """An error in the shape that OpenAI clients read; `code` tells it from production's own errors."""
    return {"error": {"message": message, "type": "gateway", "code": code}}
