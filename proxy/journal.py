"""A ledger's counts in a small memory-mapped file, so that they outlive a process that is killed.

One process writes a file and holds its lock as long as it lives; whoever gets the lock knows that the writer is dead.
Each change is one store of 8 bytes, and a key is written before its count, so that a kill leaves a count as it was or
as it is to be. All of it outlives the process; of a machine that fails, only what the system had written back.
"""

import contextlib
import fcntl
import logging
import mmap
import os
import struct
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from proxy.coverage import Disposition, Key
from proxy.errors import BadRecord, Unavailable
from proxy.exchange import Door

_LOG = logging.getLogger(__name__)
_SLOT = struct.Struct("=QQq104s")
"""Count, the count at which the slot's present key began, minute, and the rest of the key. A slot is free when the
two counts are equal; counts never go down, so that their sum is what was ever counted."""

_KEY = struct.Struct("=q104s")
_KEY_AT = 16
_WORDS = _SLOT.size // 8
_MAGIC = b"understudy journal 1".ljust(_SLOT.size, b"\0")
_SLOTS = 512
_APART = "|"


class Journal:
    """The writer's side; made with `create` or `reopen`."""

    def __init__(self, file: int, *, path: Path) -> None:
        self._file = file
        self._path = path
        self._slots: dict[Key, int] = {}
        self._free: deque[int] = deque()
        self._map = mmap.mmap(file, 0)
        self._cells = memoryview(self._map).cast("Q")
        self._free.extend(range(_WORDS, len(self._cells), _WORDS))
        self._is_full = False

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a journal and hold its lock; nobody sees the file before it is locked.

        Raises:
            Unavailable: the file cannot be made.
        """
        new = path.with_name(f"{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Written, not truncated to size: a store to a page that the disk has no room for would end the process.
                _write(file, _MAGIC + bytes(_SLOTS * _SLOT.size), at=0)
                new.rename(path)
                return cls(file, path=path)
            except OSError:
                os.close(file)
                raise
        except OSError as error:
            message = f"the journal {path} cannot be made ({error.strerror}); name a state folder that can be written"
            raise Unavailable(message) from error

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Go on with a journal whose writer has ended, or make it.

        Raises:
            Unavailable: the file cannot be made, or another process holds it.
            BadRecord: the file is no journal.
        """
        if not path.exists():
            return cls.create(path)
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            _insist_on_lock(file, path=path)
            kept = read_journal(path)
            journal = cls(file, path=path)
        except BaseException:
            os.close(file)
            raise
        journal._slots = {key: _WORDS * slot for key, slot in kept.slots.items()}
        taken = set(journal._slots.values())
        journal._free = deque(cell for cell in journal._free if cell not in taken)
        return journal

    @property
    def total(self) -> int:
        """Every request that was ever counted here, the forgotten ones included."""
        return sum(self._cells[_WORDS::_WORDS])

    def counts(self) -> dict[Key, int]:
        """What is not forgotten."""
        return {key: self._cells[cell] - self._cells[cell + 1] for key, cell in self._slots.items()}

    def add(self, key: Key) -> None:
        """Count one request; when there is no room and none can be made, it is counted in memory alone."""
        cell = self._slots.get(key) or self._claim(key)
        if cell:
            self._cells[cell] += 1

    def release(self, keys: Collection[Key]) -> None:
        """Forget counts; their slots are used again, the one that was freed first first."""
        for key in keys:
            cell = self._slots.pop(key, 0)
            if cell:
                self._cells[cell + 1] = self._cells[cell]
                self._free.append(cell)

    def close(self) -> None:
        """Let go of the lock; the file stays for the capture process."""
        self._cells.release()
        self._map.close()
        os.close(self._file)

    def _claim(self, key: Key) -> int:
        if not self._free:
            self._grow()
        if not self._free:
            return 0
        cell = self._free.popleft()
        _KEY.pack_into(self._map, cell * 8 + _KEY_AT, key[0], _text(key))
        self._slots[key] = cell
        return cell

    def _grow(self) -> None:
        size = len(self._map)
        try:
            _write(self._file, bytes(size), at=size)
        except OSError as error:
            if not self._is_full:
                _LOG.error("the journal %s has no room (%s); some counts would not survive", self._path, error.strerror)
            self._is_full = True
            return
        self._cells.release()
        self._map.close()
        self._map = mmap.mmap(self._file, 0)
        self._cells = memoryview(self._map).cast("Q")
        self._free.extend(range(size // 8, len(self._cells), _WORDS))


@dataclass(frozen=True, slots=True)
class Journalled:
    """What a journal holds.

    Attributes:
        counts: By key, without the forgotten ones.
        slots: Where each key stands, 1 or more.
    """

    counts: dict[Key, int]
    slots: dict[Key, int]


def read_journal(path: Path) -> Journalled:
    """Read a journal whose writer has ended.

    Raises:
        Unavailable: the file cannot be read.
        BadRecord: the file is no journal.
    """
    counts: dict[Key, int] = {}
    slots: dict[Key, int] = {}
    for slot, (count, start, minute, text) in _slots_of(path):
        key = _key(minute, text, path=path)
        counts[key] = count - start
        slots[key] = slot
    return Journalled(counts, slots)


def minutes_held(path: Path) -> set[int]:
    """The minutes that a journal has counts of, its writer alive or not; empty when there is no file.

    Raises:
        BadRecord: the file is no journal.
    """
    try:
        return {minute for _, (_, _, minute, _) in _slots_of(path)}
    except Unavailable:
        return set()


@contextlib.contextmanager
def dead_writer(path: Path) -> Iterator[bool]:
    """Whether the journal's writer is dead; when it is, its lock is held until the block ends."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        yield _take_lock(file)
    finally:
        os.close(file)


def _insist_on_lock(file: int, *, path: Path) -> None:
    if not _take_lock(file):
        message = f"another process writes the journal {path}; give this one a state folder of its own"
        raise Unavailable(message)


def _take_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _slots_of(path: Path) -> Iterator[tuple[int, tuple[int, int, int, bytes]]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"the journal {path} cannot be read ({error.strerror})"
        raise Unavailable(message) from error
    if not data.startswith(_MAGIC) or len(data) % _SLOT.size:
        message = f"{path} is no journal of this release; move it away, and what it alone counted is lost"
        raise BadRecord(message)
    for number, slot in enumerate(_SLOT.iter_unpack(data)):
        if number and slot[0] > slot[1]:
            yield number, slot


def _write(file: int, data: bytes, *, at: int) -> None:
    written = os.pwrite(file, data, at)
    while written < len(data):
        written += os.pwrite(file, data[written:], at + written)


def _text(key: Key) -> bytes:
    _, door, route, disposition, reason = key
    return _APART.join((door, route, disposition or "", reason)).encode()


def _key(minute: int, text: bytes, *, path: Path) -> Key:
    try:
        door, route, disposition, reason = text.rstrip(b"\0").decode("ascii", "replace").split(_APART)
        return minute, Door(door), route, Disposition(disposition) if disposition else None, reason
    except ValueError:
        message = f"the journal {path} holds a count that names no door or disposition of this release"
        raise BadRecord(message) from None
