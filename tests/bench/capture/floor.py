"""The floor below the gateway: the least that passes a request on with uvicorn and aiohttp. It promises nothing.

No tee, no eye on the client, no hop-by-hop rules, no limits, no second upstream. What the gateway takes beyond this is
ours; what this takes beyond direct is the interpreter's, the server's and the client library's.
"""

import os
from collections.abc import AsyncIterator

import aiohttp
from yarl import URL

from proxy.doors.gateway.limits import Limits
from proxy.doors.gateway.session import open_session
from proxy.wire.asgi import Receive, Scope, Send

UPSTREAM_VARIABLE = "FLOOR_UPSTREAM"
_sessions: list[aiohttp.ClientSession] = []


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass one request on, and its reply back as it comes."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    url = URL(os.environ[UPSTREAM_VARIABLE] + scope["raw_path"].decode(), encoded=True)
    headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
    async with _sessions[0].request(scope["method"], url, headers=headers, data=_body(receive)) as response:
        await send({"type": "http.response.start", "status": response.status, "headers": response.raw_headers})
        async for data in response.content.iter_any():
            await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body"})


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    async with open_session(Limits()) as session:
        _sessions.append(session)
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        yield message.get("body", b"")
