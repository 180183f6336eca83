from typing import Any

import pytest

from proxy.exchange import Shape
from proxy.wire.reply import Choice, Reply, TokenLogprob, ToolCall, Usage
from tests.unit.proxy.wire.streams import chat_chunk, read_stream, read_whole

USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 8}}


def _piece(index: int, *, name: str = "", arguments: str = "", call_id: str = "") -> dict[str, Any]:
    head = {"id": call_id, "type": "function"} if call_id else {}
    return head | {"index": index, "function": {"name": name or None, "arguments": arguments}}


def _text(text: str, *, index: int = 0, **more: Any) -> dict[str, Any]:
    choice = {"index": index, "text": text, "finish_reason": None, "logprobs": None}
    return {"object": "text_completion", "model": "m", "choices": [choice | more]}


def _body(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"} | more]}


def test_a_chunk_with_the_role_alone_is_no_output_and_neither_is_the_last_nor_the_usage() -> None:
    found = read_stream(
        Shape.CHAT,
        chat_chunk({"role": "assistant", "content": ""}),
        chat_chunk({"content": "Hel"}),
        chat_chunk({"content": "lo"}),
        chat_chunk({}, finish_reason="stop"),
        {"model": "m", "choices": [], "usage": USAGE},
        done=True,
    )
    assert found.output_events_ns == (1, 2)
    assert found.ended
    assert found.malformed == 0
    assert found.reply == Reply(
        choices=(Choice(text="Hello", finish_reason="stop"),),
        usage=Usage(prompt_tokens=9, completion_tokens=3, cached_tokens=8),
        model="m",
    )


def test_a_stream_without_its_mark_has_not_ended() -> None:
    assert not read_stream(Shape.CHAT, chat_chunk({"content": "a"}, finish_reason="stop")).ended


def test_usage_that_runs_along_is_taken_from_the_last_chunk() -> None:
    found = read_stream(
        Shape.CHAT,
        chat_chunk({"content": "a"}) | {"usage": {"prompt_tokens": 9, "completion_tokens": 1}},
        chat_chunk({"content": "b"}) | {"usage": {"prompt_tokens": 9, "completion_tokens": 2}},
        chat_chunk({}, finish_reason="stop") | {"usage": None},
    )
    assert found.reply.usage == Usage(prompt_tokens=9, completion_tokens=2)


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_reasoning_is_output_and_kept_apart_from_the_text(key: str) -> None:
    found = read_stream(Shape.CHAT, chat_chunk({key: "hm", "content": None}), chat_chunk({"content": "yes"}))
    assert found.output_events_ns == (0, 1)
    assert (found.reply.first.reasoning, found.reply.first.text) == ("hm", "yes")


def test_reasoning_under_both_names_is_taken_once() -> None:
    found = read_stream(Shape.CHAT, chat_chunk({"reasoning_content": "hm", "reasoning": "hm"}))
    assert found.reply.first.reasoning == "hm"


def test_parallel_tool_calls_in_pieces_are_put_together_by_index() -> None:
    found = read_stream(
        Shape.CHAT,
        chat_chunk({"role": "assistant", "tool_calls": [_piece(0, name="f", call_id="c0")]}),
        chat_chunk({"tool_calls": [_piece(0, arguments='{"a"')]}),
        chat_chunk({"tool_calls": [_piece(1, name="g", call_id="c1", arguments="{")]}),
        chat_chunk({"tool_calls": [_piece(1, arguments="}"), _piece(0, arguments=": 1}")]}),
        chat_chunk({"tool_calls": [_piece(1)]}),
        chat_chunk({}, finish_reason="tool_calls"),
    )
    assert found.output_events_ns == (0, 1, 2, 3)
    assert found.reply.first == Choice(
        tool_calls=(
            ToolCall(name="f", arguments='{"a": 1}', call_id="c0"),
            ToolCall(name="g", arguments="{}", call_id="c1"),
        ),
        finish_reason="tool_calls",
    )


def test_tool_calls_without_an_index_stand_in_their_order() -> None:
    calls = [{"id": name, "function": {"name": name, "arguments": "{}"}} for name in ("f", "g")]
    found = read_whole(Shape.CHAT, _body({"role": "assistant", "content": None, "tool_calls": calls}))
    assert [call.name for call in found.reply.first.tool_calls] == ["f", "g"]
    assert found.reply.first.text == ""


def test_a_custom_tool_call_keeps_its_input() -> None:
    call = {"id": "c", "type": "custom", "custom": {"name": "run", "input": "ls -l"}}
    found = read_whole(Shape.CHAT, _body({"tool_calls": [call]}))
    assert found.reply.first.tool_calls == (ToolCall(name="run", arguments="ls -l", call_id="c"),)


def test_the_old_function_call_is_a_tool_call() -> None:
    found = read_stream(
        Shape.CHAT,
        chat_chunk({"function_call": {"name": "f", "arguments": ""}}),
        chat_chunk({"function_call": {"arguments": "{}"}}),
    )
    assert found.reply.first.tool_calls == (ToolCall(name="f", arguments="{}"),)
    assert found.output_events_ns == (0, 1)


def test_several_choices_that_alternate_are_kept_apart_and_in_order() -> None:
    found = read_stream(
        Shape.CHAT,
        chat_chunk({"content": "b"}, index=1),
        chat_chunk({"content": "a"}),
        chat_chunk({"content": "B"}, index=1, finish_reason="length"),
        chat_chunk({"content": "A"}, finish_reason="stop"),
    )
    assert found.reply.choices == (
        Choice(text="aA", finish_reason="stop"),
        Choice(text="bB", finish_reason="length"),
    )


def test_choices_of_a_body_without_indexes_are_not_melted_into_one() -> None:
    choices = [{"message": {"content": said}} for said in ("a", "b")]
    found = read_whole(Shape.CHAT, {"choices": choices})
    assert [choice.text for choice in found.reply.choices] == ["a", "b"]


def test_logprobs_of_all_chunks_are_kept_in_order() -> None:
    found = read_stream(
        Shape.CHAT,
        chat_chunk({"content": "a"}, logprobs={"content": [{"token": "a", "logprob": -0.1}]}),
        chat_chunk({"content": "b"}, logprobs={"content": [{"token": "b", "logprob": -0.2}]}),
    )
    assert found.reply.first.logprobs == (TokenLogprob(token="a", logprob=-0.1), TokenLogprob(token="b", logprob=-0.2))


def test_a_refusal_is_said_text() -> None:
    streamed = read_stream(Shape.CHAT, chat_chunk({"refusal": "I can"}), chat_chunk({"refusal": "not."}))
    whole = read_whole(Shape.CHAT, _body({"content": None, "refusal": "I cannot."}))
    assert streamed.reply.first.text == whole.reply.first.text == "I cannot."
    assert streamed.output_events_ns == (0, 1)


def test_content_in_parts_is_their_text() -> None:
    found = read_whole(Shape.CHAT, _body({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}))
    assert found.reply.first.text == "ab"


def test_completions_are_read_by_the_same_reader() -> None:
    logprobs = {"tokens": [" a"], "token_logprobs": [-0.5], "text_offset": [0]}
    found = read_stream(
        Shape.COMPLETIONS,
        _text(" a", logprobs=logprobs),
        _text("x", index=1),
        _text(" b"),
        _text("", finish_reason="stop"),
        done=True,
    )
    assert found.output_events_ns == (0, 1, 2)
    assert found.reply.choices == (
        Choice(text=" a b", finish_reason="stop", logprobs=(TokenLogprob(token=" a", logprob=-0.5),)),
        Choice(text="x"),
    )


def test_a_whole_chat_body_equals_its_stream() -> None:
    logprobs = [{"token": "Hello", "logprob": -0.1}]
    call = {"id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    message = {"role": "assistant", "content": "Hello", "reasoning_content": "hm", "tool_calls": [call]}
    whole = read_whole(Shape.CHAT, _body(message, logprobs={"content": logprobs}) | {"usage": USAGE})
    streamed = read_stream(
        Shape.CHAT,
        chat_chunk({"role": "assistant", "content": ""}),
        chat_chunk({"reasoning_content": "hm"}),
        chat_chunk({"content": "Hello"}, logprobs={"content": logprobs}),
        chat_chunk({"tool_calls": [_piece(0, name="f", call_id="c0", arguments='{"a"')]}),
        chat_chunk({"tool_calls": [_piece(0, arguments=": 1}")]}),
        chat_chunk({}, finish_reason="stop"),
        {"model": "m", "choices": [], "usage": USAGE},
        done=True,
    )
    assert whole.reply == streamed.reply
    assert whole.output_events_ns == (7,)
    assert whole.ended


def test_a_whole_completion_equals_its_stream() -> None:
    whole = read_whole(Shape.COMPLETIONS, _text("a b", finish_reason="length") | {"usage": USAGE})
    streamed = read_stream(
        Shape.COMPLETIONS, _text("a"), _text(" b", finish_reason="length"), {"choices": [], "usage": USAGE}, done=True
    )
    assert whole.reply == streamed.reply


def test_an_error_in_the_middle_keeps_what_was_said_before() -> None:
    found = read_stream(
        Shape.CHAT, chat_chunk({"content": "a"}), {"error": {"type": "server_error", "message": "m"}}, done=True
    )
    assert found.reply.error == "server_error"
    assert found.reply.first == Choice(text="a")
    assert found.output_events_ns == (0,)


def test_the_first_error_is_kept() -> None:
    found = read_stream(Shape.CHAT, {"error": {"type": "first"}}, {"error": {"type": "second"}})
    assert found.reply.error == "first"


@pytest.mark.parametrize(
    "choice",
    [
        {"delta": "a"},
        {"delta": {"content": 3}},
        {"delta": {"tool_calls": "f"}},
        {"delta": {"tool_calls": [{"function": "f", "index": "0"}, 4, None]}},
        {"index": -1, "delta": {"role": "assistant"}, "finish_reason": 3, "logprobs": [1]},
        {},
    ],
)
def test_wrong_types_say_nothing(choice: dict[str, Any]) -> None:
    found = read_stream(Shape.CHAT, {"model": 3, "choices": [choice, 5], "usage": "none"})
    assert found.output_events_ns == ()
    assert found.reply.first.text == ""
    assert found.reply.model == ""
