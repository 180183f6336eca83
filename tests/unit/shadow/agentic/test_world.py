from dataclasses import dataclass

import pytest
from pydantic import JsonValue

from proxy.wire.reply import ToolCall
from shadow.agentic.world import Arguments, Denied, Tool, World, act, copied, listed, state_hash


@dataclass
class Counter:
    value: int = 0
    seen: list[str] | None = None


def _add(state: Counter, given: Arguments) -> JsonValue | Denied:
    if given["by"] < 0:
        return Denied("only upwards")
    state.value += given["by"]
    return {"value": state.value}


WORLD = World(
    "counting",
    "Count.",
    (
        Tool(
            "add", "Add.", {"by": "integer", "notes": "array"}, _add, changes_state=True, optional=frozenset({"notes"})
        ),
        Tool("name", "Name.", {}, lambda _state, _given: "counter"),
    ),
)


def call(name: str = "add", arguments: str = '{"by": 2}') -> ToolCall:
    return ToolCall(name=name, arguments=arguments)


def test_a_call_changes_the_state_and_tells_the_result() -> None:
    state = Counter()
    result = act(WORLD, state, call())
    assert (result.text, result.is_error, state.value) == ('{"value": 2}', False, 2)
    assert act(WORLD, state, call("name", "")).text == "counter"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (call("sub"), "no tool sub"),
        (call(arguments="[1]"), "no JSON object"),
        (call(arguments="{"), "no JSON object"),
        (call(arguments="{}"), "needs the argument by"),
        (call(arguments='{"by": "2"}'), "type integer"),
        (call(arguments='{"by": true}'), "type integer"),
        (call(arguments='{"by": 1, "to": 3}'), "no argument to"),
        (call(arguments='{"by": 1, "notes": [1]}'), "type array"),
        (call(arguments='{"by": -1}'), "only upwards"),
    ],
)
def test_whatever_is_wrong_is_told_and_changes_nothing(made: ToolCall, words: str) -> None:
    state = Counter()
    result = act(WORLD, state, made)
    assert result.is_error
    assert result.text.startswith("Error: ")
    assert words in result.text
    assert state == Counter()


def test_a_tool_says_what_it_takes() -> None:
    schema = WORLD.tools[0].schema()
    assert schema["required"] == ["by"]
    assert schema["properties"]["notes"] == {"type": "array", "items": {"type": "string"}}
    assert schema["additionalProperties"] is False
    assert WORLD.tools[0].to_body()["function"]["parameters"] == schema
    assert WORLD.changing == ("add",)


def test_equal_states_have_equal_hashes_and_copies_stand_alone() -> None:
    one = Counter(1, ["a"])
    other = copied(one)
    assert state_hash(one) == state_hash(other)
    assert other.seen is not None
    other.seen.append("b")
    assert state_hash(one) != state_hash(other)


def test_lists_read_as_sentences() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
