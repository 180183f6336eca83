"""Writing answers of /v1/responses: the whole response object and the events of a stream."""

from collections.abc import Iterator
from itertools import count

from proxy.wire.fields import Json
from shadow.simulator.answer import CREATED, FINGERPRINT, Answer
from shadow.simulator.said import CallStart, CallToken, Finish, TextToken, Token
from shadow.simulator.wire_chat import probability_fields
from shadow.simulator.wire_event import Wire, WireEvent, sse


def responses_body(answer: Answer) -> Json:
    """The response object once it has ended."""
    cut = answer.choices[0].finish is Finish.LENGTH
    reason = {"reason": "max_output_tokens"} if cut else None
    status = "incomplete" if cut else "completed"
    return _response(answer, status) | {
        "incomplete_details": reason,
        "output": _items(answer, status=status),
        "usage": _usage(answer),
    }


def responses_events(answer: Answer) -> Iterator[WireEvent]:
    """The events of a stream, numbered; the first two are sent before the first token."""
    numbers = count()
    for step, kind, fields in _told(answer):
        yield sse(step, {"type": kind, "sequence_number": next(numbers), **fields}, name=kind)


type _Told = tuple[int | None, str, Json]


def _told(answer: Answer) -> Iterator[_Told]:
    started = _response(answer, "in_progress") | {"incomplete_details": None, "output": [], "usage": None}
    yield None, "response.created", {"response": started}
    yield None, "response.in_progress", {"response": started}
    whole = responses_body(answer)
    items: list[Json] = whole["output"]
    output_index = -1
    for step, token in enumerate(answer.choices[0].tokens):
        if isinstance(token, CallStart) or (isinstance(token, TextToken) and token.place == 0):
            if output_index >= 0:
                yield from _closed(step, output_index, items[output_index])
            output_index += 1
            yield from _opened(step, output_index, items[output_index])
        yield from _delta(answer, step, output_index, items[output_index], token)
    last = answer.steps - 1
    if output_index >= 0:
        yield from _closed(last, output_index, items[output_index])
    yield last, f"response.{whole['status']}", {"response": whole}


def _opened(step: int, output_index: int, item: Json) -> Iterator[_Told]:
    empty: Json = {"content": []} if item["type"] == "message" else {"arguments": ""}
    started = item | {"status": "in_progress"} | empty
    yield step, "response.output_item.added", {"output_index": output_index, "item": started}
    if item["type"] == "message":
        yield step, "response.content_part.added", _place(output_index, item) | {"part": _part("", None)}


def _delta(answer: Answer, step: int, output_index: int, item: Json, token: Token) -> Iterator[_Told]:
    match token:
        case TextToken(place=place, text=text):
            found = answer.probabilities[0]
            logprobs = [] if found is None else [probability_fields(found[place])]
            fields = _place(output_index, item) | {"delta": text, "logprobs": logprobs}
            yield step, "response.output_text.delta", fields
        case CallToken(text=text):
            fields = {"output_index": output_index, "item_id": item["id"], "delta": text}
            yield step, "response.function_call_arguments.delta", fields
        case CallStart():
            return


def _closed(step: int, output_index: int, item: Json) -> Iterator[_Told]:
    if item["type"] == "message":
        part = item["content"][0]
        place = _place(output_index, item)
        yield step, "response.output_text.done", place | {"text": part["text"], "logprobs": part["logprobs"]}
        yield step, "response.content_part.done", place | {"part": part}
    else:
        fields = {"output_index": output_index, "item_id": item["id"]}
        whole = {"name": item["name"], "arguments": item["arguments"]}
        yield step, "response.function_call_arguments.done", fields | whole
    yield step, "response.output_item.done", {"output_index": output_index, "item": item}


def _place(output_index: int, item: Json) -> Json:
    return {"output_index": output_index, "item_id": item["id"], "content_index": 0}


def _response(answer: Answer, status: str) -> Json:
    return {
        "id": f"resp_{answer.answer_id}",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "model": answer.model,
        "system_fingerprint": FINGERPRINT,
        "error": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
    }


def _items(answer: Answer, *, status: str) -> list[Json]:
    said = answer.choices[0]
    items: list[Json] = []
    if said.text:
        found = answer.probabilities[0]
        logprobs = [] if found is None else [probability_fields(one) for one in found]
        part = _part(said.text, logprobs)
        items.append({"type": "message", "role": "assistant", "id": f"msg_{answer.answer_id}", "content": [part]})
    for place, call in enumerate(said.calls):
        call_id = answer.call_id(0, place)
        names = {"id": f"fc_{call_id}", "call_id": call_id, "name": call.name, "arguments": call.arguments}
        items.append({"type": "function_call"} | names)
    return [item | {"status": status} for item in items]


def _part(text: str, logprobs: list[Json] | None) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs or []}


def _usage(answer: Answer) -> Json:
    usage = answer.usage
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }


RESPONSES = Wire(responses_body, responses_events)
