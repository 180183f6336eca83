"""An interceptor in a process of its own, before any upstream or as a forward proxy, with what its channel carried."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from proxy.channel import ChannelSender, Message, serve_channel, socket_path
from proxy.coverage import Ledger
from proxy.wire.asgi import HEALTH_PATH
from tests.integration.gateways import Caught

_ROOT = Path(__file__).parents[2]


@dataclass
class Intercepted(Caught):
    """As `Caught`, with the process and its authority's certificate."""

    process: asyncio.subprocess.Process | None = None
    authority: Path = Path()

    @property
    def memory_bytes(self) -> int:
        """The largest resident size so far."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


@asynccontextmanager
async def interceptor(
    folder: Path,
    *,
    upstream: str = "",
    hosts: Sequence[str] = (),
    upstream_ca: Path | None = None,
    has_capture: bool = True,
) -> AsyncIterator[Intercepted]:
    """mitmdump with the addon; without capture, its channel fills and nobody reads."""
    caught = Intercepted("", authority=folder / "ca" / "mitmproxy-ca-cert.pem")

    async def receive(message: Message) -> None:
        caught.messages.append(message)

    listening = await serve_channel(socket_path(folder), receive) if has_capture else None
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    caught.base_url = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.intercepting",
        str(folder), str(port), upstream, ",".join(hosts), str(upstream_ca or ""),
        cwd=_ROOT, env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    caught.process = process
    try:
        await _wait_until_healthy(caught.base_url, process)
        yield caught
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 60)
        if listening is not None:
            await asyncio.sleep(0.05)
            listening.close()


async def _wait_until_healthy(base_url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None, "the interceptor ended at its start"
            try:
                async with session.get(f"{base_url}{HEALTH_PATH}") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.1)


def _main(folder: str, port: str, upstream: str, hosts: str, upstream_ca: str) -> None:
    from proxy.doors.interceptor import Interception, Interceptor, run

    state = Path(folder)
    addon = Interceptor(
        channel=ChannelSender(socket_path(state), max_messages=1000, max_bytes=2**26),
        ledger=Ledger("interceptor"),
        max_capture_bytes=2**20,
        hidden_headers=frozenset({"x-understudy-category"}),
        hosts=tuple(filter(None, hosts.split(","))),
    )
    run(
        addon,
        Interception(
            confdir=state / "ca",
            upstream=upstream,
            port=int(port),
            upstream_ca=Path(upstream_ca) if upstream_ca else None,
        ),
    )


if __name__ == "__main__":
    _main(*sys.argv[1:])
