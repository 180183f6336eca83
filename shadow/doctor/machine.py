"""This machine: state folders, disk, spool, and the processes that leave a mark there."""

import os
import shutil
import socket
import tempfile
from pathlib import Path

import psutil

from proxy.settings import ProxySettings
from shadow.doctor.finding import Finding, bad, doubtful, good
from shadow.settings import ShadowSettings

_FREE_BYTES = (5e9, 1e9)
_SPOOL_RATIO = (0.25, 0.9)
_CONNECT_S = 2.0


def examine_machine(proxy: ProxySettings, shadow: ShadowSettings) -> list[Finding]:
    """State folders, capture and worker. What was never started here may well run elsewhere."""
    folders = dict.fromkeys((proxy.state_dir.resolve(), shadow.state_dir.resolve()))
    found = [finding for folder in folders for finding in (_folder(folder), _disk(folder))]
    return [
        *found,
        _spool(proxy.state_dir / "spool.db", max_bytes=proxy.spool_bytes),
        _process("capture", proxy.state_dir),
        _socket(proxy.state_dir / "capture.sock"),
        _process("worker", shadow.state_dir),
    ]


def _folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            return good("state folder", f"{folder} can be written")
    except OSError as error:
        words = f"{folder} cannot be written ({type(error).__name__})"
        return bad("state folder", words, to_do="mend its rights, or set UNDERSTUDY_*_STATE_DIR")


def _disk(folder: Path) -> Finding:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free
    words = f"{free / 1e9:.1f} GB free at {folder}"
    if free < _FREE_BYTES[1]:
        return bad("disk", words, to_do="make room: the spool takes nothing without it")
    if free < _FREE_BYTES[0]:
        return doubtful("disk", words, to_do="make room for the spool and the embedded stack")
    return good("disk", words)


def _spool(file: Path, *, max_bytes: int) -> Finding:
    held = sum(one.stat().st_size for one in (file, file.with_name(f"{file.name}-wal")) if one.exists())
    words = f"{held / 1e6:.1f} MB of {max_bytes / 1e6:.0f} MB"
    if held >= _SPOOL_RATIO[1] * max_bytes:
        return bad("spool", words, to_do="bring the broker back: what is new will be dropped, and counted")
    if held >= _SPOOL_RATIO[0] * max_bytes:
        return doubtful("spool", words, to_do="is the broker back? it is drained in order once it is")
    return good("spool", words)


def _process(name: str, state_dir: Path) -> Finding:
    try:
        pid = int((state_dir / "ready" / name).read_text("utf-8"))
    except FileNotFoundError:
        return doubtful(
            name, "has never run with this state folder", to_do=f"understudy {name}, unless it runs elsewhere"
        )
    except (OSError, ValueError):
        return bad(name, f"its mark in {state_dir / 'ready'} cannot be read", to_do=f"understudy {name}")
    if _runs(pid):
        return good(name, f"process {pid}")
    return bad(name, f"process {pid} is gone", to_do=f"understudy {name}, and see why it ended in its log")


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _socket(path: Path) -> Finding:
    if not path.exists():
        return doubtful("capture socket", "is not there", to_do="doors count what they see and pass it on meanwhile")
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(_CONNECT_S)
        try:
            client.connect(os.fspath(path.resolve()))
        except OSError as error:
            words = f"takes no connection ({type(error).__name__})"
            return bad("capture socket", words, to_do="understudy capture; doors drop exchanges, and count them")
    return good("capture socket", "takes connections")
