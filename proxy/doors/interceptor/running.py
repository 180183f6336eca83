"""mitmdump with the addon in it, from its start to its drain. The only place that sets mitmproxy's options."""
# mitmproxy leaves the calls of its master, its options and its addons untyped.
# mypy: allow-untyped-calls

import asyncio
import logging
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.exceptions import OptionsError
from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from proxy.doors.interceptor.addon import Interceptor
from proxy.doors.interceptor.hosts import patterns_of
from proxy.errors import UsageError

_DRAIN_S = 30.0
_POLL_S = 0.05
_SILENCE_S = 3_600


@dataclass(frozen=True, slots=True)
class Interception:
    """Where mitmproxy stands between clients and production.

    Attributes:
        upstream: Base URL that every request goes to; empty for a forward proxy, which clients name as theirs.
        host: Address to listen on. A forward proxy beyond loopback serves whoever reaches it.
        port: Port to listen on.
        confdir: Folder of the certificate authority; made on first use, readable by its owner alone.
        upstream_ca: PEM file of the authority that signed production's certificate; None for the public ones.
    """

    confdir: Path
    upstream: str = ""
    host: str = "127.0.0.1"
    port: int = 8404
    upstream_ca: Path | None = None


def run(interceptor: Interceptor, interception: Interception) -> None:
    """Serve until SIGTERM or SIGINT; replies under way are finished first, for up to 30 s.

    Raises:
        UsageError: the address is taken, the upstream is no URL, or a forward proxy was given no hosts.
    """
    asyncio.run(_serve(interceptor, interception))


async def _serve(interceptor: Interceptor, interception: Interception) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    master = await _open_master(interceptor, interception)
    listening = _Listening()
    master.addons.add(interceptor, listening)
    async with interceptor.kept_books():
        serving = asyncio.create_task(master.run())
        await _until(listening.started, serving)
        problem = _problem(master)
        if not problem:
            await _until(stopping, serving)
            await _drain(master, interceptor)
        master.shutdown()
        await serving
    if problem:
        message = f"cannot listen on {interception.host}:{interception.port} ({problem}); choose another address"
        raise UsageError(message)


async def _until(happened: asyncio.Event, serving: asyncio.Task[None]) -> None:
    """Wait for the event, or for mitmproxy's own end."""
    waiting = asyncio.create_task(happened.wait())
    await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _drain(master: DumpMaster, interceptor: Interceptor) -> None:
    """Accept nothing new, then wait for the replies under way."""
    master.options.update(server=False)
    try:
        async with asyncio.timeout(_DRAIN_S):
            while interceptor.open_requests:  # noqa: ASYNC110 - mitmproxy has no event for it
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        logging.getLogger(__name__).warning("replies were still under way after %d s; they are broken off", _DRAIN_S)


class _Listening:
    """An addon that hears when mitmproxy has tried to listen."""

    def __init__(self) -> None:
        self.started = asyncio.Event()

    def running(self) -> None:
        self.started.set()


async def _open_master(interceptor: Interceptor, interception: Interception) -> DumpMaster:
    options = _options(interceptor, interception)
    _quieten()
    interception.confdir.mkdir(parents=True, exist_ok=True, mode=0o700)
    confdir = Options(confdir=str(interception.confdir.resolve()))
    master = DumpMaster(confdir, with_termlog=False, with_dumper=False)
    # mitmproxy's own check of its start ends the process without a word.
    check = master.addons.get("errorcheck")
    master.addons.remove(check)
    check.finish()
    try:
        master.options.update(**options)
    except OptionsError as error:
        await master.done()
        message = f"mitmproxy refuses its options: {error}"
        raise UsageError(message) from None
    return master


def _options(interceptor: Interceptor, interception: Interception) -> Mapping[str, Any]:
    if not interception.upstream and not interceptor.hosts:
        raise UsageError("a forward proxy needs the hosts of your models: name them, or name one upstream instead")
    return {
        "mode": [f"reverse:{interception.upstream}" if interception.upstream else "regular"],
        "listen_host": interception.host,
        "listen_port": interception.port,
        "allow_hosts": [] if interception.upstream else patterns_of(interceptor.hosts),
        "ssl_verify_upstream_trusted_ca": None if interception.upstream_ca is None else str(interception.upstream_ca),
        # Eagerly, a reverse proxy would hang up on a client whose upstream is down, before there is a request to count.
        "connection_strategy": "lazy" if interception.upstream else "eager",
        # A forward proxy speaks what production speaks. A reverse one would offer HTTP/2 on its own, and then pass a
        # client's requests on over no more than five connections.
        "http2": not interception.upstream,
        # Nothing is held in order to forward it, not even a body that our addon failed to stream.
        "stream_large_bodies": "0",
        "store_streamed_bodies": False,
        "body_size_limit": None,
        "tcp_timeout": _SILENCE_S,
        # The page that hands out certificates would answer in production's stead.
        "onboarding": False,
    }


def _problem(master: DumpMaster) -> str:
    """Why mitmproxy does not listen, or nothing."""
    server = master.addons.get("proxyserver")
    assert isinstance(server, Proxyserver)  # noqa: S101 - it is one of mitmproxy's own
    failed = [str(one.last_exception.__cause__ or one.last_exception) for one in server.servers if one.last_exception]
    return failed[0] if failed else ""


def _quieten() -> None:
    """Let mitmproxy's warnings through and no more, without an exception's words, which may quote a payload."""
    shown = logging.StreamHandler()
    shown.setFormatter(_Words("mitmproxy: %(message)s"))
    logger = logging.getLogger("mitmproxy")
    logger.setLevel(logging.WARNING)
    logger.handlers = [shown]
    logger.propagate = False


class _Words(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.exc_info[0] is not None:
            return f"mitmproxy: {record.exc_info[0].__name__} in {record.name}"
        return super().format(record)
