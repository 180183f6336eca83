"""The local stack from the shell: started, shown, crashed, ended; and what a failed start leaves behind."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from proxy.errors import Unavailable, UsageError
from shadow.main import run_migrations
from shadow.stack.plan import Plan, Wanted
from shadow.stack.processes import Service, StateFile, free_port
from shadow.stack.running import bring_down, bring_up

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def understudy(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell would."""
    argv = [sys.executable, "-m", "analytics.cli", *map(str, words)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSTUDY_")}
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60, env=kept | environment)


def pids(folder: Path) -> list[int]:
    return [one.pid for one in StateFile(folder).read().services]


def running_under(folder: Path) -> list[int]:
    """Processes whose command line names the folder."""
    found = psutil.process_iter(["cmdline"])
    return [one.pid for one in found if any(str(folder) in word for word in one.info["cmdline"] or ())]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """State folder of a stack of broker and ClickHouse that runs as long as this module's tests."""
    made = tmp_path_factory.mktemp("stack")
    done = understudy(
        "stack", "up", "--only", "broker", "--only", "clickhouse", "--broker", "tansu", "--state-dir", made
    )
    assert done.returncode == 0, done.stderr
    services = StateFile(made).read().services
    yield made
    assert len(understudy("stack", "down", "--state-dir", made).stdout.splitlines()) == len(services) == 2
    assert not any(one.is_up for one in services)
    assert not running_under(made)


def test_status_shows_what_is_up_and_where(folder: Path) -> None:
    shown = understudy("stack", "status", "--state-dir", folder)
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert shown.returncode == 0
    assert [(line[0], line[-1]) for line in lines] == [("broker", "up"), ("clickhouse", "up")]
    assert all("127.0.0.1:" in line[2] for line in lines)


def test_status_is_one_json_object_on_request(folder: Path) -> None:
    shown = json.loads(understudy("stack", "status", "--json", "--state-dir", folder).stdout)
    assert [(one["name"], one["up"]) for one in shown["services"]] == [("broker", True), ("clickhouse", True)]
    assert [one["pid"] for one in shown["services"]] == pids(folder)
    assert shown["environment"]["UNDERSTUDY_KAFKA_IDEMPOTENT"] == "false"


def test_a_second_start_shows_what_runs_and_starts_nothing(folder: Path) -> None:
    before = pids(folder)
    again = understudy("stack", "up", "--state-dir", folder)
    assert again.returncode == 0
    assert "already running" in again.stderr
    assert [line.split()[0] for line in again.stdout.splitlines()] == ["broker", "clickhouse"]
    assert pids(folder) == before


def test_the_exports_lead_other_commands_to_the_stack(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = understudy("stack", "env", "--state-dir", folder).stdout.splitlines()
    assert all(line.startswith("export UNDERSTUDY_") for line in lines)
    pairs = [shlex.split(line.removeprefix("export "))[0].partition("=") for line in lines]
    environment = {name: value for name, _, value in pairs}
    assert understudy("experiment", "list", **environment).returncode == 0
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run_migrations(to=None) == []


def test_a_service_that_cannot_start_is_an_error_with_its_log_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = understudy("stack", "up", "--only", "clickhouse", "--clickhouse-port", port, "--state-dir", tmp_path)
    assert done.returncode == 69
    assert "error: clickhouse ended with exit code" in done.stderr
    assert "address already in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert not running_under(tmp_path)
    assert understudy("stack", "status", "--state-dir", tmp_path).returncode == 3


def test_an_unknown_part_is_named_with_the_known_ones(tmp_path: Path) -> None:
    done = understudy("stack", "up", "--only", "kafka", "--state-dir", tmp_path)
    assert done.returncode == 2
    assert "broker" in done.stderr


def bring_up_all(folder: Path, *services: Service) -> None:
    bring_up(Wanted(folder), plan=Plan(services, {}))


def ready(name: str, folder: Path) -> Service:
    """A service that is ready at once and runs for long."""
    file = folder / f"{name}.ready"
    code = f"import pathlib, time; pathlib.Path({str(file)!r}).touch(); time.sleep(600)"
    return Service(name, [sys.executable, "-c", code], ready_file=file)


def test_a_killed_service_is_shown_as_crashed_and_down_ends_the_rest(tmp_path: Path) -> None:
    bring_up_all(tmp_path, ready("first", tmp_path), ready("second", tmp_path))
    first, second = pids(tmp_path)
    os.kill(first, signal.SIGKILL)
    shown = understudy("stack", "status", "--state-dir", tmp_path)
    assert shown.returncode == 1
    assert [line.split()[2] for line in shown.stdout.splitlines()] == ["CRASHED;", "up"]
    assert "first.log" in shown.stdout
    ended = understudy("stack", "down", "--state-dir", tmp_path)
    assert ended.stdout == f"ended second ({second})\n"
    assert not running_under(tmp_path)
    assert understudy("stack", "down", "--state-dir", tmp_path).stdout == "nothing was running\n"
    assert understudy("stack", "status", "--state-dir", tmp_path).returncode == 3


@pytest.mark.parametrize(
    ("failing", "words"),
    [
        (Service("broken", [sys.executable, "-c", "print('boom'); raise SystemExit(3)"]), "exit code 3"),
        (Service("broken", [sys.executable, "-c", "print('boom')"]), "exit code 0 while starting"),
        (Service("broken", [sys.executable, "-c", "print('boom'); exit(4)"], is_task=True), "exit code 4"),
        (
            Service("broken", [*SLEEP[:1], "-uc", f"print('boom');{SLEEP[2]}"], start_timeout_s=1),
            "not ready within 1 s",
        ),
    ],
)
def test_a_failed_start_ends_what_was_started_before_it(tmp_path: Path, failing: Service, words: str) -> None:
    with pytest.raises(Unavailable, match=words) as caught:
        bring_up_all(tmp_path, ready("first", tmp_path), failing)
    assert str(tmp_path / "logs" / "broken.log") in str(caught.value)
    assert "boom" in str(caught.value)
    assert not running_under(tmp_path)
    assert not pids(tmp_path)


def test_a_program_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no-such-program"):
        bring_up_all(tmp_path, ready("first", tmp_path), Service("broken", ["/no-such-program"]))
    assert not running_under(tmp_path)


def test_a_port_that_another_protocol_holds_is_not_taken_for_ready(tmp_path: Path) -> None:
    code = (
        "import socket\nserver = socket.create_server(('127.0.0.1', {port}))\n"
        "while True:\n    client, _ = server.accept(); client.sendall(b'SSH-2.0\\r\\n'); client.close()"
    )
    port = free_port()
    speaks = Service(
        "broken", [sys.executable, "-c", code.format(port=port)], ready_url=f"http://127.0.0.1:{port}/ping",
        start_timeout_s=2,
    )  # fmt: skip
    with pytest.raises(Unavailable, match="not ready within 2 s"):
        bring_up_all(tmp_path, speaks)


def test_a_proxy_of_the_environment_is_not_asked_about_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    port = free_port()
    argv = [sys.executable, "-m", "http.server", "--directory", str(tmp_path), "--bind", "127.0.0.1", str(port)]
    bring_up_all(tmp_path, Service("web", argv, ready_url=f"http://127.0.0.1:{port}/", start_timeout_s=5))
    assert len(bring_down(tmp_path)) == 1


def test_one_folder_holds_one_stack(tmp_path: Path) -> None:
    try:
        bring_up_all(tmp_path, ready("first", tmp_path))
        with pytest.raises(UsageError, match="stack down"):
            bring_up_all(tmp_path, ready("second", tmp_path))
        assert len(running_under(tmp_path)) == 1
    finally:
        assert [one.name for one in bring_down(tmp_path)] == ["first"]


def test_children_of_a_service_end_with_it(tmp_path: Path) -> None:
    file = tmp_path / "parent.ready"
    child = f"import sys, time; sys.argv.append({str(tmp_path)!r}); time.sleep(600)"
    code = (
        f"import pathlib, subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"pathlib.Path({str(file)!r}).touch()\ntime.sleep(600)"
    )
    bring_up_all(tmp_path, Service("parent", [sys.executable, "-c", code], ready_file=file))
    time.sleep(0.2)
    assert len(running_under(tmp_path)) == 2
    bring_down(tmp_path)
    assert not running_under(tmp_path)


def test_a_foreign_state_file_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"services": 1}', "utf-8")
    done = understudy("stack", "status", "--state-dir", tmp_path)
    assert done.returncode == 64
    assert "stack.json is not the state of a stack" in done.stderr


def test_a_recycled_process_id_is_not_ours_to_end(tmp_path: Path) -> None:
    state = StateFile(tmp_path)
    bring_up_all(tmp_path, ready("first", tmp_path))
    kept = state.read()
    file = tmp_path / "stack.json"
    file.write_text(file.read_text("utf-8").replace(str(kept.services[0].created_s), "1.0"), "utf-8")
    assert bring_down(tmp_path) == []
    assert kept.services[0].is_up
    state.write(kept)
    assert len(bring_down(tmp_path)) == 1
