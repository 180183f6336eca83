"""Serving a simulator: in this process until a signal, in a process of its own, or in the running loop."""

import asyncio
import contextlib
import gc
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from proxy.errors import Unavailable, UsageError
from shadow.simulator.app import Simulator
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.script import load_script

_POLL_S = 0.005
_END_S = 5.0
_LOOPBACK = "127.0.0.1"


class _Prompt(HttpToolsProtocol):
    """Hands each event to the kernel when it is written; uvloop would keep it until its turn of the loop is over."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)


class _Server(uvicorn.Server):
    """Tells the simulator when it stops, so that hanging replies do not hold it up.

    Attributes:
        takes_signals: Whether SIGTERM and SIGINT stop it.
    """

    def __init__(self, behaviour: Behaviour, *, takes_signals: bool = True) -> None:
        self.simulator = Simulator(behaviour)
        self.takes_signals = takes_signals
        super().__init__(
            uvicorn.Config(
                self.simulator,
                http=_Prompt,
                lifespan="off",
                ws="none",
                log_config=None,
                log_level="critical" if takes_signals else None,
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=2,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.simulator.stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals() if self.takes_signals else contextlib.nullcontext():
            yield


def serve(behaviour: Behaviour, *, host: str, port: int, ready: Callable[[int], None] = lambda _: None) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        port: 0 takes a free one.
        ready: Called with the port once requests are answered.

    Raises:
        UsageError: the script is wrong, or the port is taken.
    """
    server = _Server(behaviour)
    listener = _listen(host, port)
    factory = server.config.get_loop_factory()
    asyncio.run(_serve(server, listener, ready=ready), loop_factory=factory)


async def _serve(server: _Server, listener: socket.socket, *, ready: Callable[[int], None]) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listener]))
        await _until_started(server)
        # What was loaded stays: going through it in search of garbage would hold up every reply.
        gc.freeze()
        ready(listener.getsockname()[1])


@contextlib.asynccontextmanager
async def simulator_in_loop(behaviour: Behaviour) -> AsyncIterator[str]:
    """Serve in the running loop; gives the base URL, without /v1."""
    server = _Server(behaviour, takes_signals=False)
    listener = _listen(_LOOPBACK, 0)
    address = f"http://{_LOOPBACK}:{listener.getsockname()[1]}"
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _until_started(server)
        yield address
    finally:
        server.should_exit = True
        await serving


@contextlib.asynccontextmanager
async def simulator_process(behaviour: Behaviour, *, start_timeout_s: float = 30.0) -> AsyncIterator[str]:
    """Serve in a process of its own, so that its clock is not slowed by this one; gives the base URL, without /v1.

    The process reads its behaviour from its standard input and ends when that closes, so it never outlives this one.

    Raises:
        UsageError: the script is wrong.
        Unavailable: it did not answer within the time.
    """
    load_script(behaviour.script)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shadow.simulator.child", stdin=PIPE, stdout=PIPE, start_new_session=True
    )
    try:
        yield f"http://{_LOOPBACK}:{await _port_of(process, behaviour, timeout_s=start_timeout_s)}"
    finally:
        await _end(process)


async def _port_of(process: Process, behaviour: Behaviour, *, timeout_s: float) -> int:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    assert process.stdout is not None  # noqa: S101 - as above
    process.stdin.write(behaviour.model_dump_json().encode() + b"\n")
    try:
        async with asyncio.timeout(timeout_s):
            told = await process.stdout.readline()
    except TimeoutError:
        told = b""
    if not told.strip().isdigit():
        raise Unavailable("the simulator's process did not start in time")
    return int(told)


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _until_started(server: _Server) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn sets a flag, no event
        await asyncio.sleep(_POLL_S)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket whose connections send at once: asyncio leaves Nagle's algorithm on for given sockets."""
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        message = f"port {port} of {host} cannot be listened on ({error.strerror or type(error).__name__})"
        raise UsageError(message) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
