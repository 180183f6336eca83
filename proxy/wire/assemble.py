"""From the stamped bytes of a reply to what the model said and when: for live replies and for both lanes alike.

Pure: no sockets, no clock. Bytes from a server are never trusted: whatever they hold, this returns.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from itertools import batched
from typing import Protocol, assert_never

from proxy.errors import BadRecord
from proxy.exchange import Chunk, Shape
from proxy.wire.chat import ChatReader
from proxy.wire.draft import error_kind, joined, usage_of
from proxy.wire.fields import Json, decode, table, text
from proxy.wire.messages import MessagesReader
from proxy.wire.reply import Reply, Usage
from proxy.wire.responses import ResponsesReader
from proxy.wire.sse import SseEvent, SseSplitter

_DONE = b"[DONE]"
_STEP_EVENTS = 16


@dataclass(frozen=True, slots=True)
class Assembly:
    """A reply and what is known of its arrival.

    Attributes:
        output_events_ns: First-byte times of the events that carried non-empty text, reasoning or tool-call
            deltas, in order, ns. A whole body with such output counts as one event, at its first byte.
        ended: The terminal event, `[DONE]`, or a whole JSON body was seen.
        malformed: Events or bodies that were not what they should be; they are left out of the reply.
    """

    reply: Reply
    output_events_ns: tuple[int, ...]
    ended: bool
    malformed: int


class Reader(Protocol):
    """Folds the events, or the body, of one API shape."""

    ended: bool

    def event(self, name: str, payload: Json, /) -> bool:
        """Fold one event; true when it carried output."""
        ...

    def body(self, payload: Json, /) -> None:
        """Fold a whole body."""
        ...

    def reply(self) -> Reply:
        """What was heard so far."""
        ...


@dataclass(slots=True)
class EmbeddingsReader:
    """Keeps model and token counts of an embeddings reply; vectors are no text and are not kept."""

    ended: bool = False
    _usage: Usage = field(default_factory=Usage)
    _model: str = ""
    _error: str = ""

    def event(self, _name: str, payload: Json) -> bool:
        """Fold one event; embeddings are never streamed, so this only notes errors."""
        self.body(payload)
        return False

    def body(self, payload: Json) -> None:
        """Fold a whole body."""
        self._model = text(payload, "model")
        self._usage = usage_of(table(payload, "usage"))
        self._error = error_kind(payload)

    def reply(self) -> Reply:
        """Model, usage and error; no choices."""
        return Reply(usage=self._usage, model=joined([self._model]), error=self._error)


def read_reply(shape: Shape, *, streamed: bool, chunks: Iterable[Chunk]) -> Assembly:
    """Read one reply, part or whole.

    Args:
        streamed: Whether server-sent events are expected. A plain JSON body in their place (an error reply) is
            read as a body.
        chunks: The decompressed body in order of arrival.
    """
    steps = reading_steps(shape, streamed=streamed, chunks=chunks)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        assembly: Assembly = end.value
        return assembly


def reading_steps(shape: Shape, *, streamed: bool, chunks: Iterable[Chunk]) -> Generator[None, None, Assembly]:
    """The same in steps of a few events each, about 0.3 ms, for a loop that has something else to do in between."""
    held = tuple(chunks)
    if streamed and not _is_body(held):
        return (yield from _read_stream(_reader(shape), held))
    return _read_body(_reader(shape), held)


def _reader(shape: Shape) -> Reader:
    match shape:
        case Shape.CHAT | Shape.COMPLETIONS:
            return ChatReader()
        case Shape.RESPONSES:
            return ResponsesReader()
        case Shape.MESSAGES:
            return MessagesReader()
        case Shape.EMBEDDINGS:
            return EmbeddingsReader()
    assert_never(shape)


def _is_body(chunks: tuple[Chunk, ...]) -> bool:
    start = next((data for chunk in chunks if (data := chunk.data.lstrip())), b"")
    return start.startswith(b"{")


def _read_body(reader: Reader, chunks: tuple[Chunk, ...]) -> Assembly:
    first_ns = next((chunk.at_ns for chunk in chunks if chunk.data), None)
    payload = _payload(b"".join(chunk.data for chunk in chunks))
    if payload is None:
        return Assembly(Reply(), (), ended=False, malformed=int(first_ns is not None))
    reader.body(payload)
    reply = reader.reply()
    counts = not reply.error and any(one.text or one.reasoning or one.tool_calls for one in reply.choices)
    return Assembly(reply, (first_ns,) if counts and first_ns is not None else (), ended=True, malformed=0)


def _read_stream(reader: Reader, chunks: tuple[Chunk, ...]) -> Generator[None, None, Assembly]:
    splitter, folding = SseSplitter(), _Folding(reader)
    events = (event for chunk in chunks for event in splitter.feed(chunk.data, at_ns=chunk.at_ns))
    for step in batched(events, _STEP_EVENTS, strict=False):
        for event in step:
            folding.take(event)
        yield
    if rest := splitter.finish():
        folding.take(rest)
    return Assembly(
        reader.reply(),
        tuple(folding.output_ns),
        ended=folding.done or reader.ended,
        malformed=folding.malformed + splitter.oversized,
    )


@dataclass(slots=True)
class _Folding:
    """A stream while it is read."""

    reader: Reader
    output_ns: list[int] = field(default_factory=list)
    done: bool = False
    malformed: int = 0

    def take(self, event: SseEvent) -> None:
        if event.data.strip() == _DONE:
            self.done = True
            return
        payload = _payload(event.data)
        if payload is None:
            self.malformed += 1
        elif self.reader.event(event.name, payload):
            self.output_ns.append(event.first_byte_ns)


def _payload(data: bytes) -> Json | None:
    try:
        value = decode(data, surrogates=True)
    except BadRecord:
        return None
    return value if isinstance(value, dict) else None
