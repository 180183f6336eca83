"""Upstreams and what stands before them: each a process of its own for the length of a `with` block."""

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import psutil

from proxy.errors import Unavailable
from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted
from shadow.stack.processes import Service, end, free_port, start
from shadow.stack.running import running_stack
from tests.bench.capture.floor import UPSTREAM_VARIABLE

ANSWER = (
    '{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop",'
    '"message":{"role":"assistant","content":"' + "Three to five days. " * 32 + '"}}],'
    '"usage":{"prompt_tokens":120,"completion_tokens":150,"total_tokens":270}}'
)
_SETTLE_S = 0.5
_IDLE_SHARE = 0.1


def program(name: str) -> str | None:
    """Where a program is: beside this interpreter, on PATH or in /usr/sbin."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or shutil.which(name, path="/usr/sbin")


@contextmanager
def whole_replies(folder: Path) -> Iterator[str]:
    """An upstream that costs next to nothing: an nginx that answers every request with one completion."""
    with _nginx(folder, f"default_type application/json; return 200 '{ANSWER}';") as url:
        yield url


@contextmanager
def paced_streams(folder: Path) -> Iterator[str]:
    """The upstream whose every reply is a stream of 20 chunks at 5 ms."""
    port = free_port()
    argv = [sys.executable, "-m", "tests.bench.capture.paced", str(port)]
    with _running(Service(name="paced", argv=argv, ready_port=port), folder) as url:
        yield url


@contextmanager
def arms(upstream: str, *, folder: Path, litellm: Path, only: frozenset[str] = frozenset()) -> Iterator[dict[str, str]]:
    """Base URLs of every arm by its name; the gateway is last. LiteLLM is left out where it is not installed.

    Args:
        only: Arms that are started besides direct; all of them when empty.
    """
    openings = {
        "nginx": _nginx_proxy(folder / "nginx", upstream),
        "mitmdump": _mitmdump(folder / "mitmdump", upstream),
        "litellm": _litellm(folder / "litellm", upstream, command=litellm),
        "floor": _floor(folder / "floor", upstream),
        "gateway": _gateway(folder / "gateway", upstream),
    }
    if not litellm.exists():
        del openings["litellm"]
    openings = {name: opening for name, opening in openings.items() if not only or name in only}
    with ExitStack() as stack:
        yield {"direct": upstream} | {name: stack.enter_context(opening) for name, opening in openings.items()}


def settle(*, timeout_s: float = 20.0) -> None:
    """Wait until what was started is idle, so that one arm's capture is not paid for by the next."""
    family = psutil.Process().children(recursive=True)
    for _ in range(round(timeout_s / _SETTLE_S)):
        if _busy_share(family) < _IDLE_SHARE:
            return


def _busy_share(family: Sequence[psutil.Process]) -> float:
    before_s = _cpu_s(family)
    time.sleep(_SETTLE_S)
    return (_cpu_s(family) - before_s) / _SETTLE_S


def _cpu_s(family: Sequence[psutil.Process]) -> float:
    total_s = 0.0
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total_s += times.user + times.system
    return total_s


@contextmanager
def _running(service: Service, folder: Path) -> Iterator[str]:
    folder.mkdir(exist_ok=True)
    running = start(service, folder=folder, environment={})
    if running is None:
        message = f"{service.name} is a task"
        raise Unavailable(message)
    try:
        yield f"http://127.0.0.1:{service.ready_port}"
    finally:
        end(running)


@contextmanager
def _nginx(folder: Path, location: str) -> Iterator[str]:
    """An nginx of one worker whose every location does one thing."""
    folder.mkdir()
    port = free_port()
    config = folder / "nginx.conf"
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 512; }}\n"
        f"http {{ access_log off; keepalive_requests 1000000; {temporary}\n"
        f"server {{ listen 127.0.0.1:{port}; location / {{ {location} }} }} }}\n",
        "utf-8",
    )
    argv = [program("nginx") or "nginx", "-p", str(folder), "-c", str(config)]
    with _running(Service(name="nginx", argv=argv, ready_port=port), folder) as url:
        yield url


def _nginx_proxy(folder: Path, upstream: str) -> AbstractContextManager[str]:
    return _nginx(
        folder,
        f"proxy_pass {upstream}; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_buffering off;",
    )


def _mitmdump(folder: Path, upstream: str) -> AbstractContextManager[str]:
    port = free_port()
    argv = [
        program("mitmdump") or "mitmdump", "--mode", f"reverse:{upstream}", "--listen-host", "127.0.0.1",
        "--listen-port", str(port), "--quiet", "--set", "flow_detail=0", "--set", f"confdir={folder}",
    ]  # fmt: skip
    return _running(Service(name="mitmdump", argv=argv, ready_port=port), folder)


def _litellm(folder: Path, upstream: str, *, command: Path) -> AbstractContextManager[str]:
    """The LiteLLM proxy with one model, no database and nothing that calls home."""
    port = free_port()
    served = {"model": "openai/m", "api_base": f"{upstream}/v1", "api_key": "none"}
    folder.mkdir()
    config = folder / "config.yaml"
    config.write_text(
        json.dumps(
            {
                "model_list": [{"model_name": "m", "litellm_params": served}],
                "litellm_settings": {"telemetry": False},
            }
        ),
        "utf-8",
    )
    service = Service(
        name="litellm",
        argv=[str(command), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)],
        environment={
            "LITELLM_TELEMETRY": "False",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_MODE": "PRODUCTION",
            "LITELLM_LOG": "ERROR",
            # It serves on loopback for seconds, and checking a key would only slow it.
            "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
        },
        ready_port=port,
        start_timeout_s=120,
    )
    return _running(service, folder)


def _floor(folder: Path, upstream: str) -> AbstractContextManager[str]:
    """Served by uvicorn as the gateway is."""
    port = free_port()
    quiet = ["--log-level", "warning", "--no-access-log", "--no-server-header", "--no-date-header"]
    argv = [sys.executable, "-m", "uvicorn", "tests.bench.capture.floor:app", "--port", str(port), *quiet]
    service = Service(
        name="floor",
        argv=[*argv, "--http", "httptools", "--no-proxy-headers"],
        environment={UPSTREAM_VARIABLE: upstream},
        ready_port=port,
    )
    return _running(service, folder)


@contextmanager
def _gateway(folder: Path, upstream: str) -> Iterator[str]:
    """The gateway with a capture process that anonymises everything and publishes it to the embedded broker."""
    os.environ["UNDERSTUDY_PROXY_LEAST_RATIO"] = "1"
    wanted = Wanted(folder=folder, upstream=upstream, broker=BrokerKind.TANSU, only=("broker", "gateway", "capture"))
    with running_stack(wanted) as state:
        yield f"http://127.0.0.1:{state.environment['UNDERSTUDY_PROXY_PORT']}"
