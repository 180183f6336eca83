"""JSON lines of LiteLLM's standard logging payload, bare or as a callback's arguments hold it. Pure.

Source: docs.litellm.ai/docs/proxy/logging_spec.
"""

import json
from typing import Any, assert_never

from proxy.doors.imported.line import Heard, Line, NotImported, path_of, raw_exchange, read_time
from proxy.errors import BadRecord
from proxy.exchange import RawExchange, Shape
from proxy.wire.fields import Json, decode, rows, table, text

_SHAPES = {
    "completion": Shape.CHAT,
    "acompletion": Shape.CHAT,
    "text_completion": Shape.COMPLETIONS,
    "atext_completion": Shape.COMPLETIONS,
    "responses": Shape.RESPONSES,
    "aresponses": Shape.RESPONSES,
    "anthropic_messages": Shape.MESSAGES,
    "embedding": Shape.EMBEDDINGS,
    "aembedding": Shape.EMBEDDINGS,
}
_NO_PARAMETERS = frozenset({"api_key", "extra_body", "extra_headers", "headers", "model", "messages", "metadata"})
_REDACTED = '"redacted-by-litellm"'


def read_litellm(line: Line) -> RawExchange | NotImported | None:
    """One call a line; a blank line is none."""
    if not line.data.strip():
        return None
    try:
        entry = decode(line.data)
    except BadRecord:
        return NotImported("not_json", line.number)
    payload = table(entry, "standard_logging_object") or entry if isinstance(entry, dict) else {}
    if not text(payload, "call_type") or "messages" not in payload:
        return NotImported("other_format", line.number)
    return _read(line, payload)


def _read(line: Line, payload: Json) -> RawExchange | NotImported:
    shape, asked = _SHAPES.get(text(payload, "call_type")), _unwrapped(payload.get("messages"))
    if shape is None:
        return NotImported("other_route", line.number)
    if _REDACTED in json.dumps(asked):
        return NotImported("redacted", line.number)
    if not asked:
        return NotImported("no_prompt", line.number)
    return raw_exchange(
        line,
        path=path_of(shape),
        body=_body(shape, payload, asked),
        heard=_heard(payload),
        started_at=read_time(payload.get("startTime")),
        headers=_headers(line, payload),
    )


def _body(shape: Shape, payload: Json, asked: Any) -> Json:  # noqa: ANN401 - foreign JSON
    """The request as the client sent it, as far as the log tells."""
    parameters = table(payload, "model_parameters")
    body = {name: value for name, value in parameters.items() if name not in _NO_PARAMETERS}
    body |= table(parameters, "extra_body")
    body["model"] = text(payload, "model_group") or text(payload, "model")
    if isinstance(payload.get("stream"), bool):
        body["stream"] = payload["stream"]
    match shape:
        case Shape.CHAT | Shape.MESSAGES:
            body["messages"] = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
        case Shape.COMPLETIONS:
            body["prompt"] = _prompt(asked)
        case Shape.RESPONSES:
            body["input"] = asked
        case Shape.EMBEDDINGS:
            body["input"] = _prompt(asked)
        case _:
            assert_never(shape)
    return body


def _unwrapped(asked: Any) -> Any:  # noqa: ANN401 - foreign JSON
    return asked["messages"] if isinstance(asked, dict) and "messages" in asked else asked


def _prompt(asked: Any) -> Any:  # noqa: ANN401 - foreign JSON
    """A prompt that was logged as one user message, as the prompt that it was."""
    messages = rows({"all": asked}, "all")
    return messages[0].get("content") if len(messages) == 1 else asked


def _heard(payload: Json) -> Heard | None:
    """The reply of a call that succeeded; times are left out where a cache answered in the model's place."""
    response = payload.get("response")
    if isinstance(response, str):
        try:
            response = decode(response)
        except BadRecord:
            return None
    failed = text(payload, "status") == "failure"
    if failed or not isinstance(response, dict) or not response or _REDACTED in json.dumps(response):
        return None
    if payload.get("cache_hit") is True:
        return Heard(body=response)
    return Heard(
        body=response,
        started_at=read_time(payload.get("startTime")),
        first_output_at=read_time(payload.get("completionStartTime")),
        ended_at=read_time(payload.get("endTime")),
    )


def _headers(line: Line, payload: Json) -> tuple[tuple[str, str], ...]:
    """The conversation, where the caller named one in the request's metadata. A trace id spans one call only."""
    told = table(table(payload, "metadata"), "requester_metadata")
    named = text(told, "conversation_id") or text(told, "session_id")
    return ((line.origin.conversation_header, named),) if named else ()
