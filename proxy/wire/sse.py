"""Server-sent events: an incremental splitter that remembers when each event's first byte arrived.

Knows nothing of what the events mean. Source: WHATWG HTML, section 9.2 (event stream interpretation).
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

MAX_EVENT_BYTES = 16_777_216
_EOL = rb"(?:\r\n|\n|\r(?![\n]|\Z))"
_BLANK_LINE = re.compile(_EOL + _EOL)
_BOM = b"\xef\xbb\xbf"
_LONGEST_CUT = 3  # bytes of a blank line, CR LF CR LF, whose last byte has not come


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event.

    Attributes:
        first_byte_ns: Monotonic time at which its first byte arrived, ns.
        name: The event field; empty when the stream named none.
        data: The data lines, joined by newlines.
        whole: False for what was left when the stream ended before the blank line.
    """

    first_byte_ns: int
    name: str
    data: bytes
    whole: bool = True


class SseSplitter:
    """Turns byte chunks, cut anywhere, into events.

    Attributes:
        oversized: Events that were larger than `max_event_bytes` and were skipped.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.oversized = 0
        self._max = max_event_bytes
        self._buffer = bytearray()
        self._start = 0  # stream offset of the buffer's first byte
        self._scanned = 0  # bytes of the buffer already known to hold no blank line
        self._arrivals: deque[tuple[int, int]] = deque()  # (stream offset of a chunk's first byte, its stamp)
        self._skipping = False

    def feed(self, data: bytes, *, at_ns: int) -> list[SseEvent]:
        """Events that this chunk completed, in order."""
        if not data:
            return []
        self._arrivals.append((self._start + len(self._buffer), at_ns))
        self._buffer += data
        if self._start == 0 and self._buffer.startswith(_BOM):
            self._discard(len(_BOM))
        found = list(self._complete())
        self._bound()
        return found

    def finish(self) -> SseEvent | None:
        """What is left when the stream has ended: some servers leave out the last blank line.

        A last blank line of bare CRs shows only here, because an LF might have followed.
        """
        if self._skipping or not self._buffer.strip():
            return None
        block = bytes(self._buffer)
        event = self._event(block, whole=block.endswith((b"\r\r", b"\n\r")))
        self._discard(len(self._buffer))
        return event

    def _complete(self) -> Iterator[SseEvent]:
        begin = 0
        search_from = self._scanned
        while match := _BLANK_LINE.search(self._buffer, search_from):
            if self._skipping:
                self._skipping = False
            elif match.start() - begin > self._max:
                self.oversized += 1
            elif event := self._event(bytes(self._buffer[begin : match.start()]), offset=begin):
                yield event
            begin = search_from = match.end()
        self._discard(begin)
        self._scanned = max(len(self._buffer) - _LONGEST_CUT, 0)

    def _bound(self) -> None:
        if len(self._buffer) <= self._max + _LONGEST_CUT:
            return
        if not self._skipping:
            self.oversized += 1
            self._skipping = True
        self._discard(len(self._buffer) - _LONGEST_CUT)

    def _event(self, block: bytes, *, offset: int = 0, whole: bool = True) -> SseEvent | None:
        skipped = 0
        while block[skipped : skipped + 1] in (b":", b"\r", b"\n"):
            skipped = _next_line(block, skipped)
        name, lines = "", []
        if block.startswith(b"data:") and b"\n" not in block and b"\r" not in block:
            lines.append(_value(block, 5))
        else:
            for line in block[skipped:].splitlines():
                if line.startswith(b"data:"):
                    lines.append(_value(line, 5))
                elif line == b"data":
                    lines.append(b"")
                elif line.startswith(b"event:"):
                    name = _value(line, 6).decode(errors="replace")
        if not lines and (whole or not block[skipped:].strip()):
            return None
        return SseEvent(self._arrival(self._start + offset + skipped), name, b"\n".join(lines), whole)

    def _arrival(self, position: int) -> int:
        while len(self._arrivals) > 1 and self._arrivals[1][0] <= position:
            self._arrivals.popleft()
        return self._arrivals[0][1]

    def _discard(self, size: int) -> None:
        del self._buffer[:size]
        self._start += size
        self._scanned = 0
        while len(self._arrivals) > 1 and self._arrivals[1][0] <= self._start:
            self._arrivals.popleft()


def _value(line: bytes, start: int) -> bytes:
    return line[start + 1 :] if line[start : start + 1] == b" " else line[start:]


def _next_line(block: bytes, start: int) -> int:
    ends = [found for mark in (b"\n", b"\r") if (found := block.find(mark, start)) >= 0]
    return min(ends) + 1 if ends else len(block)
