from typing import Any

import pytest

from proxy.exchange import Shape
from proxy.wire.reply import Choice, Reply, ToolCall, Usage
from tests.unit.proxy.wire.streams import read_stream, read_whole

STOP = {"type": "message_stop"}


def _start(**usage: int) -> dict[str, Any]:
    message = {"type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    return {"type": "message_start", "message": message}


def _open(block: dict[str, Any], *, index: int = 0) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def _delta(kind: str, piece: Any, *, index: int = 0) -> dict[str, Any]:
    key = kind.removesuffix("_delta") if kind != "input_json_delta" else "partial_json"
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, key: piece}}


def _close(index: int = 0) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def _end(reason: str, **usage: int) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


def _tool(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"call-{name}", "name": name, "input": {}} | more


def _body(*content: dict[str, Any], reason: str = "end_turn", **usage: int) -> dict[str, Any]:
    return {"type": "message", "model": "m", "content": list(content), "stop_reason": reason, "usage": usage}


def test_only_blocks_and_deltas_with_something_in_them_are_output() -> None:
    found = read_stream(
        Shape.MESSAGES,
        _start(input_tokens=5, output_tokens=1, cache_read_input_tokens=100),
        _open({"type": "text", "text": ""}),
        {"type": "ping"},
        _delta("text_delta", "Hel"),
        _delta("text_delta", "lo"),
        _close(),
        _end("end_turn", output_tokens=3),
        STOP,
    )
    assert found.output_events_ns == (3, 4)
    assert found.ended
    assert found.reply == Reply(
        choices=(Choice(text="Hello", finish_reason="end_turn"),),
        usage=Usage(prompt_tokens=105, completion_tokens=3, cached_tokens=100),
        model="m",
    )


def test_a_stream_that_breaks_off_has_not_ended_and_has_no_finish_reason() -> None:
    found = read_stream(Shape.MESSAGES, _start(input_tokens=5), _delta("text_delta", "Hel"))
    assert not found.ended
    assert found.reply.choices == (Choice(text="Hel"),)


def test_thinking_is_output_and_its_signature_is_not() -> None:
    found = read_stream(
        Shape.MESSAGES,
        _start(),
        _open({"type": "thinking", "thinking": "", "signature": ""}),
        _delta("thinking_delta", "hm"),
        _delta("signature_delta", "c2ln"),
        _delta("text_delta", "yes", index=1),
    )
    assert found.output_events_ns == (2, 4)
    assert found.reply.first == Choice(text="yes", reasoning="hm")


def test_parallel_tool_calls_in_pieces_are_put_together_by_their_block() -> None:
    found = read_stream(
        Shape.MESSAGES,
        _open(_tool("f"), index=1),
        _delta("input_json_delta", "", index=1),
        _delta("input_json_delta", '{"a"', index=1),
        _delta("input_json_delta", ": 1}", index=1),
        _close(1),
        _open(_tool("g"), index=2),
        _delta("input_json_delta", '{"b": 2}', index=2),
        _close(2),
    )
    assert found.output_events_ns == (0, 2, 3, 5, 6)
    assert found.reply.first.tool_calls == (
        ToolCall(name="f", arguments='{"a": 1}', call_id="call-f"),
        ToolCall(name="g", arguments='{"b": 2}', call_id="call-g"),
    )


def test_a_call_whose_input_came_at_once_keeps_it() -> None:
    found = read_stream(Shape.MESSAGES, _open(_tool("f", input={"a": "é"})), _close())
    assert found.reply.first.tool_calls[0].arguments == '{"a": "é"}'


def test_a_call_without_arguments_has_an_empty_object_streamed_or_whole() -> None:
    streamed = read_stream(Shape.MESSAGES, _open(_tool("f")), _delta("input_json_delta", ""), _close())
    whole = read_whole(Shape.MESSAGES, _body(_tool("f")))
    assert streamed.reply.first.tool_calls == whole.reply.first.tool_calls
    assert whole.reply.first.tool_calls == (ToolCall(name="f", arguments="{}", call_id="call-f"),)


def test_a_call_that_broke_off_before_its_arguments_has_none() -> None:
    assert read_stream(Shape.MESSAGES, _open(_tool("f"))).reply.first.tool_calls[0].arguments == ""


def test_a_whole_body_equals_its_stream() -> None:
    whole = read_whole(
        Shape.MESSAGES,
        _body(
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "text", "text": "Hello"},
            _tool("f", input={"a": 1}),
            reason="tool_use",
            input_tokens=5,
            output_tokens=3,
            cache_read_input_tokens=100,
            cache_creation_input_tokens=10,
        ),
    )
    streamed = read_stream(
        Shape.MESSAGES,
        _start(input_tokens=5, output_tokens=1, cache_read_input_tokens=100, cache_creation_input_tokens=10),
        _open({"type": "thinking", "thinking": ""}),
        _delta("thinking_delta", "hm"),
        _close(),
        _open({"type": "text", "text": ""}, index=1),
        _delta("text_delta", "Hello", index=1),
        _close(1),
        _open(_tool("f"), index=2),
        _delta("input_json_delta", '{"a": 1}', index=2),
        _close(2),
        _end("tool_use", output_tokens=3),
        STOP,
    )
    assert whole.reply == streamed.reply
    assert whole.reply.usage == Usage(prompt_tokens=115, completion_tokens=3, cached_tokens=100)
    assert whole.output_events_ns == (7,)


def test_a_null_in_the_last_usage_does_not_erase_the_first() -> None:
    end = _end("end_turn") | {"usage": {"input_tokens": None, "output_tokens": 3}}
    found = read_stream(Shape.MESSAGES, _start(input_tokens=5, output_tokens=1), end)
    assert found.reply.usage == Usage(prompt_tokens=5, completion_tokens=3)


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"type": "error", "error": {"type": "overloaded_error", "message": "a prompt"}}, "overloaded_error"),
        ({"type": "error"}, "error"),
        ({"error": {"type": "server_error"}}, "server_error"),
    ],
)
def test_an_error_event_keeps_what_was_said_before(payload: dict[str, Any], kind: str) -> None:
    found = read_stream(Shape.MESSAGES, _start(input_tokens=5), _delta("text_delta", "a"), payload)
    assert found.reply.error == kind
    assert found.reply.first.text == "a"
    assert not found.ended


def test_an_error_body_has_no_choice() -> None:
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": "a prompt"}}
    found = read_whole(Shape.MESSAGES, body)
    assert found.reply == Reply(error="invalid_request_error")
    assert found.output_events_ns == ()


@pytest.mark.parametrize(
    "payload",
    [
        {"type": ["message_start"]},
        {"type": "message_start", "message": "m"},
        {"type": "content_block_start", "content_block": 3, "index": "0"},
        {"type": "content_block_start", "content_block": {"type": "tool_use", "name": None, "input": 3}},
        {"type": "content_block_delta", "delta": {"text": 3, "thinking": [], "partial_json": {}}},
        {"type": "content_block_stop", "index": {}},
        {"type": "message_delta", "delta": None, "usage": [3]},
    ],
)
def test_wrong_types_say_nothing(payload: dict[str, Any]) -> None:
    found = read_stream(Shape.MESSAGES, payload)
    assert found.output_events_ns == ()
    assert found.reply.first.text == ""
    assert found.reply.usage == Usage()
