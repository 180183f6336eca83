"""The verbs of agents as a shell runs them, beside a broker, a store and two simulators that act."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted
from shadow.stack.processes import Service, end, free_port, start
from shadow.stack.running import running_stack

type Shell = Mapping[str, str]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The environment of a stack with an experiment of one who recovers against one who gives up."""
    folder = tmp_path_factory.mktemp("agents")
    wanted = Wanted(folder=folder, broker=BrokerKind.TANSU, only=("broker", "clickhouse"))
    with ExitStack() as stack:
        state = stack.enter_context(running_stack(wanted))
        lanes = {"baseline": "recovers", "candidate": "gives_up"}
        described = [
            f'[{arm}]\ndeployment_id = "{arm}"\nbase_url = "{_serving(stack, folder, arm, manner)}"\nmodel = "{arm}"\n'
            for arm, manner in lanes.items()
        ]
        (folder / "agents.toml").write_text('experiment_id = "agents"\n' + "\n".join(described), "utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSTUDY_")}
        environment = kept | dict(state.environment)
        made = understudy(
            environment, "experiment", "create", str(folder / "agents.toml"), "--owner", "ops@example.org"
        )
        assert made.returncode == 0, made.stderr
        yield environment


def _serving(stack: ExitStack, folder: Path, name: str, manner: str) -> str:
    port = free_port()
    argv = [sys.executable, "-m", "analytics.cli", "simulator", "--model", name, "--port", str(port), "--agent", manner]
    service = Service(
        name=name, argv=[*argv, "--ttft-ms", "0", "--itl-ms", "0"], ready_url=f"http://127.0.0.1:{port}/health"
    )
    running = start(service, folder=folder, environment={})
    assert running is not None
    stack.callback(end, running)
    return f"http://127.0.0.1:{port}"


def understudy(shell: Shell, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "analytics.cli", *words]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120, env=dict(shell))


def test_a_run_is_made_once_and_told_to_machines_and_people(shell: Shell) -> None:
    words = ("agent", "run", "agents", "--trials", "1")
    first = understudy(shell, *words, "--json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    solved = {
        lane: sum(one["solved"] for one in told["lanes"] if one["lane"] == lane) for lane in ("baseline", "candidate")
    }
    assert solved == {"baseline": 72, "candidate": 36}
    again = understudy(shell, *words)
    assert again.returncode == 0
    assert "banking" in again.stdout
    shown = understudy(shell, "agent", "show", "agents", "orders-002", "--lane", "candidate")
    assert "not solved" in shown.stdout
    assert "injected fault" in shown.stdout
    assert understudy(shell, "agent", "show", "agents", "orders-999").returncode == 1


def test_an_experiment_that_is_not_there_is_told(shell: Shell) -> None:
    done = understudy(shell, "agent", "run", "nothing", "--json")
    assert done.returncode == 64
    assert "nothing" in done.stderr
