from datetime import timedelta
from typing import Any

import pytest

from judges.agents import figures_of
from judges.conversation import answers_by_turn, assembled, history_of, open_transcript
from judges.judgement import Case
from judges.steps import steps_of
from proxy.exchange import Shape
from proxy.wire.reply import Choice, Reply
from shadow.agentic.transcript import Ending, Loop
from shadow.replay import Lane
from tests.records import NOON, exchange, replay
from tests.unit.judges.transcripts import call

CHAT: dict[str, Any] = {
    "messages": [
        {"role": "developer", "content": "be brief"},
        {"role": "user", "content": [{"type": "text", "text": "look"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "function": {"name": "get_a", "arguments": '{"id": 1}'}}],
        },
        {"role": "tool", "tool_call_id": "1", "content": "Error: no"},
    ],
    "tools": [{"type": "function", "function": {"name": "get_a", "parameters": {"type": "object"}}}],
}
MESSAGES: dict[str, Any] = {
    "system": "be brief",
    "messages": [
        {"role": "user", "content": "look"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "get_a", "input": {"id": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "no", "is_error": True}]},
    ],
}
RESPONSES: dict[str, Any] = {
    "instructions": "be brief",
    "input": [
        {"role": "user", "content": "look"},
        {"type": "function_call", "call_id": "1", "name": "get_a", "arguments": '{"id": 1}'},
        {"type": "function_call_output", "call_id": "1", "output": "Error: no"},
    ],
}


@pytest.mark.parametrize(
    ("shape", "request_"), [(Shape.CHAT, CHAT), (Shape.MESSAGES, MESSAGES), (Shape.RESPONSES, RESPONSES)]
)
def test_every_shape_tells_the_same_history(shape: Shape, request_: dict[str, Any]) -> None:
    history = history_of(exchange(shape=shape, request=request_))
    assert [message.role for message in history] == ["system", "user", "assistant", "tool"]
    case = Case(exchange(shape=shape, request=request_), replay(), replay(lane=Lane.BASELINE))
    (step,) = steps_of(open_transcript(case))
    assert (step.name, step.call.arguments, step.is_error) == ("get_a", {"id": 1}, True)


def said(number: int, *, text: str = "", name: str = "", lane: Lane = Lane.CANDIDATE) -> Any:
    calls = (call(name, {"id": number}, call_id="1"),) if name else ()
    return replay(number, lane=lane, reply=Reply(choices=(Choice(text=text, tool_calls=calls),)))


def turn(number: int, messages: list[dict[str, Any]], *, name: str = "", text: str = "") -> Case:
    asked = exchange(
        number, conversation_id="talk", captured_at=NOON + timedelta(seconds=number), turn=number + 1,
        request={"messages": messages, "tools": CHAT["tools"]},
    )  # fmt: skip
    return Case(asked, said(number, name=name, text=text), said(number, name="get_a", lane=Lane.BASELINE))


def test_a_conversation_is_assembled_turn_by_turn_and_its_results_belong_to_no_call_of_the_lane() -> None:
    first = [{"role": "user", "content": "look"}]
    second = [*first, CHAT["messages"][2], {"role": "tool", "tool_call_id": "1", "content": "found"}]
    found = assembled([turn(1, second, text="Here it is."), turn(0, first, name="book_it")])
    assert [(message.role, message.text) for message in found.messages] == [
        ("user", "look"), ("assistant", ""), ("tool", "found"), ("assistant", "Here it is."),
    ]  # fmt: skip
    (step,) = steps_of(found)
    assert not step.has_result
    assert (found.loop, found.ending, found.solved) == (Loop.OPEN, Ending.ANSWERED, None)
    assert found.reference is not None
    assert len(found.reference) == 2
    assert answers_by_turn(found) == ("Here it is.",)
    matching = figures_of(found).matching
    assert matching is not None
    assert matching.extra == ("book_it",)


def test_several_conversations_make_no_transcript() -> None:
    with pytest.raises(ValueError, match="one conversation"):
        assembled([])
