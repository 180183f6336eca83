import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy.coverage import Disposition, LedgerEntry
from proxy.errors import Unavailable, UsageError
from proxy.exchange import Door
from proxy.log.spool import NoRoom, Parcel, Spool

_ROOMY = 67_108_864


def _parcel(number: int, *, size: int = 1_000) -> Parcel:
    value = f"{number:08d}".encode() + b"x" * (size - 8)
    return Parcel(b"conversation", value, 1, 60.0 * number, Door.GATEWAY, "chat")


def _numbers(spool: Spool) -> list[int]:
    return [int(parcel.value[:8]) for _, parcel in spool.oldest(most=10_000)]


def _entry(requests: int) -> LedgerEntry:
    return LedgerEntry(
        source_id="capture",
        minute=datetime(2026, 11, 1, tzinfo=UTC),
        door=Door.GATEWAY,
        route="chat",
        disposition=Disposition.PUBLISHED,
        requests=requests,
    )


def _fill(spool: Spool, *, size: int = 1_000) -> tuple[int, NoRoom]:
    taken = 0
    while isinstance(answer := spool.append(_parcel(taken, size=size)), int):
        taken += 1
    return taken, answer


def test_parcels_come_back_whole_and_oldest_first_after_the_process_ended(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "state" / "spool.db", max_bytes=_ROOMY)
    rows = [spool.append(_parcel(number)) for number in range(5)]
    assert isinstance(rows[0], int)
    spool.remove(rows[0], entries={})
    spool.close()
    again = Spool.open(tmp_path / "state" / "spool.db", max_bytes=_ROOMY)
    again.append(_parcel(5))
    assert again.waiting == 5
    assert [parcel for _, parcel in again.oldest(most=10)] == [_parcel(number) for number in range(1, 6)]
    assert (tmp_path / "state" / "spool.db").stat().st_mode & 0o777 == 0o600
    again.close()


def test_headers_come_back_and_what_is_beyond_their_bound_is_left_out(tmp_path: Path) -> None:
    trace = {"traceparent": b"00-" + b"a" * 52, "tracestate": b"vendor=1"}
    many = {f"header-{number:02d}": b"%d" % number for number in range(30)}
    large = {"first": b"x" * 4_000, "too-large": b"x" * 200, "last": b"\xff"}
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    for headers in ({}, trace, many, large):
        spool.append(replace(_parcel(0), headers=headers))
    spool.close()
    again = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    found = [parcel.headers for _, parcel in again.oldest(most=10)]
    again.close()
    assert found[:2] == [{}, trace]
    assert list(found[2]) == [f"header-{number:02d}" for number in range(16)]
    assert found[3] == {"first": b"x" * 4_000}


_VERSION_1 = """
CREATE TABLE parcels (
    row INTEGER PRIMARY KEY,
    started_at REAL NOT NULL,
    door TEXT NOT NULL,
    route TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL
) STRICT;
CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
PRAGMA user_version = 1;
"""


def test_a_file_of_version_1_is_upgraded_and_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    with contextlib.closing(sqlite3.connect(path, autocommit=True)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_VERSION_1)
        for number in range(3):
            old = _parcel(number)
            connection.execute(
                "INSERT INTO parcels VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number + 1, old.started_at, old.door, old.route, old.schema_version, old.key, old.value),
            )
        connection.execute("INSERT INTO entries VALUES (?, ?)", ("key", _entry(1).to_bytes()))
    for _ in range(2):
        spool = Spool.open(path, max_bytes=_ROOMY)
        spool.append(replace(_parcel(9), headers={"traceparent": b"00"}))
        spool.close()
    spool = Spool.open(path, max_bytes=_ROOMY)
    held = [parcel for _, parcel in spool.oldest(most=10)]
    assert held == [
        *(_parcel(number) for number in range(3)),
        *[replace(_parcel(9), headers={"traceparent": b"00"})] * 2,
    ]
    assert spool.entries() == {"key": _entry(1)}
    spool.close()


def test_few_large_parcels_are_read_at_a_time(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=10 * _ROOMY)
    for number in range(4):
        spool.append(_parcel(number, size=7_000_000))
    spool.append(_parcel(4, size=20_000_000))
    assert _numbers(spool) == [0, 1]
    for row, _ in spool.oldest(most=2):
        spool.remove(row, entries={})
    assert [row for row, _ in spool.oldest(most=1)] == [3]
    for row, _ in spool.oldest(most=2):
        spool.remove(row, entries={})
    assert _numbers(spool) == [4]
    spool.close()


def test_a_full_spool_takes_nothing_until_there_is_room_again(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=1_048_576)
    taken, reason = _fill(spool)
    assert reason is NoRoom.SPOOL_FULL
    assert 700 < taken < 1_048
    assert spool.used_bytes <= 1_048_576
    for row, _ in spool.oldest(most=100):
        spool.remove(row, entries={})
    assert isinstance(spool.append(_parcel(taken)), int)
    assert _numbers(spool) == list(range(100, taken + 1))
    assert spool.used_bytes <= 1_048_576
    spool.close()


def test_a_full_disk_takes_nothing_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    spool._connection.execute("PRAGMA max_page_count = 40")
    taken, reason = _fill(spool)
    assert reason is NoRoom.DISK_FULL
    assert taken > 50
    assert _numbers(spool) == list(range(taken))
    spool._connection.execute("PRAGMA max_page_count = 1000000")
    assert isinstance(spool.append(_parcel(taken)), int)
    spool.close()


def test_the_last_of_a_disk_is_left_to_others(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY, min_free_bytes=2**62)
    assert spool.append(_parcel(0)) is NoRoom.DISK_FULL
    assert spool.waiting == 0
    spool.close()


_APPENDS_UNTIL_KILLED = """
import sys
from pathlib import Path
from proxy.exchange import Door
from proxy.log.spool import Parcel, Spool

spool = Spool.open(Path(sys.argv[1]), max_bytes=67_108_864)
for number in range(1_000_000):
    spool.append(Parcel(b"c", b"%08d" % number + b"x" * 3_000, 1, 0.0, Door.GATEWAY, "chat"))
    print(number, flush=True)
"""


def test_a_process_that_is_killed_under_writing_loses_nothing_that_was_taken(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", _APPENDS_UNTIL_KILLED, str(tmp_path / "spool.db")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 3_000:
                writer.kill()
                break
        said = [3_000, *(int(line) for line in writer.stdout if line.endswith("\n"))]
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    assert said[-1] <= spool.waiting - 1 <= said[-1] + 1
    numbers = _numbers(spool)
    assert len(numbers) > 3_000
    assert numbers == list(range(len(numbers)))
    spool.close()


def test_a_parcel_that_the_disk_cannot_forget_is_skipped_and_forgotten_later(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    for number in range(3):
        spool.append(_parcel(number))
    spool._connection.execute("PRAGMA query_only = ON")
    assert not spool.remove(1, entries={"key": _entry(1)})
    assert not spool.keep_entries({"key": _entry(1)})
    assert spool.waiting == 2
    assert _numbers(spool) == [1, 2]
    spool._connection.execute("PRAGMA query_only = OFF")
    assert spool.remove(2, entries={"key": _entry(2)})
    spool.close()
    again = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    assert _numbers(again) == [2]
    assert again.entries() == {"key": _entry(2)}
    again.close()


def test_the_newest_entry_of_a_key_is_kept_until_it_is_forgotten(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    spool.keep_entries({"one": _entry(1), "two": _entry(2)})
    spool.keep_entries({"one": _entry(3)})
    spool.forget_entries(["two"])
    spool.close()
    again = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    assert again.entries() == {"one": _entry(3)}
    again.close()


def test_an_emptied_spool_gives_the_disk_back(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    for number in range(1_000):
        spool.append(_parcel(number, size=10_000))
    for row, _ in spool.oldest(most=1_000):
        spool.remove(row, entries={})
    assert spool.waiting == 0
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 100_000
    spool.close()


def test_a_write_that_a_crash_cut_short_is_undone_and_the_rest_is_there(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    for number in range(10):
        spool.append(_parcel(number))
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for file in tmp_path.glob("spool.db*"):
        shutil.copy(file, crashed / file.name)
    spool.close()
    log = crashed / "spool.db-wal"
    os.truncate(log, log.stat().st_size - 100)
    again = Spool.open(crashed / "spool.db", max_bytes=_ROOMY)
    assert _numbers(again) == list(range(9))
    again.close()


@pytest.mark.parametrize("damage", ["cut", "overwritten", "other"])
def test_a_damaged_file_is_refused_clearly(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "spool.db"
    spool = Spool.open(path, max_bytes=_ROOMY)
    for number in range(500):
        spool.append(_parcel(number))
    spool.close()
    whole = path.read_bytes()
    damaged = {
        "cut": whole[: len(whole) // 2 + 100],
        "overwritten": whole[:8_192] + b"\xff" * 40_960 + whole[49_152:],
        "other": b"what was this file " * 1_000,
    }
    path.write_bytes(damaged[damage])
    with pytest.raises(UsageError, match="is damaged; move it away"):
        Spool.open(path, max_bytes=_ROOMY)
    assert path.read_bytes() == damaged[damage]


def test_a_file_that_is_damaged_while_it_is_read_is_no_crash(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    spool.append(_parcel(0))
    spool._connection.execute("DROP TABLE parcels")
    with pytest.raises(Unavailable, match="cannot be read"):
        spool.oldest(most=1)
    spool.close()


def test_a_file_of_another_release_is_refused_clearly(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(UsageError, match="version 9"):
        Spool.open(path, max_bytes=_ROOMY)


def test_a_spool_that_another_process_holds_is_refused_clearly(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    with pytest.raises(UsageError, match="another process holds"):
        Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    spool.close()


def test_a_folder_that_is_none_is_refused_clearly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        Spool.open(tmp_path / "file" / "spool.db", max_bytes=_ROOMY)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused_clearly(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match=r"cannot be written .*; name a folder that can be"):
        Spool.open(tmp_path / "spool.db", max_bytes=_ROOMY)
    tmp_path.chmod(0o700)
