"""Child processes of the local stack: started, awaited, shown and ended, each by its own process id.

A process is recognised by id and creation time, so that a recycled id is never taken for ours. What runs stands in
one JSON file of the state folder; nothing else is kept.
"""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from proxy.errors import Unavailable, UsageError

_POLL_S = 0.1
_END_TIMEOUT_S = 20.0
_LOG_LINES = 8
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Opens loopback URLs past any proxy that the environment names."""

_STARTED: list[subprocess.Popen[bytes]] = []
"""Kept for the life of this process: a stack outlives the command that starts it, and Python warns of lost children."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process to start.

    Attributes:
        address: What users are told: a URL or host:port; empty for a service that nobody calls.
        ready_url: Answers 2xx when the service is ready; preferred to `ready_port` and `ready_file`.
        ready_port: Loopback TCP port that accepts when the service is ready.
        ready_file: File that the service writes when it is ready.
        is_task: Runs to its end, with exit code 0, before the next service starts.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    ready_url: str = ""
    ready_port: int = 0
    ready_file: Path | None = None
    is_task: bool = False
    start_timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A started process as the state file keeps it.

    Attributes:
        created_s: Creation time of the process, seconds since the epoch, as the system tells it.
    """

    name: str
    pid: int
    created_s: float
    address: str
    log: str

    def process(self) -> psutil.Process | None:
        """The process, or None when it has ended (or its id belongs to another by now)."""
        try:
            process = psutil.Process(self.pid)
            is_ours = abs(process.create_time() - self.created_s) < 1
        except psutil.NoSuchProcess:
            return None
        return process if is_ours and _runs(process) else None

    @property
    def is_up(self) -> bool:
        """Whether the process runs."""
        return self.process() is not None


@dataclass(frozen=True, slots=True)
class StackState:
    """What was started, in order, and the settings by which clients find it."""

    services: tuple[Running, ...]
    environment: Mapping[str, str]


class StateFile:
    """The stack's state on disk, replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "stack.json"

    def read(self) -> StackState:
        """What was started last; empty when nothing was.

        Raises:
            UsageError: the file is not ours to read.
        """
        try:
            kept = json.loads(self._file.read_text("utf-8"))
            return StackState(tuple(Running(**one) for one in kept["services"]), kept["environment"])
        except FileNotFoundError:
            return StackState((), {})
        except (ValueError, KeyError, TypeError):
            message = f"{self._file} is not the state of a stack; end its processes yourself and remove it"
            raise UsageError(message) from None

    def write(self, state: StackState) -> None:
        """Replace the state."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        kept = {"services": [asdict(one) for one in state.services], "environment": dict(state.environment)}
        new.write_text(json.dumps(kept, indent=2), "utf-8")
        new.replace(self._file)

    def remove(self) -> None:
        """Forget the stack."""
        self._file.unlink(missing_ok=True)


def start(service: Service, *, folder: Path, environment: Mapping[str, str]) -> Running | None:
    """Start a service and wait until it is ready; None for a task, which has ended by then.

    Raises:
        Unavailable: it cannot be run, ended early or was not ready in time; the message has its log's last lines.
    """
    running = start_together([service], folder=folder, environment=environment)[0]
    return None if service.is_task else running


def start_together(services: Sequence[Service], *, folder: Path, environment: Mapping[str, str]) -> list[Running]:
    """Start services that do not need each other at the same time, and wait until all are ready.

    Raises:
        Unavailable: as `start`; the others are ended again.
    """
    launched: list[tuple[Service, subprocess.Popen[bytes], Running]] = []
    try:
        for service in services:
            launched.append((service, *_launch(service, folder=folder, environment=environment)))  # noqa: PERF401 - ended one by one
        for one in launched:
            _wait(*one)
    except BaseException:
        for _, _, running in launched:
            end(running)
        raise
    return [running for _, _, running in launched]


def _launch(
    service: Service, *, folder: Path, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], Running]:
    log = folder / "logs" / f"{service.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    if service.ready_file is not None:
        service.ready_file.unlink(missing_ok=True)
    process = _spawn(service, log=log, environment=environment)
    _STARTED.append(process)
    created_s = psutil.Process(process.pid).create_time()
    return process, Running(service.name, process.pid, created_s, service.address, str(log))


def _spawn(service: Service, *, log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        with log.open("ab") as output:
            return subprocess.Popen(
                list(service.argv),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment, **service.environment},
                start_new_session=True,
            )
    except OSError as error:
        message = f"{service.name} cannot be run: {service.argv[0]} ({error.strerror})"
        raise Unavailable(message) from error


def _wait(service: Service, process: subprocess.Popen[bytes], running: Running) -> None:
    deadline = time.monotonic() + service.start_timeout_s
    while time.monotonic() < deadline:
        code = process.poll()
        if code == 0 and service.is_task:
            return
        if code is not None:
            message = f"{service.name} ended with exit code {code} while starting; {log_tail(running)}"
            raise Unavailable(message)
        if not service.is_task and _is_ready(service):
            return
        time.sleep(_POLL_S)
    message = f"{service.name} was not ready within {service.start_timeout_s:g} s; {log_tail(running)}"
    raise Unavailable(message)


def _is_ready(service: Service) -> bool:
    try:
        if service.ready_url:
            with _DIRECT.open(service.ready_url, timeout=2) as answer:
                return bool(answer.status < 300)  # noqa: PLR2004 - 2xx
        if service.ready_port:
            with socket.create_connection(("127.0.0.1", service.ready_port), timeout=1):
                return True
    except (OSError, http.client.HTTPException):
        return False
    return service.ready_file is not None and service.ready_file.exists()


def log_tail(running: Running) -> str:
    """Where the log is and its last lines."""
    try:
        lines = Path(running.log).read_text("utf-8", "replace").splitlines()[-_LOG_LINES:]
    except OSError:
        lines = []
    return f"log {running.log}" + "".join(f"\n    {line[:300]}" for line in lines)


def end(running: Running) -> bool:
    """End a process and its children: SIGTERM, then SIGKILL after 20 s; False when it had ended before."""
    process = running.process()
    if process is None:
        return False
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [*process.children(recursive=True), process]
        process.terminate()
        _await_end([process], timeout_s=_END_TIMEOUT_S)
        for one in _await_end(family, timeout_s=1):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        _await_end(family, timeout_s=5)
    return True


def _await_end(processes: Sequence[psutil.Process], *, timeout_s: float) -> list[psutil.Process]:
    """Wait until the processes have ended, or the time has; those that still run.

    A zombie has ended, whether or not its parent ever asks for it (PID 1 of many containers never does).
    """
    deadline = time.monotonic() + timeout_s
    while (left := [one for one in processes if _runs(one)]) and time.monotonic() < deadline:
        time.sleep(_POLL_S / 2)
    return left


def _runs(process: psutil.Process) -> bool:
    for child in _STARTED:
        child.poll()
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    """A loopback TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
