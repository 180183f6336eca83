"""The capture process's side of every door: what it took from each, and the last reckoning when a door has died.

Beside the journal that a door writes (`<source id>.door`) stands one that is written here (`<source id>.capture`): the
counts of what became of the door's exchanges, whose sum is what the door need not send again. Both outlive a kill.
"""

import asyncio
import contextlib
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from proxy.capture import Capture
from proxy.channel import Hello, Message, Visit
from proxy.coverage import Disposition, Key, Ledger, LedgerEntry, entry_of
from proxy.errors import BadRecord, Unavailable
from proxy.exchange import RawExchange
from proxy.journal import Journal, dead_writer, minutes_held, read_journal
from proxy.receipts import Receipts

_LOG = logging.getLogger(__name__)
_SWEEP_S = 1.0
_DOOR, _CAPTURE = ".door", ".capture"
_SOURCE_ID = re.compile(r"[\w.-]{1,180}", re.ASCII)

DOOR_KILLED = "door_killed"
"""Reason of a request that a door had seen and not handed over when it ended."""


def door_journal(folder: Path, source_id: str) -> Path:
    """Where a door keeps its journal."""
    return folder / f"{source_id}{_DOOR}"


@dataclass(frozen=True, slots=True)
class _Book:
    """What is known of one door.

    Attributes:
        journal: Of what was taken from it; None for a door that keeps no journal either.
        visiting: Held while the door is connected, and during its last reckoning.
    """

    door: Path
    receipts: Receipts
    journal: Journal | None
    visiting: asyncio.Lock = field(default_factory=asyncio.Lock)


class Reception:
    """Receives the doors of one state folder; alone, which the spool's lock sees to.

    Args:
        folder: Where doors keep their journals.
    """

    def __init__(self, folder: Path, *, capture: Capture) -> None:
        self._folder = folder
        self._capture = capture
        self._books: dict[str, _Book] = {}
        self._ended = asyncio.Event()

    def close(self) -> None:
        """Take nothing more; what doors have in hand is for the next process."""
        self._ended.set()

    @asynccontextmanager
    async def welcome(self, hello: Hello) -> AsyncIterator[Visit]:
        """A door's visit; waits for the end of its last one, whose messages come first.

        Raises:
            BadRecord: the name is none, or a journal is damaged.
            Unavailable: a journal cannot be written.
        """
        book = self._book(hello.source_id)
        async with book.visiting:
            # The door knows of more only if the state folder was lost.
            book.receipts.acknowledged = max(book.receipts.acknowledged, hello.acknowledged)
            yield _Visit(book.receipts, self._capture, ended=self._ended)

    def _book(self, source_id: str) -> _Book:
        book = self._books.get(source_id)
        if book is None:
            if not _SOURCE_ID.fullmatch(source_id):
                raise BadRecord("the door's name is no source id")
            book = self._books[source_id] = self._open(source_id)
            self._capture.follow(book.receipts.ledger)
        return book

    def _open(self, source_id: str) -> _Book:
        door = door_journal(self._folder, source_id)
        journal = Journal.reopen(door.with_name(f"{source_id}{_CAPTURE}")) if door.exists() else None
        # A minute that the door may still lose requests of is needed for the last reckoning.
        ledger = Ledger(f"{source_id}-capture", mirror=journal, held=partial(minutes_held, door))
        return _Book(door, Receipts(ledger, acknowledged=journal.total if journal else 0), journal)

    async def keep_books(self) -> None:
        """Look for dead doors once a second until cancelled, first of all for those that died before we started."""
        while True:
            await self.sweep()
            await asyncio.sleep(_SWEEP_S)

    async def sweep(self) -> None:
        """Reckon with every door that is dead, and remove its journals once that is safe."""
        for door in sorted(self._folder.glob(f"*{_DOOR}")):
            try:
                await self._look(door)
            except (BadRecord, Unavailable) as error:
                _LOG.error("a door's books stay open: %s", error)

    async def _look(self, door: Path) -> None:
        source_id = door.name.removesuffix(_DOOR)
        book = self._book(source_id)
        if book.visiting.locked() or book.receipts.under_way:
            return
        async with book.visiting:
            with dead_writer(door) as is_dead:
                if is_dead and await self._capture.keep(_last_entries(book, source_id)):
                    self._forget(book, source_id)

    def _forget(self, book: _Book, source_id: str) -> None:
        del self._books[source_id]
        self._capture.unfollow(book.receipts.ledger)
        if book.journal is not None:
            book.journal.close()
        # In this order: without the other file all that the door saw would look lost.
        with contextlib.suppress(OSError):
            book.door.unlink()
            book.door.with_name(f"{source_id}{_CAPTURE}").unlink()


class _Visit:
    def __init__(self, receipts: Receipts, capture: Capture, *, ended: asyncio.Event) -> None:
        self._receipts = receipts
        self._capture = capture
        self._ended = ended
        # Taken on an earlier connection and not acknowledged yet, so the door sends them again.
        self._repeats = receipts.under_way

    @property
    def acknowledged(self) -> int:
        return self._receipts.acknowledged

    @property
    def advanced(self) -> asyncio.Event:
        return self._receipts.advanced

    async def receive(self, message: Message) -> None:
        if self._ended.is_set():
            # Held, not refused: the door keeps all that is not acknowledged, and notices our end by itself.
            await asyncio.Future()
        if not isinstance(message, RawExchange):
            await self._capture.receive(message)
        elif self._repeats:
            self._repeats -= 1
        else:
            await self._capture.receive(message, receipt=self._receipts.take(message))


def _last_entries(book: _Book, source_id: str) -> list[LedgerEntry]:
    """All that is to be told of a dead door, its own counts first."""
    counts = read_journal(book.door).counts
    told = [entry_of(key, source_id=source_id, requests=requests) for key, requests in counts.items() if key[3]]
    book.receipts.ledger.retell()
    told += book.receipts.ledger.changed()
    missing = _missing(counts, book.journal.counts() if book.journal else {})
    told += [entry_of(key, source_id=source_id, requests=requests) for key, requests in missing.items()]
    if missing:
        _LOG.warning("%s died with %d requests in its hands", source_id, missing.total())
    return told


def _missing(seen: Mapping[Key, int], taken: Mapping[Key, int]) -> Counter[Key]:
    """What a door saw, and neither dropped nor handed over."""
    missing = Counter[Key]()
    for (minute, door, route, disposition, _), requests in (*seen.items(), *taken.items()):
        key = (minute, door, route, Disposition.DROPPED, DOOR_KILLED)
        missing[key] += requests if disposition is Disposition.SEEN else -requests
    return +missing
