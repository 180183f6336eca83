"""How far a log was imported: a small file that is replaced whole, so that an import may be stopped at any time."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from proxy.errors import UsageError

_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The place of the next line, and by what the log is known again.

    Attributes:
        offset: Of the next line's first byte.
        lines: Lines before it.
        head_bytes: Bytes of the log's start that `head` is the SHA-256 of; at most 4096, never beyond `offset`.
    """

    name: str
    offset: int = 0
    lines: int = 0
    head_bytes: int = 0
    head: str = ""

    def save(self, file: Path) -> None:
        """Write it in place of the one before; a crash leaves the one or the other."""
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
        with fresh.open("w", encoding="utf-8") as handle:
            json.dump(asdict(self), handle)
            handle.flush()
            os.fsync(handle.fileno())
        fresh.replace(file)


def mark(log: Path, *, offset: int, lines: int) -> Bookmark:
    """The bookmark at a place of a log."""
    size = min(offset, _HEAD_BYTES)
    return Bookmark(name=log.name, offset=offset, lines=lines, head_bytes=size, head=_head(log, size))


def open_bookmark(file: Path, *, log: Path) -> Bookmark:
    """Where to go on, or the start when the log was never imported.

    Raises:
        UsageError: the bookmark cannot be read or is another log's, or the log was replaced or cut since.
    """
    if not file.exists():
        return Bookmark(name=log.name)
    try:
        found = Bookmark(**json.loads(file.read_text(encoding="utf-8")))
        is_same = found.name == log.name and _head(log, found.head_bytes) == found.head
        is_same = is_same and 0 <= found.offset <= log.stat().st_size
    except (ValueError, TypeError):
        message = f"the bookmark {file} cannot be read; delete it to import {log.name} from its start"
        raise UsageError(message) from None
    if not is_same:
        message = (
            f"the bookmark {file} does not fit {log.name}: the log was replaced or cut since; "
            "delete the bookmark to import it from its start"
        )
        raise UsageError(message)
    return found


def _head(log: Path, size: int) -> str:
    with log.open("rb") as handle:
        return hashlib.sha256(handle.read(size)).hexdigest()
