import hashlib
import hmac
from typing import Any

import pytest

from proxy.exchange import Shape
from proxy.wire.request import Asked, Turn, read_request

KEY = b"0123456789abcdef"


def _asked(body: dict[str, Any], *, shape: Shape = Shape.CHAT, **headers: str) -> Asked:
    return read_request(shape, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def _said(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def _chat(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": list(messages) or [_said("user", "hello")], **more}


def test_a_chat_request_is_reduced_to_who_said_what() -> None:
    parts = [{"type": "text", "text": "and "}, {"type": "image_url"}, {"type": "text", "text": "this"}]
    asked = _asked(
        _chat(_said("system", "be kind"), _said("user", "hello"), _said("assistant", "hi"), _said("user", parts))
    )
    assert asked.messages == (
        Turn("system", "be kind"),
        Turn("user", "hello"),
        Turn("assistant", "hi"),
        Turn("user", "and this"),
    )
    assert (asked.shape, asked.model, asked.turn, asked.streamed) == (Shape.CHAT, "m", 2, False)
    assert asked.last_user_text == "and this"


def test_a_messages_request_has_its_system_text_in_front() -> None:
    body = _chat(_said("user", "hello")) | {"system": [{"type": "text", "text": "be kind"}]}
    assert _asked(body, shape=Shape.MESSAGES).messages == (Turn("system", "be kind"), Turn("user", "hello"))


def test_tool_results_in_the_users_name_are_no_turn() -> None:
    result = {"type": "tool_result", "tool_use_id": "c", "content": "3"}
    asked = _asked(_chat(_said("user", "hello"), _said("assistant", []), _said("user", [result])), shape=Shape.MESSAGES)
    assert asked.turn == 1
    assert asked.last_user_text == "hello"
    with_words = _chat(_said("user", "hello"), _said("user", [result, {"type": "text", "text": "go on"}]))
    assert _asked(with_words, shape=Shape.MESSAGES).turn == 2


def test_the_input_of_a_responses_request_is_a_text_or_a_list_of_items() -> None:
    plain = _asked({"input": "hello", "instructions": "be kind"}, shape=Shape.RESPONSES)
    assert plain.messages == (Turn("system", "be kind"), Turn("user", "hello"))
    items = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]},
        {"type": "function_call", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "output": "3"},
    ]
    assert _asked({"input": items}, shape=Shape.RESPONSES).messages == (Turn("user", "hello"),)


@pytest.mark.parametrize(("shape", "key"), [(Shape.COMPLETIONS, "prompt"), (Shape.EMBEDDINGS, "input")])
def test_prompts_are_one_user_turn(shape: Shape, key: str) -> None:
    assert _asked({key: "one"}, shape=shape).messages == (Turn("user", "one"),)
    assert _asked({key: ["one", "two"]}, shape=shape).messages == (Turn("user", "one\ntwo"),)
    assert _asked({key: [1, 2, 3]}, shape=shape).messages == (Turn("user", ""),)
    assert _asked({key: 3}, shape=shape).messages == ()
    assert _asked({key: "one"}, shape=shape).turn == 1


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("value", [None, 3, "text", {}, [None, 3, "text", [], {"role": 3}, {"role": "user"}]])
def test_wrong_types_are_read_as_missing(shape: Shape, value: Any) -> None:
    keys = ("messages", "input", "prompt", "system", "instructions", "model", "stream", "tools", "conversation", "text")
    asked = _asked(dict.fromkeys(keys, value), shape=shape)
    assert asked.turn >= 1
    assert len(asked.conversation_id(KEY)) == 32
    assert not asked.streamed


@pytest.mark.parametrize(("value", "streamed"), [(True, True), (False, False), (None, False), ("true", False)])
def test_only_a_true_asks_for_a_stream(value: Any, *, streamed: bool) -> None:
    assert _asked(_chat(stream=value)).streamed is streamed


@pytest.mark.parametrize(
    ("more", "category"),
    [
        ({}, "chat"),
        ({"tools": [], "response_format": {"type": "text"}, "guided_json": None}, "chat"),
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"functions": [{"name": "f"}], "response_format": {"type": "json_object"}}, "tools"),
        ({"response_format": {"type": "json_object"}}, "structured"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "structured"),
        ({"text": {"format": {"type": "json_schema"}}}, "structured"),
        ({"guided_json": {"type": "object"}}, "structured"),
        ({"structured_outputs": {"json": {}}}, "structured"),
        ({"messages": [_said("user", "a"), _said("user", "b")]}, "multi_turn"),
        ({"messages": [_said("user", "a"), _said("user", "b")], "tools": [{}]}, "tools"),
    ],
)
def test_the_category_is_told_from_the_body(more: dict[str, Any], category: str) -> None:
    assert _asked(_chat() | more).category == category


def test_a_category_in_the_header_goes_first() -> None:
    assert _asked(_chat(tools=[{}]), x_understudy_category=" Billing.v2 ").category == "billing.v2"


@pytest.mark.parametrize("named", ["", "two words", "1st", "x" * 65, "ünder", "a\nb"])
def test_a_category_that_is_no_name_is_not_taken_from_the_header(named: str) -> None:
    assert _asked(_chat(), x_understudy_category=named).category == "chat"


def test_the_header_names_are_settings() -> None:
    asked = read_request(
        Shape.CHAT,
        body=_chat(),
        headers={"x-kind": "billing", "x-thread": "t1", "x-understudy-category": "other", "x-conversation-id": "c1"},
        conversation_header="x-thread",
        category_header="x-kind",
    )
    assert asked.category == "billing"
    assert asked.conversation_key == _asked(_chat(), x_conversation_id="t1").conversation_key


def _id(body: dict[str, Any], *, x_conversation_id: str = "") -> str:
    return _asked(body, x_conversation_id=x_conversation_id).conversation_id(KEY)


def test_the_conversation_is_named_by_the_header_before_the_body_before_the_content() -> None:
    body = _chat(conversation="c1", prompt_cache_key="p1")
    assert _id(body, x_conversation_id="h1") == _id(_chat(), x_conversation_id="h1")
    assert _id(body) == _id(_chat(_said("user", "other"), conversation={"id": "c1"}))
    assert _id(_chat(prompt_cache_key="p1")) == _id(_chat(_said("user", "other"), prompt_cache_key="p1"))
    assert _id(_chat()) != _id(_chat(_said("user", "other")))


def test_the_same_name_from_another_source_is_another_conversation() -> None:
    assert _id(_chat(), x_conversation_id="1") != _id(_chat(conversation="1"))
    assert _id(_chat(conversation="hello")) != _id(_chat(_said("user", "hello")))


def test_a_conversation_without_a_name_is_known_by_how_it_began() -> None:
    first = _chat(_said("system", "be kind"), _said("user", "hello"))
    later = _chat(*first["messages"], _said("assistant", "hi"), _said("user", "more"))
    assert _id(first) == _id(later)
    assert _id(first) != _id(_chat(_said("system", "be brief"), _said("user", "hello")))
    assert _id(first) == _id(_chat(_said("developer", "be kind"), _said("user", "hello")))


def test_the_conversation_id_is_a_keyed_hash_and_not_the_name() -> None:
    asked = _asked(_chat(), x_conversation_id="alice")
    expected = hmac.new(KEY, asked.conversation_key.encode(), hashlib.sha256).hexdigest()[:32]
    assert asked.conversation_id(KEY) == expected
    assert asked.conversation_id(b"another key 1234") != expected


def test_a_lone_surrogate_in_a_name_does_not_matter() -> None:
    assert len(_id(_chat(conversation="\ud83d"))) == 32
