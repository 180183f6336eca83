"""The deployments of a demo as child processes: simulators, or real vLLM on the CPU."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from proxy.errors import Unavailable
from shadow.deployment import Deployment

_POLL_S = 0.25


@dataclass(frozen=True, slots=True)
class Served:
    """A deployment and the command that serves it; `{port}` in the command stands for its port."""

    deployment: Deployment
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def simulated(name: str, *, script: Path, options: Mapping[str, str], **declared: object) -> Served:
    """A simulator of deployment `name`; `options` are those of `understudy simulator`, repeated ones as `a=1,b=2`."""
    argv = [sys.executable, "-m", "analytics.cli", "simulator", "--port", "{port}", "--script", str(script)]
    argv += ["--model", name]
    for option, values in options.items():
        for value in values.split(","):
            argv += [f"--{option}", value]
    fields = {"deployment_id": name, "base_url": "http://127.0.0.1", "model": name, "hardware": "none (simulated)"}
    return Served(Deployment.model_validate(fields | declared), argv)


@contextmanager
def running(fleet: Sequence[Served], *, logs: Path, start_timeout_s: float) -> Iterator[dict[str, Deployment]]:
    """Serve the fleet and give its deployments, with their addresses, by id; all end by their own process ids.

    Raises:
        Unavailable: one ended, or was not healthy, within the time; its log says why.
    """
    with ExitStack() as stack:
        started = []
        for served in fleet:
            port = _free_port()
            log = logs / f"{served.deployment.deployment_id}.log"
            process = stack.enter_context(_process(served, port=port, log=log))
            started.append((served, port, log, process))
        deadline = time.monotonic() + start_timeout_s
        for _, port, log, process in started:
            _wait_healthy(port, log=log, process=process, deadline=deadline)
        yield {
            served.deployment.deployment_id: served.deployment.model_copy(
                update={"base_url": f"http://127.0.0.1:{port}"}
            )
            for served, port, _, _ in started
        }


@contextmanager
def _process(served: Served, *, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    argv = [word.replace("{port}", str(port)) for word in served.argv]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            argv, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **served.environment}
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_healthy(port: int, *, log: Path, process: subprocess.Popen[bytes], deadline: float) -> None:
    while time.monotonic() < deadline:
        if process.poll() is not None:
            message = f"a deployment ended with {process.returncode} while starting; see {log}"
            raise Unavailable(message)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                if answer.status == 200:  # noqa: PLR2004 - HTTP OK
                    return
        except OSError:
            time.sleep(_POLL_S)
    message = f"a deployment was not healthy in time; see {log}"
    raise Unavailable(message)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
