"""The deployments of a demo as child processes: simulators, or real vLLM on the CPU."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shadow.deployment import Deployment
from shadow.stack.processes import Service, end, free_port, start_together

NICE: Final = ("nice", "-n", "10")
"""Deployments share the cores with the client that times them: it goes first, or it would time its own waiting."""


@dataclass(frozen=True, slots=True)
class Served:
    """A deployment and the command that serves it; `{port}` in the command stands for its port."""

    deployment: Deployment
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def simulated(name: str, *, script: Path, options: Mapping[str, str], **declared: object) -> Served:
    """A simulator of deployment `name`; `options` are those of `understudy simulator`, repeated ones as `a=1,b=2`."""
    argv = [*NICE, sys.executable, "-m", "analytics.cli", "simulator", "--port", "{port}", "--script", str(script)]
    argv += ["--model", name]
    for option, values in options.items():
        for value in values.split(","):
            argv += [f"--{option}", value]
    fields = {"deployment_id": name, "base_url": "http://127.0.0.1", "model": name, "hardware": "none (simulated)"}
    return Served(Deployment.model_validate(fields | declared), argv)


@contextmanager
def running(fleet: Sequence[Served], *, folder: Path, start_timeout_s: float) -> Iterator[dict[str, Deployment]]:
    """Serve the fleet and give its deployments, with their addresses, by id; all end by their own process ids.

    Args:
        folder: Logs go to its subfolder `logs`.

    Raises:
        Unavailable: one ended, or was not healthy, within the time; its log says why.
    """
    placed = [(served, free_port()) for served in fleet]
    services = [_service(served, port=port, start_timeout_s=start_timeout_s) for served, port in placed]
    started = start_together(services, folder=folder, environment={})
    try:
        yield {
            served.deployment.deployment_id: served.deployment.model_copy(update={"base_url": _address(port)})
            for served, port in placed
        }
    finally:
        for one in started:
            end(one)


def _service(served: Served, *, port: int, start_timeout_s: float) -> Service:
    return Service(
        name=served.deployment.deployment_id,
        argv=[word.replace("{port}", str(port)) for word in served.argv],
        environment=served.environment,
        address=_address(port),
        ready_url=f"{_address(port)}/health",
        start_timeout_s=start_timeout_s,
    )


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"
