"""Writing answers of /v1/messages: the whole body and the events of a stream."""

import json
from collections.abc import Iterator

from proxy.wire.fields import Json
from shadow.simulator.answer import FINGERPRINT, Answer
from shadow.simulator.said import CallStart, CallToken, Finish, TextToken
from shadow.simulator.wire_event import Wire, WireEvent, sse

_REASONS = {Finish.STOP: "end_turn", Finish.LENGTH: "max_tokens", Finish.TOOL_CALLS: "tool_use"}


def messages_body(answer: Answer) -> Json:
    """The body of a reply that is not streamed; arguments that a fault broke stand in a field of their own."""
    said = answer.choices[0]
    content: list[Json] = [{"type": "text", "text": said.text}] if said.text else []
    content += [
        {"type": "tool_use", "id": answer.call_id(0, place), "name": call.name, "input": _input(call.arguments)}
        for place, call in enumerate(said.calls)
    ]
    return _message(answer, content, reason=_REASONS[said.finish])


def messages_events(answer: Answer) -> Iterator[WireEvent]:
    """The events of a stream; the first is sent before the first token."""
    said, last = answer.choices[0], answer.steps - 1
    yield _event(None, "message_start", message=_message(answer, [], reason=None))
    blocks = -1
    for step, token in enumerate(said.tokens):
        if block := _opened(answer, token):
            if blocks >= 0:
                yield _event(step, "content_block_stop", index=blocks)
            blocks += 1
            yield _event(step, "content_block_start", index=blocks, content_block=block)
        if delta := _delta(token):
            yield _event(step, "content_block_delta", index=blocks, delta=delta)
    if blocks >= 0:
        yield _event(last, "content_block_stop", index=blocks)
    delta = {"stop_reason": _REASONS[said.finish], "stop_sequence": None}
    yield _event(last, "message_delta", delta=delta, usage={"output_tokens": answer.usage.completion_tokens})
    yield _event(last, "message_stop")


def _opened(answer: Answer, token: TextToken | CallStart | CallToken) -> Json | None:
    match token:
        case TextToken(place=0):
            return {"type": "text", "text": ""}
        case CallStart(index=index, name=name):
            return {"type": "tool_use", "id": answer.call_id(0, index), "name": name, "input": {}}
        case _:
            return None


def _delta(token: TextToken | CallStart | CallToken) -> Json | None:
    match token:
        case TextToken(text=text):
            return {"type": "text_delta", "text": text}
        case CallToken(text=text):
            return {"type": "input_json_delta", "partial_json": text}
        case CallStart():
            return None


def _event(step: int | None, kind: str, **fields: object) -> WireEvent:
    return sse(step, {"type": kind, **fields}, name=kind)


def _message(answer: Answer, content: list[Json], *, reason: str | None) -> Json:
    usage = answer.usage
    return {
        "id": f"msg_{answer.answer_id}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "system_fingerprint": FINGERPRINT,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": usage.prompt_tokens - usage.cached_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": usage.cached_tokens,
            "output_tokens": usage.completion_tokens if reason else 0,
        },
    }


def _input(arguments: str) -> Json:
    try:
        value = json.loads(arguments)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"invalid_json": arguments}


MESSAGES = Wire(messages_body, messages_events)
