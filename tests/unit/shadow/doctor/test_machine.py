import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from proxy.readiness import mark_ready
from proxy.settings import ProxySettings
from shadow.doctor.finding import Finding, Health
from shadow.doctor.machine import examine_machine
from shadow.settings import ShadowSettings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder with a path that is short enough for a socket."""
    made = tmp_path / "s"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


def examined(folder: Path, **proxy: Any) -> dict[str, Finding]:
    settings = ProxySettings(state_dir=folder, **proxy)
    return {one.part: one for one in examine_machine(settings, ShadowSettings(state_dir=folder))}


def test_a_new_state_folder_is_made_and_nothing_runs_there(tmp_path: Path) -> None:
    found = examined(tmp_path / "new")
    assert found["state folder"].health is Health.GOOD
    assert found["spool"].health is Health.GOOD
    assert {found[name].health for name in ("capture", "capture socket", "worker")} == {Health.DOUBTFUL}


def test_a_state_folder_that_is_a_file_is_bad(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    assert examined(tmp_path / "taken")["state folder"].health is Health.BAD


def test_a_process_that_marked_itself_ready_and_is_gone_is_bad(folder: Path) -> None:
    mark_ready(folder, "worker")
    assert examined(folder)["worker"].health is Health.GOOD
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    (folder / "ready" / "worker").write_text(str(ended.pid))
    (folder / "ready" / "capture").write_text("no number")
    found = examined(folder)
    assert (found["worker"].health, found["capture"].health) == (Health.BAD, Health.BAD)


def test_a_socket_that_nobody_listens_on_is_bad(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("capture.sock")
        listener.listen()
        assert examined(folder)["capture socket"].health is Health.GOOD
    assert examined(folder)["capture socket"].health is Health.BAD


@pytest.mark.parametrize(("kib", "health"), [(1, Health.GOOD), (512, Health.DOUBTFUL), (1000, Health.BAD)])
def test_a_spool_is_held_against_its_bound(folder: Path, kib: int, health: Health) -> None:
    (folder / "spool.db").write_bytes(b"x" * kib * 1024)
    assert examined(folder, spool_bytes=1_048_576)["spool"].health is health
