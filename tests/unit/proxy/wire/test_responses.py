from typing import Any

import pytest

from proxy.exchange import Shape
from proxy.wire.reply import Choice, Reply, TokenLogprob, ToolCall, Usage
from tests.unit.proxy.wire.streams import read_stream, read_whole

USAGE = {"input_tokens": 9, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 8}}


def _delta(kind: str, piece: Any, **more: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}.delta", "delta": piece, **more}


def _message(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text} | more]}


def _call(name: str, arguments: str) -> dict[str, Any]:
    return {"type": "function_call", "name": name, "call_id": f"call-{name}", "arguments": arguments}


def _response(*output: dict[str, Any], status: str = "completed", **more: Any) -> dict[str, Any]:
    return {"object": "response", "model": "m", "status": status, "output": list(output), "error": None, **more}


def _added(item: dict[str, Any], *, index: int) -> dict[str, Any]:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def test_only_deltas_with_something_in_them_are_output() -> None:
    found = read_stream(
        Shape.RESPONSES,
        {"type": "response.created", "response": _response(status="in_progress")},
        _added({"type": "message", "content": []}, index=0),
        _delta("output_text", ""),
        _delta("output_text", "Hel"),
        _delta("output_text", "lo"),
        {"type": "response.output_text.done", "text": "Hello"},
        {"type": "response.completed", "response": _response(_message("Hello"), usage=USAGE)},
    )
    assert found.output_events_ns == (3, 4)
    assert found.ended
    assert found.reply == Reply(
        choices=(Choice(text="Hello", finish_reason="completed"),),
        usage=Usage(prompt_tokens=9, completion_tokens=3, cached_tokens=8),
        model="m",
    )


def test_a_stream_that_breaks_off_keeps_its_deltas_and_has_no_finish_reason() -> None:
    found = read_stream(
        Shape.RESPONSES,
        {"type": "response.created", "response": _response(status="in_progress")},
        _delta("reasoning_text", "hm"),
        _delta("output_text", "Hel"),
    )
    assert not found.ended
    assert found.reply.choices == (Choice(text="Hel", reasoning="hm"),)
    assert found.reply.model == "m"


@pytest.mark.parametrize("kind", ["reasoning_text", "reasoning_summary_text", "reasoning"])
def test_reasoning_is_output_and_kept_apart_from_the_text(kind: str) -> None:
    found = read_stream(Shape.RESPONSES, _delta(kind, "hm"), _delta("output_text", "yes"))
    assert found.output_events_ns == (0, 1)
    assert (found.reply.first.reasoning, found.reply.first.text) == ("hm", "yes")


def test_parallel_tool_calls_in_pieces_are_put_together_by_their_item() -> None:
    found = read_stream(
        Shape.RESPONSES,
        _added(_call("f", ""), index=1),
        _delta("function_call_arguments", '{"a"', output_index=1),
        _added(_call("g", ""), index=2),
        _delta("function_call_arguments", "{}", output_index=2),
        _delta("function_call_arguments", ": 1}", output_index=1),
    )
    assert found.output_events_ns == (0, 1, 2, 3, 4)
    assert found.reply.first.tool_calls == (
        ToolCall(name="f", arguments='{"a": 1}', call_id="call-f"),
        ToolCall(name="g", arguments="{}", call_id="call-g"),
    )


def test_a_custom_tool_call_keeps_its_input() -> None:
    item = {"type": "custom_tool_call", "name": "run", "call_id": "c"}
    streamed = read_stream(
        Shape.RESPONSES, _added(item | {"input": ""}, index=0), _delta("custom_tool_call_input", "ls", output_index=0)
    )
    whole = read_whole(Shape.RESPONSES, _response(item | {"input": "ls"}))
    assert streamed.reply.first.tool_calls == whole.reply.first.tool_calls
    assert whole.reply.first.tool_calls == (ToolCall(name="run", arguments="ls", call_id="c"),)


def test_a_whole_body_equals_its_stream() -> None:
    logprobs = [{"token": "Hello", "logprob": -0.1}]
    reasoning = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}
    body = _response(reasoning, _message("Hello", logprobs=logprobs), _call("f", "{}"), usage=USAGE)
    events = (
        _delta("reasoning_summary_text", "hm"),
        _delta("output_text", "Hello", logprobs=logprobs),
        _added(_call("f", ""), index=2),
        _delta("function_call_arguments", "{}", output_index=2),
    )
    whole = read_whole(Shape.RESPONSES, body)
    streamed = read_stream(Shape.RESPONSES, *events, {"type": "response.completed", "response": body})
    bare = body | {"output": []}
    without_output = read_stream(Shape.RESPONSES, *events, {"type": "response.completed", "response": bare})
    assert whole.reply == streamed.reply == without_output.reply
    assert whole.reply.first.logprobs == (TokenLogprob(token="Hello", logprob=-0.1),)
    assert whole.output_events_ns == (7,)


def test_reasoning_prefers_its_full_content_over_the_summary() -> None:
    item = {"type": "reasoning", "summary": [{"text": "short"}], "content": [{"text": "long"}]}
    assert read_whole(Shape.RESPONSES, _response(item)).reply.first.reasoning == "long"


def test_a_refusal_is_said_text() -> None:
    refused = {"type": "message", "content": [{"type": "refusal", "refusal": "I cannot."}]}
    streamed = read_stream(Shape.RESPONSES, _delta("refusal", "I cannot."))
    whole = read_whole(Shape.RESPONSES, _response(refused))
    assert streamed.reply.first.text == whole.reply.first.text == "I cannot."


def test_an_incomplete_reply_says_why() -> None:
    body = _response(_message("Hel"), status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    streamed = read_stream(Shape.RESPONSES, {"type": "response.incomplete", "response": body})
    assert streamed.ended
    assert streamed.reply == read_whole(Shape.RESPONSES, body).reply
    assert streamed.reply.first.finish_reason == "max_output_tokens"


def test_a_failed_reply_names_its_error() -> None:
    body = _response(status="failed") | {"error": {"code": "server_error", "message": "a prompt"}}
    found = read_stream(Shape.RESPONSES, _delta("output_text", "Hel"), {"type": "response.failed", "response": body})
    assert found.ended
    assert found.reply.error == "server_error"
    assert found.reply.first.text == "Hel"


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"type": "error", "code": "rate_limit_exceeded", "message": "a prompt"}, "rate_limit_exceeded"),
        ({"type": "error"}, "error"),
        ({"error": {"type": "server_error", "message": "a prompt"}}, "server_error"),
    ],
)
def test_an_error_event_is_noted_with_or_without_its_type(payload: dict[str, Any], kind: str) -> None:
    found = read_stream(Shape.RESPONSES, _delta("output_text", "a"), payload)
    assert found.reply.error == kind
    assert found.reply.first.text == "a"
    assert not found.ended


def test_an_error_body_has_no_choice() -> None:
    found = read_whole(Shape.RESPONSES, {"error": {"type": "invalid_request_error"}})
    assert found.reply == Reply(error="invalid_request_error")
    assert found.output_events_ns == ()


@pytest.mark.parametrize(
    "payload",
    [
        {"type": 3, "delta": "a"},
        {"type": "response.output_text.delta", "delta": {"text": "a"}},
        {"type": "response.output_item.added", "item": "f", "output_index": "1"},
        {"type": "response.function_call_arguments.delta", "delta": None, "output_index": -1},
        {"type": "response.completed", "response": "done"},
        {"type": "response.completed", "response": {"output": {"type": "message"}, "usage": 3, "status": None}},
        {"type": "response.completed", "response": {"output": [{"type": "message", "content": "a"}, {"type": {}}]}},
    ],
)
def test_wrong_types_say_nothing(payload: dict[str, Any]) -> None:
    found = read_stream(Shape.RESPONSES, payload)
    assert found.output_events_ns == ()
    assert found.reply.first.text == ""
