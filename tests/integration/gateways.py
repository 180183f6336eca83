"""A gateway in the test's own loop, before any upstream, with what its channel carried."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from proxy.channel import ChannelSender, Message, serve_channel, socket_path
from proxy.coverage import Ledger, LedgerEntry
from proxy.doors.gateway import Gateway
from proxy.exchange import RawExchange


@dataclass
class Caught:
    """What came out of the channel, and where the gateway is."""

    base_url: str
    messages: list[Message] = field(default_factory=list)

    @property
    def raws(self) -> list[RawExchange]:
        return [message for message in self.messages if isinstance(message, RawExchange)]

    @property
    def counts(self) -> dict[str, int]:
        """Requests by disposition and reason."""
        found: dict[str, int] = {}
        for entry in self.messages:
            if isinstance(entry, LedgerEntry):
                found[":".join(filter(None, (entry.disposition, entry.reason)))] = entry.requests
        return found

    async def wait_for(self, raws: int) -> list[RawExchange]:
        async with asyncio.timeout(10):
            while len(self.raws) < raws:
                await asyncio.sleep(0.01)
        return self.raws


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """An ASGI application on a free loopback port of this loop; gives its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, log_config=None, server_header=False, date_header=False, timeout_graceful_shutdown=2, ws="none"
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


@asynccontextmanager
async def gateway(
    upstream: str, folder: Path, *, has_capture: bool = True, max_messages: int = 1000, max_capture_bytes: int = 2**20
) -> AsyncIterator[Caught]:
    """A gateway before `upstream`; without capture, its channel fills and nobody reads."""
    caught = Caught("")

    async def receive(message: Message) -> None:
        caught.messages.append(message)

    path = socket_path(folder)
    listening = await serve_channel(path, receive) if has_capture else None
    app = Gateway(
        upstream=upstream,
        channel=ChannelSender(path, max_messages=max_messages, max_bytes=2**26),
        ledger=Ledger("gateway"),
        max_capture_bytes=max_capture_bytes,
        hidden_headers=frozenset({"x-understudy-category"}),
    )
    async with served(app) as base_url:
        caught.base_url = base_url
        yield caught
    if listening is not None:
        await asyncio.sleep(0.05)
        listening.close()
