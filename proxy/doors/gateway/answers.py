"""The few answers that are the gateway's own. Knows nothing of upstreams."""

import json
from typing import Any

from proxy.wire.asgi import Send


async def answer(send: Send, status: int, payload: dict[str, Any]) -> None:
    """Send a whole JSON reply of the gateway's own."""
    body = json.dumps(payload).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def problem(code: str, message: str) -> dict[str, Any]:
    """An error in the shape that OpenAI clients read; `code` tells it from production's own errors."""
    return {"error": {"message": message, "type": "gateway", "code": code}}
