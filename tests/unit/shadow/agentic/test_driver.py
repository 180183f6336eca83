"""One run of one task against answers that are given, not sent."""

from collections.abc import Iterable
from typing import Any

import pytest

from proxy.wire.fields import Json
from proxy.wire.reply import Choice, Reply, ToolCall, Usage
from shadow.agentic.driver import Bounds, Drawing, Driven, Driver
from shadow.agentic.suite import as_tool_calls, draw_agentic
from shadow.agentic.transcript import Ending
from shadow.replay import Replay, ReplayOutcome
from tests.records import replay

TASK = next(task for task in draw_agentic(seed=1).tasks if not task.faults and not task.draft.says)
CALLS = as_tool_calls(TASK.draft.reference)


def says(text: str = "", *calls: ToolCall, tokens: int = 5) -> Replay:
    return replay(reply=Reply(choices=(Choice(text=text, tool_calls=calls),), usage=Usage(completion_tokens=tokens)))


class Answers:
    """Gives answers in turn, the last one again and again, and keeps what was asked."""

    def __init__(self, *answers: Replay) -> None:
        self.answers = list(answers)
        self.asked: list[Json] = []

    async def __call__(self, body: Json) -> Replay:
        self.asked.append(body)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def drive(answers: Answers, *, bounds: Bounds | None = None, clock: Iterable[float] = ()) -> Driven:
    times = iter(clock)
    driver = Driver(TASK, drawing=Drawing(trial=2), bounds=bounds or Bounds(), clock=lambda: next(times, 0.0))
    return await driver.drive(answers)


async def test_a_task_is_solved_by_its_reference_one_call_at_a_time_or_all_at_once() -> None:
    for answers in (
        Answers(*(says("", call) for call in CALLS), says("done")),
        Answers(says("", *CALLS), says("done")),
    ):
        driven = await drive(answers)
        assert (driven.ending, driven.is_solved) == (Ending.ANSWERED, True)


async def test_requests_carry_tools_seed_and_the_whole_history() -> None:
    answers = Answers(says("", CALLS[0]), says("done"))
    await drive(answers)
    first, second = answers.asked
    assert first["seed"] == (TASK.seed + 2) % 2**31 == second["seed"]
    assert [tool["function"]["name"] for tool in first["tools"]] == [tool.name for tool in TASK.world.tools]
    assert [message["role"] for message in second["messages"]] == ["system", "user", "assistant", "tool"]
    assert second["messages"][2]["tool_calls"][0]["id"] == second["messages"][3]["tool_call_id"]


async def test_an_answer_without_the_work_solves_nothing() -> None:
    driven = await drive(Answers(says("done")))
    assert (driven.ending, driven.is_solved) == (Ending.ANSWERED, False)


@pytest.mark.parametrize(
    ("bounds", "clock", "ending"),
    [
        (Bounds(steps=3), (), Ending.STEP_LIMIT),
        (Bounds(tokens=12), (), Ending.TOKEN_LIMIT),
        (Bounds(seconds=5), (0.0, 1.0, 6.0, 6.0), Ending.TIME_LIMIT),
    ],
)
async def test_every_bound_ends_a_run(bounds: Bounds, clock: tuple[float, ...], ending: Ending) -> None:
    driven = await drive(Answers(says("", CALLS[0])), bounds=bounds, clock=clock)
    assert (driven.ending, driven.is_solved) == (ending, False)
    assert sum(message.role == "tool" for message in driven.messages) <= 3


@pytest.mark.parametrize(
    ("changes", "ending", "is_solved"),
    [
        ({"outcome": ReplayOutcome.CONNECTION_FAILED}, Ending.FAILED, None),
        ({"outcome": ReplayOutcome.HTTP_ERROR, "status": 503}, Ending.FAILED, None),
        ({"outcome": ReplayOutcome.HTTP_ERROR, "status": 429}, Ending.FAILED, None),
        ({"outcome": ReplayOutcome.HTTP_ERROR, "status": 400}, Ending.FAILED, None),
        ({"outcome": ReplayOutcome.TIMED_OUT}, Ending.TIME_LIMIT, False),
    ],
)
async def test_a_lane_that_fails_is_told_from_an_agent_that_does(
    changes: dict[str, Any], ending: Ending, *, is_solved: bool | None
) -> None:
    driven = await drive(Answers(replay(**changes, error="kind")))
    assert (driven.ending, driven.is_solved, driven.error) == (ending, is_solved, "kind")


async def test_a_request_that_is_refused_once_there_are_answers_is_the_agent_s_doing() -> None:
    driven = await drive(Answers(says("", CALLS[0]), replay(outcome=ReplayOutcome.HTTP_ERROR, status=400)))
    assert (driven.ending, driven.is_solved) == (Ending.REFUSED, False)


async def test_broken_arguments_are_told_to_the_agent_and_not_sent_back_to_the_server() -> None:
    answers = Answers(says("", ToolCall(name=CALLS[0].name, arguments="{broken")), says("done"))
    driven = await drive(answers)
    assert "no JSON object" in driven.messages[3].text
    assert answers.asked[1]["messages"][2]["tool_calls"][0]["function"]["arguments"] == "{}"
    assert driven.messages[2].calls[0].arguments == "{broken"
