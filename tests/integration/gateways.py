"""A gateway in the test's own loop or in a process of its own, before any upstream, with what its channel carried."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn

from proxy.channel import ChannelSender, Message, serve_channel, socket_path
from proxy.coverage import Ledger, LedgerEntry
from proxy.doors.gateway import Gateway, Limits
from proxy.exchange import RawExchange
from proxy.wire.asgi import HEALTH_PATH


@dataclass
class Caught:
    """What came out of the channel, and where the gateway is."""

    base_url: str
    messages: list[Message] = field(default_factory=list)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, for raw connections."""
        host, _, port = self.base_url.removeprefix("http://").rpartition(":")
        return host, int(port)

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

    async def wait_for_count(self, name: str, count: int) -> None:
        async with asyncio.timeout(10):
            while self.counts.get(name, 0) < count:
                await asyncio.sleep(0.01)

    async def wait_for(self, raws: int) -> list[RawExchange]:
        async with asyncio.timeout(10):
            while len(self.raws) < raws:
                await asyncio.sleep(0.01)
        return self.raws


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """An ASGI application on a free loopback port of this loop; gives its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(
            app, log_config=None, server_header=False, date_header=False, timeout_graceful_shutdown=2
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
    upstream: str,
    folder: Path,
    *,
    has_capture: bool = True,
    max_messages: int = 1000,
    max_capture_bytes: int = 2**20,
    routes: Mapping[str, Sequence[str]] | None = None,
    models: Mapping[str, Sequence[str]] | None = None,
    limits: Limits | None = None,
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
        routes=routes,
        models=models,
        limits=limits,
    )
    async with served(app) as base_url:
        caught.base_url = base_url
        yield caught
    if listening is not None:
        await asyncio.sleep(0.05)
        listening.close()


type Converse = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_upstream(converse: Converse) -> AsyncIterator[str]:
    """An upstream that speaks bytes; gives its base URL. A conversation that the other side breaks just ends."""

    async def tolerate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(tolerate, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@dataclass(frozen=True)
class Alone:
    """A gateway in a process of its own."""

    base_url: str
    process: asyncio.subprocess.Process

    @property
    def most_memory_bytes(self) -> int:
        """The largest resident size so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


@asynccontextmanager
async def gateway_process(upstream: str, folder: Path) -> AsyncIterator[Alone]:
    """`understudy gateway` before `upstream`; ended by SIGTERM when it still runs."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        "UNDERSTUDY_PROXY_PORT": str(port),
        "UNDERSTUDY_PROXY_UPSTREAM": upstream,
        "UNDERSTUDY_PROXY_STATE_DIR": str(folder),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "analytics.cli",
        "gateway",
        env=os.environ | environment,
        cwd=Path(__file__).parents[2],
        stderr=asyncio.subprocess.DEVNULL,
    )
    alone = Alone(f"http://127.0.0.1:{port}", process)
    try:
        await _wait_until_healthy(alone.base_url)
        yield alone
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 45)


async def _wait_until_healthy(base_url: str) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{base_url}{HEALTH_PATH}") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.1)
