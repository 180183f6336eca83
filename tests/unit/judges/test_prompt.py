from typing import Any

import pytest

from judges.prompt import (
    ToolSpec,
    all_strings,
    all_text,
    offered_tools,
    spoken_text,
    system_text,
    tool_demanded,
    user_text,
    wanted_format,
)
from tests.records import exchange
from tests.unit.judges.cases import asked


def test_instructions_and_what_was_said_are_told_apart() -> None:
    messages = [
        {"role": "system", "content": "be kind"},
        {"role": "developer", "content": [{"type": "text", "text": "be short"}, {"type": "image_url"}]},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": None},
        {"role": "tool", "content": "result"},
        {"role": "user", "content": [{"type": "text", "text": "second"}]},
    ]
    one = exchange(request={"messages": messages})
    assert system_text(one) == "be kind\nbe short"
    assert user_text(one) == "second"
    assert spoken_text(one).split() == ["first", "result", "second"]
    assert all_text(one).split() == ["be", "kind", "be", "short", "first", "result", "second"]


@pytest.mark.parametrize(
    ("request_body", "system", "user"),
    [
        ({"instructions": "be kind", "input": "q"}, "be kind", "q"),
        (
            {"system": [{"type": "text", "text": "be kind"}], "messages": [{"role": "user", "content": "q"}]},
            "be kind",
            "q",
        ),
        ({"prompt": "q"}, "", "q"),
        ({"messages": "junk", "input": 5, "tools": {}}, "", ""),
        ({"messages": [None, 3, {"role": 1}]}, "", ""),
        ({}, "", ""),
    ],
)
def test_every_shape_of_request_and_junk_is_read(request_body: dict[str, Any], system: str, user: str) -> None:
    one = exchange(request=request_body)
    assert (system_text(one), user_text(one)) == (system, user)


def test_every_string_is_found_wherever_it_stands() -> None:
    request = asked("q", tools=[{"function": {"description": "deep", "strict": True}}], seed=17, stop=None)
    assert {"q", "deep", "17", "production"} <= set(all_strings(exchange(request=request)).split("\n"))


def test_the_wanted_format_is_read_from_chat_and_responses() -> None:
    schema = {"type": "object"}
    wrapped = {"type": "json_schema", "json_schema": {"schema": schema}}
    flat = {"type": "json_schema", "schema": schema}
    demanding: list[dict[str, Any]] = [{"response_format": wrapped}, {"text": {"format": flat}}]
    for request in demanding:
        wanted = wanted_format(exchange(request=request))
        assert wanted is not None
        assert (wanted.kind, wanted.schema) == ("json_schema", schema)
    free: list[dict[str, Any]] = [{}, {"response_format": {"type": "text"}}, {"response_format": "json"}, {"text": "a"}]
    for request in free:
        assert wanted_format(exchange(request=request)) is None


def test_tools_without_a_name_are_passed_over() -> None:
    tools: list[Any] = [{"type": "web_search"}, None, {"name": "f", "parameters": "junk"}]
    assert offered_tools(exchange(request={"tools": tools})) == {"f": ToolSpec("f", None)}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("required", True),
        ("any", True),
        ({"type": "function", "function": {"name": "f"}}, True),
        ("auto", False),
        (None, False),
    ],
)
def test_a_demanded_tool_is_told_from_an_offered_one(choice: Any, *, expected: bool) -> None:
    assert tool_demanded(exchange(request={"tool_choice": choice})) is expected
