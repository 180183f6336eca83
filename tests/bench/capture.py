"""What the gateway adds: direct, nginx and the gateway (capture on, publishing to Kafka) in one run, as ratios.

`make bench-capture`, on a quiet machine. The harness is wrk; the upstream is an nginx that answers every POST with a
chat completion of 1 kB, so that what is measured is the hop. Rounds alternate their order; medians are shown.
"""

import os
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted
from shadow.stack.processes import Service, end, free_port, start
from shadow.stack.running import running_stack

ROUNDS = 3
SECONDS = 4
_BODY = '{"model":"m","messages":[{"role":"user","content":"' + "How long does delivery take? " * 16 + '"}]}'
_ANSWER = (
    '{"id":"x","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":'
    '{"role":"assistant","content":"' + "Three to five days. " * 32 + '"}}],'
    '"usage":{"prompt_tokens":120,"completion_tokens":150}}'
)
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Figures:
    """One measurement: median latency, ms, and requests per second."""

    p50_ms: float
    per_s: float


def main() -> None:
    """Measure and print the table."""
    missing = [tool for tool in ("wrk", "nginx") if _program(tool) is None]
    if missing:
        message = f"the bench needs {' and '.join(missing)}: apt-get install wrk nginx-light"
        raise SystemExit(message)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        upstream = stack.enter_context(
            _nginx(folder / "upstream", f"default_type application/json; return 200 '{_ANSWER}';")
        )
        proxied = f"proxy_pass {upstream}; proxy_http_version 1.1; proxy_set_header Connection '';"
        arms = {
            "direct": upstream,
            "nginx": stack.enter_context(_nginx(folder / "nginx", proxied)),
            "gateway": stack.enter_context(_gateway(folder / "gateway", upstream)),
        }
        _show({connections: _measure(arms, folder, connections=connections) for connections in (1, 32)})


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


@contextmanager
def _nginx(folder: Path, location: str) -> Iterator[str]:
    """An nginx of one worker whose every location does one thing; gives its base URL."""
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
    program = _program("nginx") or "nginx"
    service = Service(name="nginx", argv=[program, "-p", str(folder), "-c", str(config)], ready_port=port)
    running = start(service, folder=folder, environment={})
    assert running is not None
    yield f"http://127.0.0.1:{port}"
    end(running)


@contextmanager
def _gateway(folder: Path, upstream: str) -> Iterator[str]:
    """The gateway with a capture process that anonymises everything and publishes it to the embedded broker."""
    os.environ["UNDERSTUDY_PROXY_LEAST_RATIO"] = "1"
    wanted = Wanted(folder=folder, upstream=upstream, broker=BrokerKind.TANSU, only=("broker", "gateway", "capture"))
    with running_stack(wanted) as state:
        yield f"http://127.0.0.1:{state.environment['UNDERSTUDY_PROXY_PORT']}"


def _measure(arms: dict[str, str], folder: Path, *, connections: int) -> dict[str, Figures]:
    script = folder / "post.lua"
    script.write_text(
        f"wrk.method = 'POST'\nwrk.body = '{_BODY}'\nwrk.headers['Content-Type'] = 'application/json'\n", "utf-8"
    )
    found: dict[str, list[Figures]] = {name: [] for name in arms}
    for number in range(ROUNDS):
        order = list(arms) if number % 2 == 0 else list(arms)[::-1]
        for name in order:
            found[name].append(_wrk(f"{arms[name]}/v1/chat/completions", script, connections=connections))
    return {name: _median(figures) for name, figures in found.items()}


def _wrk(url: str, script: Path, *, connections: int) -> Figures:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        message = f"{url} did not answer every request:\n{said}"
        raise SystemExit(message)
    p50 = re.search(r"50%\s+([\d.]+)(us|ms|s)", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert p50 is not None
    assert rate is not None
    return Figures(float(p50.group(1)) * _UNITS[p50.group(2)], float(rate.group(1)))


def _median(figures: Sequence[Figures]) -> Figures:
    return Figures(statistics.median(one.p50_ms for one in figures), statistics.median(one.per_s for one in figures))


def _show(found: dict[int, dict[str, Figures]]) -> None:
    table = Table(title="Capture: the hop, medians over rounds")
    for heading in ("connections", "arm", "p50, ms", "added, ms", "requests/s", "of direct"):
        table.add_column(heading, justify="left" if heading == "arm" else "right")
    for connections, figures in found.items():
        direct = figures["direct"]
        for name, one in figures.items():
            added, share = one.p50_ms - direct.p50_ms, one.per_s / direct.per_s
            row = (str(connections), name, f"{one.p50_ms:.2f}", f"{added:.2f}", f"{one.per_s:,.0f}", f"{share:.1%}")
            table.add_row(*row)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
