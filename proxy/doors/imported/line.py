"""One line of a log, what it becomes, and what every format needs to build an exchange of it. No files, no clock."""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from proxy.exchange import Chunk, Door, ExchangeOutcome, RawExchange, Shape
from proxy.wire.fields import Json
from proxy.wire.headers import without_credentials
from proxy.wire.routes import PATHS

UNREADABLE = frozenset({"not_json", "other_format"})
"""Reasons that speak against the format the user named; a file of nothing else is refused."""

_OK = 200
_LATEST_S = 253_402_300_000.0
_JSON_HEADERS = (("content-type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Origin:
    """What holds for every line of a log.

    Attributes:
        name: The file's name without its folder; part of every exchange id.
        written_at: Last change of the file, seconds since the epoch: the arrival of requests that have no time.
        model: Model name for logs that do not say it.
        conversation_header: Lower-case name of the header that names the conversation.
        keep_headers: Lower-case names that are kept in the record whatever they look like.
    """

    name: str
    written_at: float
    model: str = ""
    conversation_header: str = "x-conversation-id"
    keep_headers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its place.

    Attributes:
        number: From 1.
        offset: Of its first byte.
        data: Without the newline.
    """

    origin: Origin
    number: int
    offset: int
    data: bytes

    @property
    def exchange_id(self) -> str:
        """The same for the same line of the same file: SHA-256 of name, offset and bytes, first 32 hex digits."""
        place = f"{self.origin.name}\x1f{self.offset}\x1f".encode("utf-8", "surrogateescape")
        return hashlib.sha256(place + self.data).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class NotImported:
    """A request that could not be brought in; the reason is a word for the coverage ledger."""

    reason: str
    number: int


type Read = Callable[[Line], RawExchange | NotImported | None]
"""Reads one line of a format; None when the line is about no request (another line of a server's log)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a log says of a live reply.

    Attributes:
        status: HTTP status.
        started_at: Start of the request, seconds since the epoch; this and the next two are None where unknown.
        first_output_at: First output of a streamed reply.
        ended_at: End of the reply.
    """

    body: Json
    status: int = _OK
    started_at: float | None = None
    first_output_at: float | None = None
    ended_at: float | None = None


def raw_exchange(
    line: Line,
    *,
    path: str,
    body: Json,
    heard: Heard | None,
    started_at: float | None,
    headers: tuple[tuple[str, str], ...] = (),
) -> RawExchange:
    """The exchange of a line.

    A log has no monotonic clock: the request was sent at 0 ns. Where the reply's times are unknown all stamps
    are 0, which stands for no timing; it is no duration.

    Args:
        heard: The live reply, or None when the log has none.
        started_at: Arrival, seconds since the epoch, or None when unknown.
    """
    first_ns, ended_ns = _stamps(heard, streamed=body.get("stream") is True)
    named = ((name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers)
    return RawExchange(
        exchange_id=line.exchange_id,
        door=Door.IMPORT,
        method="POST",
        path=path,
        headers=without_credentials(named, keep=line.origin.keep_headers | {line.origin.conversation_header}),
        body=_encoded(body),
        status=heard.status if heard else 0,
        reply_headers=_JSON_HEADERS if heard else (),
        reply=(Chunk(first_ns, _encoded(heard.body)),) if heard else (),
        started_at=line.origin.written_at if started_at is None else started_at,
        sent_ns=0,
        ended_ns=ended_ns,
        outcome=ExchangeOutcome.COMPLETE if heard else ExchangeOutcome.NO_REPLY,
    )


def guess_shape(body: Json, *, reply: Json) -> Shape | None:
    """Shape of a request whose path is unknown, told from its fields and its reply's, or None."""
    if "messages" in body:
        return Shape.MESSAGES if reply.get("type") == "message" else Shape.CHAT
    if "prompt" in body:
        return Shape.COMPLETIONS
    if "input" in body:
        return Shape.EMBEDDINGS if reply.get("object") == "list" else Shape.RESPONSES
    return None


def path_of(shape: Shape) -> str:
    """The canonical path of a shape."""
    return PATHS[shape]


def read_time(value: Any) -> float | None:  # noqa: ANN401 - foreign JSON
    """Seconds since the epoch of a number of seconds or an ISO 8601 text (UTC when it names no zone), or None."""
    if isinstance(value, str):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return None
        value = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 < value < _LATEST_S else None


def _encoded(body: Json) -> bytes:
    """JSON in ASCII, so that a lone surrogate of the log stays what it was."""
    return json.dumps(body).encode()


def _stamps(heard: Heard | None, *, streamed: bool) -> tuple[int, int]:
    """First output and end, ns after the request; both 0 where they are unknown or contradict each other."""
    if heard is None or heard.started_at is None or heard.ended_at is None:
        return 0, 0
    first_at = heard.first_output_at if streamed else heard.ended_at
    if first_at is None or not heard.started_at <= first_at <= heard.ended_at:
        return 0, 0
    return round((first_at - heard.started_at) * 1e9), round((heard.ended_at - heard.started_at) * 1e9)
