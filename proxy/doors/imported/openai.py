"""JSON lines of a request and its reply, as any client or gateway can write them.

A line: {"request": {...}, "response": {...}} and, where known, "path", "headers", "status", "conversation_id",
"started_at", "first_output_at", "ended_at". Pure.
"""

from proxy.doors.imported.line import Heard, Line, NotImported, guess_shape, path_of, raw_exchange, read_time
from proxy.errors import BadRecord
from proxy.exchange import RawExchange
from proxy.wire.fields import Json, count, decode, table, text
from proxy.wire.headers import REPLAY_HEADER
from proxy.wire.routes import shape_of

_OK = 200


def read_openai(line: Line) -> RawExchange | NotImported | None:
    """One exchange a line; a blank line is none."""
    if not line.data.strip():
        return None
    try:
        entry = decode(line.data)
    except BadRecord:
        return NotImported("not_json", line.number)
    if not isinstance(entry, dict) or not isinstance(entry.get("request"), dict):
        return NotImported("other_format", line.number)
    if not isinstance(entry.get("response", {}) or {}, dict):
        return NotImported("bad_response", line.number)
    return _read(line, entry)


def _read(line: Line, entry: Json) -> RawExchange | NotImported:
    request, reply = table(entry, "request"), table(entry, "response")
    path = text(entry, "path").partition("?")[0]
    shape = shape_of(path) if path else guess_shape(request, reply=reply)
    headers = _headers(line, entry)
    if shape is None:
        return NotImported("other_route", line.number)
    if any(name == REPLAY_HEADER for name, _ in headers):
        return NotImported("own_replay", line.number)
    started_at = read_time(entry.get("started_at"))
    return raw_exchange(
        line,
        path=path or path_of(shape),
        body=request,
        heard=_heard(entry, reply, started_at=started_at),
        started_at=started_at,
        headers=headers,
    )


def _heard(entry: Json, reply: Json, *, started_at: float | None) -> Heard | None:
    """The reply; none where the line has none, or an error whose status nobody wrote down."""
    status = count(entry, "status") or (0 if reply.get("error") else _OK)
    if not reply or not 100 <= status <= 999:  # noqa: PLR2004 - what HTTP allows
        return None
    return Heard(
        body=reply,
        status=status,
        started_at=started_at,
        first_output_at=read_time(entry.get("first_output_at")),
        ended_at=read_time(entry.get("ended_at")),
    )


def _headers(line: Line, entry: Json) -> tuple[tuple[str, str], ...]:
    written = [(name.lower(), value) for name, value in table(entry, "headers").items() if isinstance(value, str)]
    named = text(entry, "conversation_id")
    own = [(line.origin.conversation_header, named)] if named else []
    # The body is plain JSON again, whatever encoding the client had used.
    return (*own, *((name, value) for name, value in written if name not in {"content-encoding", *dict(own)}))
