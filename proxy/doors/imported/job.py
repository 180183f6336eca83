"""One import: reads a log line by line, hands its requests over, counts them, and remembers how far it came.

Knows no Kafka and no anonymiser: what takes the exchanges is given. A bad line is counted and never stops it.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from proxy.channel import Message
from proxy.coverage import Disposition, Ledger
from proxy.doors.imported.bookmark import mark, open_bookmark
from proxy.doors.imported.line import UNREADABLE, NotImported, Origin, Read
from proxy.doors.imported.litellm import read_litellm
from proxy.doors.imported.openai import read_openai
from proxy.doors.imported.reading import Found, lines_of
from proxy.doors.imported.vllm import join_details, read_vllm
from proxy.errors import UsageError
from proxy.exchange import Door, RawExchange
from proxy.wire.routes import OTHER_ROUTE, shape_of

FORMATS: Final[dict[str, Read]] = {"openai": read_openai, "litellm": read_litellm, "vllm": read_vllm}
"""Readers by the name that users give."""

_JOINING: Final = {"vllm": join_details}
"""Formats that may tell of one request in two lines."""

_MAX_LINE_BYTES = 67_108_864
_TRIED_LINES = 10_000
_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is, bytes of the file."""

    bytes_done: int
    bytes_total: int


@dataclass(slots=True)
class ImportReport:
    """What one run of an import did.

    Attributes:
        seen: Requests found.
        handed_over: Of those, requests given to the capture side.
        reasons: The others, by reason.
        refused: Their lines, the first 1000.
    """

    seen: int = 0
    handed_over: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    refused: list[NotImported] = field(default_factory=list)

    def refuse(self, refused: NotImported) -> None:
        """Count a line that could not be brought in."""
        self.reasons[refused.reason] += 1
        if len(self.refused) < _LISTED:
            self.refused.append(refused)


async def _at_once() -> None:
    return


class ImportJob:
    """Imports one file; run again, it goes on where it was.

    Delivery is at least once: after a crash the lines since the last bookmark come again, with equal exchange ids.

    Args:
        format_name: One of `FORMATS`.
        bookmark: File that remembers the place; each log has its own.
        ledger: Counts of this run; give every run a source id of its own.
        deliver: Takes exchanges and ledger entries; waiting in it holds the import back.
        settle: Returns once all that was delivered is safe; awaited before every bookmark.
        lines_per_bookmark: Lines between two bookmarks, at least 1.
    """

    def __init__(
        self,
        file: Path,
        *,
        origin: Origin,
        format_name: str,
        bookmark: Path,
        ledger: Ledger,
        deliver: Callable[[Message], Awaitable[None]],
        settle: Callable[[], Awaitable[None]] = _at_once,
        progress: Callable[[Progress], None] = lambda _: None,
        lines_per_bookmark: int = 500,
    ) -> None:
        self._file = file
        self._origin = origin
        self._format_name = format_name
        self._bookmark = bookmark
        self._ledger = ledger
        self._deliver = deliver
        self._settle = settle
        self._progress = progress
        self._lines_per_bookmark = lines_per_bookmark

    async def run(self) -> ImportReport:
        """Import what the file holds beyond its bookmark.

        Raises:
            UsageError: the format is unknown or not the file's, or the bookmark does not fit the file.
        """
        read = self._reader()
        start = open_bookmark(self._bookmark, log=self._file)
        if not start.offset:
            self._refuse_other_formats(read)
        report, offset, lines, saved = ImportReport(), start.offset, start.lines, start.lines
        for found in self._lines(offset, lines):
            outcome = NotImported("too_large", found.line.number) if found.is_too_long else read(found.line)
            if found.is_ended or isinstance(outcome, RawExchange):
                offset, lines = found.ends_at, found.lines
            elif outcome is not None:
                outcome = NotImported("unfinished_line", found.line.number)
            await self._take(outcome, report)
            if lines - saved >= self._lines_per_bookmark:
                await self._save(offset, lines)
                saved = lines
        await self._save(offset, lines)
        return report

    def _reader(self) -> Read:
        read = FORMATS.get(self._format_name)
        if read is None:
            message = f"{self._format_name} is no known log format; known are {', '.join(FORMATS)}"
            raise UsageError(message)
        return read

    def _refuse_other_formats(self, read: Read) -> None:
        """Refuse a file in whose first lines nothing speaks for the format."""
        refused: list[NotImported] = []
        for found in islice(self._lines(0, 0), _TRIED_LINES):
            outcome = read(found.line)
            if isinstance(outcome, NotImported) and outcome.reason in UNREADABLE:
                refused.append(outcome)
            elif outcome is not None:
                return
        if refused or self._file.stat().st_size:
            first = f"line {refused[0].number}: {refused[0].reason}" if refused else "no line names a request"
            others = ", ".join(name for name in FORMATS if name != self._format_name)
            message = f"{self._file.name} is no {self._format_name} log ({first}); other formats are {others}"
            raise UsageError(message)

    def _lines(self, offset: int, lines: int) -> Iterator[Found]:
        found = lines_of(self._file, self._origin, offset=offset, number=lines, max_bytes=_MAX_LINE_BYTES)
        join = _JOINING.get(self._format_name)
        return join(found) if join else found

    async def _take(self, outcome: RawExchange | NotImported | None, report: ImportReport) -> None:
        match outcome:
            case RawExchange():
                report.seen += 1
                self._count(Disposition.SEEN, outcome)
                await self._deliver(outcome)
                report.handed_over += 1
            case NotImported():
                report.seen += 1
                report.refuse(outcome)
                self._count(Disposition.SEEN, outcome)
                self._count(Disposition.DROPPED, outcome)
            case None:
                return

    def _count(self, disposition: Disposition, outcome: RawExchange | NotImported) -> None:
        """Count one request; one that could not be read stands in the minute of the file's last change."""
        if isinstance(outcome, NotImported):
            reason = outcome.reason if disposition is Disposition.DROPPED else ""
            at, route = self._origin.written_at, OTHER_ROUTE
        else:
            shape = shape_of(outcome.path)
            at, route, reason = outcome.started_at, str(shape) if shape else OTHER_ROUTE, ""
        self._ledger.count(disposition, at=at, door=Door.IMPORT, route=route, reason=reason)

    async def _save(self, offset: int, lines: int) -> None:
        """Make sure of what was delivered, then remember the place."""
        for entry in self._ledger.changed():
            await self._deliver(entry)
        await self._settle()
        mark(self._file, offset=offset, lines=lines).save(self._bookmark)
        self._progress(Progress(bytes_done=offset, bytes_total=max(self._file.stat().st_size, offset)))
