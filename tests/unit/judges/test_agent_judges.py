from typing import Any

import pytest

from judges.agent_judges import AgentRecovery, AgentSteps, AgentTools
from judges.judgement import Abstained, Case, Finding, Judgement
from proxy.wire.reply import Choice, Reply, ToolCall
from shadow.agentic.transcript import Ending
from shadow.replay import Lane, Replay, ReplayOutcome
from tests.records import exchange, replay
from tests.unit.judges.test_conversation import CHAT
from tests.unit.judges.transcripts import call, transcript


def says(*calls: ToolCall, lane: Lane = Lane.CANDIDATE, text: str = "") -> Replay:
    return replay(lane=lane, reply=Reply(choices=(Choice(text=text, tool_calls=calls),)))


def case(*calls: ToolCall, baseline: tuple[ToolCall, ...] = (), **changes: Any) -> Case:
    return Case(
        exchange(request=changes.pop("request", CHAT)), says(*calls), says(*baseline, lane=Lane.BASELINE), **changes
    )


def label(finding: Finding) -> str:
    return finding.label if isinstance(finding, Judgement) else "abstained"


A = call("get_a", {"id": 1})
B = call("get_a", {"id": 2})


@pytest.mark.parametrize(
    ("calls", "baseline", "found"),
    [
        ((A,), (A,), "ok"),
        ((A, B), (B, A), "ok"),
        ((A,), (B,), "wrong_call"),
        ((), (A,), "missing_call"),
        ((A, B), (A,), "extra_call"),
        ((call("get_z"),), (A,), "invented_tool"),
        ((ToolCall(name="get_a", arguments="{"),), (A,), "bad_arguments"),
        ((), (), "abstained"),
    ],
)
def test_an_answer_s_calls_are_held_against_the_baseline_s(
    calls: tuple[ToolCall, ...], baseline: tuple[ToolCall, ...], found: str
) -> None:
    (finding,) = AgentTools().judge_batch([case(*calls, baseline=baseline)])
    assert label(finding) == found
    if isinstance(finding, Judgement):
        assert finding.reason.startswith("open loop")


def test_a_suite_s_check_goes_before_the_baseline_and_judges_the_baseline_too() -> None:
    checks: tuple[dict[str, object], ...] = ({"kind": "tool_call", "name": "get_a", "arguments": {"id": 2}},)
    assert label(AgentTools().judge_batch([case(B, baseline=(A,), checks=checks)])[0]) == "ok"
    own = says(A, lane=Lane.BASELINE)
    assert label(AgentTools().judge_batch([Case(exchange(request=CHAT), own, own, checks)])[0]) == "wrong_call"
    assert isinstance(AgentTools().judge_batch([Case(exchange(request=CHAT), own, own)])[0], Abstained)


@pytest.mark.parametrize("judge", [AgentTools(), AgentSteps(), AgentRecovery()])
def test_without_tools_or_a_whole_answer_nothing_is_judged(judge: Any) -> None:
    plain = Case(exchange(), replay(), replay(lane=Lane.BASELINE))
    broken = Case(exchange(request=CHAT), replay(outcome=ReplayOutcome.TIMED_OUT), replay(lane=Lane.BASELINE))
    assert all(isinstance(found, Abstained) for found in judge.judge_batch([plain, broken]))
    assert isinstance(judge.judge_transcript(transcript(ending=Ending.FAILED)), Abstained)


def test_repeating_a_failed_call_is_told_from_trying_otherwise() -> None:
    assert label(AgentRecovery().judge_batch([case(A)])[0]) == "blind_retry"
    assert label(AgentRecovery().judge_batch([case(B)])[0]) == "tries_otherwise"
    assert label(AgentRecovery().judge_batch([case()])[0]) == "abstained"


def test_asking_again_for_what_is_known_is_redundant() -> None:
    known = CHAT | {"messages": [*CHAT["messages"][:3], {"role": "tool", "tool_call_id": "1", "content": "found"}]}
    assert label(AgentSteps().judge_batch([case(A, request=known)])[0]) == "redundant"
    assert label(AgentSteps().judge_batch([case(B, request=known)])[0]) == "ok"
    assert label(AgentSteps().judge_batch([case(A)])[0]) == "ok", "the first one had failed"


def test_a_run_is_judged_by_its_changes_steps_and_recovery() -> None:
    run = transcript(
        ("book_it", {"id": 1}, "Error: x"), ("book_it", {"id": 1}, "ok"),
        reference=(call("book_it", {"id": 1}),), reference_steps=1, solved=True,
    )  # fmt: skip
    assert AgentTools().judge_transcript(run) == Judgement(1.0, "ok", "the right calls")
    steps = AgentSteps().judge_transcript(run)
    assert isinstance(steps, Judgement)
    assert (steps.value, steps.label) == (0.5, "long")
    assert label(AgentRecovery().judge_transcript(run)) == "recovered"


@pytest.mark.parametrize(
    ("results", "found"),
    [(("Error: x", "Error: x"), "blind_retry"), (("Error: x",), "gave_up"), (("Error: x", "ok"), "recovered")],
)
def test_how_a_run_deals_with_errors(results: tuple[str, ...], found: str) -> None:
    assert label(AgentRecovery().judge_transcript(transcript(*(("book_it", {}, one) for one in results)))) == found
