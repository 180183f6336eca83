"""The verbs of the store and the doctor as a shell runs them, beside a broker and a ClickHouse of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shadow.settings import ClickHouseSettings
from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted
from shadow.stack.running import running_stack
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row
from shadow.store.schema import all_migrations
from tests.records import exchange

type Shell = Mapping[str, str]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The environment of a stack of broker and ClickHouse."""
    folder = tmp_path_factory.mktemp("verbs")
    wanted = Wanted(folder=folder, broker=BrokerKind.TANSU, only=("broker", "clickhouse"))
    with running_stack(wanted) as state:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSTUDY_")}
        yield kept | dict(state.environment)


def understudy(shell: Shell, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "analytics.cli", *words]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120, env=dict(shell))


def test_a_stack_of_broker_and_store_is_well(shell: Shell) -> None:
    done = understudy(shell, "doctor", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr, told["well"]) == (0, "", True), told
    parts = {one["part"]: one["health"] for one in told["findings"]}
    names = {"state folder", "spool", "broker", "topic understudy.exchanges", "ClickHouse", "schema", "books"}
    assert {parts[name] for name in names} == {"good"}
    assert {parts[name] for name in ("capture", "worker", "gateway", "control", "experiments")} == {"doubtful"}


def test_a_broker_that_is_away_ends_the_doctor_with_one(shell: Shell) -> None:
    done = understudy({**shell, "UNDERSTUDY_KAFKA_BOOTSTRAP": "127.0.0.1:1"}, "doctor")
    assert done.returncode == 1
    assert "✗" in done.stdout
    assert done.stderr == ""


def test_the_schema_goes_down_and_up_again(shell: Shell) -> None:
    newest = all_migrations()[-1].number
    down = understudy(shell, "migrate", "--to", "2")
    assert down.stdout.splitlines()[0].startswith(f"{newest:04d}")
    assert "migrations are missing" in understudy(shell, "doctor").stdout
    assert len(understudy(shell, "migrate").stdout.splitlines()) == newest - 2
    assert understudy(shell, "migrate").stdout == "schema is up to date\n"
    assert understudy(shell, "migrate", "--to", "99").returncode == 64


def test_roles_are_refused_by_an_engine_without_users(shell: Shell) -> None:
    done = understudy(shell, "migrate", "--roles")
    assert done.returncode == 77
    assert "ACCESS_DENIED" in done.stderr


def test_a_conversation_is_erased_once(shell: Shell) -> None:
    store = Store.connect(ClickHouseSettings(port=int(shell["UNDERSTUDY_CLICKHOUSE_PORT"])))
    store.insert("exchanges", [exchange_row(exchange(1, conversation_id="c-1"))])
    store.close()
    done = understudy(shell, "erase", "--conversation", "c-1", "--json")
    assert (done.returncode, json.loads(done.stdout)["exchanges"]) == (0, 1)
    again = understudy(shell, "erase", "--conversation", "c-1")
    assert again.returncode == 1
    assert "0 rows erased from exchanges" in again.stdout


def test_the_state_folder_is_where_the_settings_say(shell: Shell, tmp_path: Path) -> None:
    elsewhere = {
        **shell,
        "UNDERSTUDY_PROXY_STATE_DIR": str(tmp_path / "a"),
        "UNDERSTUDY_SHADOW_STATE_DIR": str(tmp_path),
    }
    told = json.loads(understudy(elsewhere, "doctor", "--json").stdout)
    folders = [one["words"] for one in told["findings"] if one["part"] == "state folder"]
    assert folders == [f"{tmp_path / 'a'} can be written", f"{tmp_path} can be written"]
