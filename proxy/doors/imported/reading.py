"""The lines of a log file from a place on, each with where it ends. Knows files, never formats."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from proxy.doors.imported.line import Line, Origin
from proxy.errors import UsageError


@dataclass(frozen=True, slots=True)
class Found:
    """A line as it lies in the file.

    Attributes:
        ends_at: Offset of the byte after it and its newline.
        lines: Lines of the file up to there.
        is_ended: Whether it has its newline; the last line of a log that is still written may not.
        is_too_long: Longer than the limit; its data is cut there.
    """

    line: Line
    ends_at: int
    lines: int
    is_ended: bool
    is_too_long: bool


def origin_of(
    file: Path,
    *,
    model: str = "",
    conversation_header: str = "x-conversation-id",
    keep_headers: frozenset[str] = frozenset(),
) -> Origin:
    """What holds for every line of a file; see `Origin`.

    Raises:
        UsageError: there is no such file.
    """
    if not file.is_file():
        message = f"{file} is no file; name the log to import"
        raise UsageError(message)
    return Origin(
        name=file.name,
        written_at=file.stat().st_mtime,
        model=model,
        conversation_header=conversation_header,
        keep_headers=keep_headers,
    )


def lines_of(file: Path, origin: Origin, *, offset: int, number: int, max_bytes: int) -> Iterator[Found]:
    """The lines from `offset` on.

    Args:
        number: Lines before `offset`.
        max_bytes: Longest line that is held in memory.
    """
    with file.open("rb") as handle:
        handle.seek(offset)
        while data := handle.readline(max_bytes + 1):
            is_too_long = len(data) > max_bytes and not data.endswith(b"\n")
            last = data
            while is_too_long and last and not last.endswith(b"\n"):
                last = handle.readline(max_bytes)
            number += 1
            line = Line(origin, number=number, offset=offset, data=data.rstrip(b"\r\n"))
            offset = handle.tell()
            yield Found(line, offset, number, is_ended=(last or data).endswith(b"\n"), is_too_long=is_too_long)
