"""The spool: anonymised exchanges on disk while the broker is away, oldest first, and the ledger entries beside them.

One SQLite file that one process holds. It knows neither the broker nor when to publish; raw exchanges never come here.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count, islice
from pathlib import Path
from typing import Self

import msgspec

from proxy.coverage import LedgerEntry
from proxy.errors import Unavailable, UsageError
from proxy.exchange import Door

_LOG = logging.getLogger(__name__)
_VERSION = 2
_WAL_BYTES = 8_388_608
_SHRINK_PAGES = 1_024
_READ_BYTES = 16_777_216
_RETRIED_ROWS = 512
_HEADERS, _HEADER_BYTES = 16, 4_096
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS parcels (
    row INTEGER PRIMARY KEY,
    started_at REAL NOT NULL,
    door TEXT NOT NULL,
    route TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    headers BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
PRAGMA user_version = {_VERSION};
"""
_UPGRADES = {
    1: """
BEGIN IMMEDIATE;
ALTER TABLE parcels ADD COLUMN headers BLOB NOT NULL DEFAULT x'80';
PRAGMA user_version = 2;
COMMIT;
"""
}
"""How a file of an earlier version becomes one of the next; x'80' is an empty map."""

_read_headers = msgspec.msgpack.Decoder(dict[str, bytes]).decode


class NoRoom(StrEnum):
    """Why the spool did not take a parcel; a word for the coverage ledger."""

    SPOOL_FULL = "spool_full"
    """The spool's own bound is reached."""

    DISK_FULL = "disk_full"
    """The file system is full, or nearly: the last of it is left to others, and to removals, which need some too."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One anonymised exchange on its way: what the log takes, and what the ledger needs to count it later.

    Attributes:
        key: Conversation id, the record's key.
        value: The exchange as it stands on the log; it carries the id by which repeats are one row.
        started_at: Arrival of the request, seconds since the epoch.
        route: API shape, or other.
        headers: Further headers of the record. The spool keeps the first 16 of them, as far as they fit into 4 KiB:
            trace context comes from clients.
    """

    key: bytes
    value: bytes
    schema_version: int
    started_at: float
    door: Door
    route: str
    headers: Mapping[str, bytes] = field(default_factory=dict)


class Spool:
    """A bounded queue that outlives its process; opened with `open`."""

    def __init__(self, connection: sqlite3.Connection, *, path: Path, max_bytes: int, min_free_bytes: int) -> None:
        self._connection = connection
        self._path = path
        self._max_bytes = max_bytes
        self._min_free_bytes = min_free_bytes
        self._page_bytes = self._number("PRAGMA page_size")
        self._parcels = self._number("SELECT COUNT(*) FROM parcels")
        self._rows = count(self._number("SELECT COALESCE(MAX(row), 0) + 1 FROM parcels"))
        self._done: dict[int, None] = {}
        self._is_refused = False

    @classmethod
    def open(cls, path: Path, *, max_bytes: int, min_free_bytes: int = 67_108_864) -> Self:
        """Open the spool, or make it; what a killed process committed is there again.

        Args:
            max_bytes: Bound of the file; the write-ahead log beside it adds a few MiB.
            min_free_bytes: What must stay free on the file system.

        Raises:
            UsageError: the folder cannot be written, another process holds the file, or it is damaged.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            message = f"the spool {path} cannot be written ({error.strerror}); name a folder that can be"
            raise UsageError(message) from error
        connection = sqlite3.connect(path, timeout=1, autocommit=True)
        try:
            _prepare(connection, path=path)
            return cls(connection, path=path, max_bytes=max_bytes, min_free_bytes=min_free_bytes)
        except sqlite3.Error as error:
            connection.close()
            raise UsageError(_explain(error, path=path)) from error
        except UsageError:
            connection.close()
            raise

    @property
    def waiting(self) -> int:
        """Parcels that wait."""
        return self._parcels

    @property
    def used_bytes(self) -> int:
        """Bytes of the file that hold something."""
        pages = self._number("PRAGMA page_count") - self._number("PRAGMA freelist_count")
        return pages * self._page_bytes

    @property
    def oldest_at(self) -> float | None:
        """Arrival of the oldest parcel, seconds since the epoch; None when nothing waits, or it cannot be read now."""
        with contextlib.suppress(sqlite3.Error):
            row = self._connection.execute("SELECT started_at FROM parcels ORDER BY row LIMIT 1").fetchone()
            return None if row is None else float(row[0])
        return None

    def append(self, parcel: Parcel) -> int | NoRoom:
        """Take one parcel as the newest; the row that it stands in, or why it could not be taken."""
        row = next(self._rows)
        values = (row, parcel.started_at, parcel.door, parcel.route, parcel.schema_version, parcel.key, parcel.value,
                  _written_headers(parcel.headers))  # fmt: skip
        try:
            if self.used_bytes + len(parcel.value) > self._max_bytes:
                return NoRoom.SPOOL_FULL
            if self._free_bytes() < self._min_free_bytes + len(parcel.value):
                return self._refuse("little space is left")
            self._insert(values)
        except (sqlite3.Error, OSError) as error:
            return self._refuse(_name(error))
        self._parcels += 1
        self._is_refused = False
        return row

    def _insert(self, values: tuple[object, ...]) -> None:
        """Write one row; where the write-ahead log cannot grow, all moves into the file and the row is tried again."""
        statement = "INSERT INTO parcels VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        try:
            self._connection.execute(statement, values)
        except sqlite3.Error:
            if self._is_refused:
                raise
            self._checkpoint()
            self._connection.execute(statement, values)

    def _refuse(self, reason: str) -> NoRoom:
        """Say so once, and move all into the file while that fits: removals then need no more room than there is."""
        if not self._is_refused:
            _LOG.error("the spool %s takes no more (%s)", self._path, reason)
            self._checkpoint()
        self._is_refused = True
        return NoRoom.DISK_FULL

    def _checkpoint(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _free_bytes(self) -> int:
        system = os.statvfs(self._path)
        return system.f_bavail * system.f_frsize

    def oldest(self, *, most: int) -> list[tuple[int, Parcel]]:
        """The oldest parcels with their rows: at most `most`, and about 16 MiB unless one alone is larger.

        Raises:
            Unavailable: the file cannot be read just now.
        """
        found: list[tuple[int, Parcel]] = []
        size = 0
        try:
            with contextlib.closing(self._connection.execute("SELECT * FROM parcels ORDER BY row")) as rows:
                for row, started_at, door, route, version, key, value, headers in rows:
                    if row in self._done:
                        continue
                    size += len(value)
                    if found and size > _READ_BYTES:
                        break
                    kept = _read_headers(headers)
                    found.append((row, Parcel(key, value, version, started_at, Door(door), route, kept)))
                    if len(found) == most:
                        break
        except sqlite3.Error as error:
            message = f"the spool {self._path} cannot be read ({_name(error)})"
            raise Unavailable(message) from error
        return found

    def remove(self, row: int, *, entries: Mapping[str, LedgerEntry]) -> bool:
        """Forget a parcel that the broker has, and keep the ledger entries that count it, both or neither.

        A full disk may not even take a removal: False is returned, the row is skipped from now on and removed with
        a later one. If the process ends before, the next one publishes and counts it a second time.
        """
        rows = [row, *islice(self._done, _RETRIED_ROWS)]
        self._parcels -= 1
        try:
            with self._transaction():
                self._connection.executemany("DELETE FROM parcels WHERE row = ?", [(one,) for one in rows])
                self._replace(entries)
        except sqlite3.Error as error:
            if not self._done:
                _LOG.warning("the spool %s will forget parcels later (%s)", self._path, _name(error))
            self._done[row] = None
            return False
        for one in rows:
            self._done.pop(one, None)
        self._shrink()
        return True

    def keep_entries(self, entries: Mapping[str, LedgerEntry]) -> bool:
        """Keep ledger entries that the broker could not take, the newest of each key; False when there is no room."""
        try:
            with self._transaction():
                self._replace(entries)
        except sqlite3.Error as error:
            _LOG.warning("the spool %s did not keep the ledger (%s)", self._path, _name(error))
            return False
        return True

    def _replace(self, entries: Mapping[str, LedgerEntry]) -> None:
        values = [(key, entry.to_bytes()) for key, entry in entries.items()]
        self._connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?)", values)

    def entries(self) -> dict[str, LedgerEntry]:
        """Ledger entries that were kept and not forgotten, by key."""
        rows = self._connection.execute("SELECT key, value FROM entries").fetchall()
        return {key: LedgerEntry.from_bytes(value) for key, value in rows}

    def forget_entries(self, keys: Iterable[str]) -> None:
        """Forget ledger entries that the broker has; one that stays is published twice, which changes no count."""
        with contextlib.suppress(sqlite3.Error), self._transaction():
            self._connection.executemany("DELETE FROM entries WHERE key = ?", [(key,) for key in keys])

    def close(self) -> None:
        """Let go of the file; parcels stay in it."""
        self._connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _shrink(self) -> None:
        """Give the disk back once nothing waits."""
        if self._parcels:
            return
        with contextlib.suppress(sqlite3.Error):
            if self._number("PRAGMA freelist_count") > _SHRINK_PAGES:
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _number(self, statement: str) -> int:
        number: int = self._connection.execute(statement).fetchone()[0]
        return number


def _prepare(connection: sqlite3.Connection, *, path: Path) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("COMMIT")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version not in {0, *_UPGRADES, _VERSION}:
        message = f"the spool {path} is of version {version}, not {_VERSION}; drain it with the release that wrote it"
        raise UsageError(message)
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("quick_check")
    if version == 0:
        connection.executescript(_SCHEMA)
    for earlier in range(version or _VERSION, _VERSION):
        connection.executescript(_UPGRADES[earlier])


def _written_headers(headers: Mapping[str, bytes]) -> bytes:
    """The first headers that fit the bound, as a MessagePack map."""
    kept: dict[str, bytes] = {}
    size = 0
    for name, value in islice(headers.items(), _HEADERS):
        size += len(name.encode("utf-8", "replace")) + len(value)
        if size <= _HEADER_BYTES:
            kept[name] = value
    return msgspec.msgpack.encode(kept)


def _explain(error: sqlite3.Error, *, path: Path) -> str:
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"another process holds the spool {path}; end it, or give this one a state folder of its own"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"the spool {path} is damaged; move it away, and the exchanges that it held are lost"
        case sqlite3.SQLITE_FULL:
            return f"the disk of the spool {path} is full; make room on it"
        case _:
            return f"the spool {path} cannot be written ({error}); name a folder that can be"


def _name(error: Exception) -> str:
    """What went wrong, without the values of the statement."""
    return getattr(error, "sqlite_errorname", type(error).__name__)
