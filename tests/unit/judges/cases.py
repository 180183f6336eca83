"""Cases and findings for the tests of the judges: a question, the candidate's answer and the baseline's."""

from typing import Any

from judges.judgement import Abstained, Case, Finding, Judge, Judgement
from proxy.wire.reply import Choice, Reply, ToolCall
from shadow.replay import Lane, Replay, ReplayOutcome
from tests.records import exchange, replay

FAILURES = [outcome for outcome in ReplayOutcome if outcome is not ReplayOutcome.COMPLETED]


def case(
    answer: str | Replay = "answer",
    reference: str | Replay = "answer",
    *,
    request: dict[str, Any] | None = None,
    language: str = "",
    checks: tuple[dict[str, object], ...] = (),
) -> Case:
    """A case of the candidate against the baseline."""
    changes: dict[str, Any] = {} if request is None else {"request": request}
    mine = answer if isinstance(answer, Replay) else replay(text=answer)
    theirs = reference if isinstance(reference, Replay) else replay(text=reference, lane=Lane.BASELINE)
    return Case(exchange(language=language, **changes), mine, theirs, checks)


def baseline_case(text: str = "answer", **changes: Any) -> Case:
    """The baseline as its own reference, as the judging job builds it."""
    own = replay(text=text, lane=Lane.BASELINE)
    return Case(exchange(**changes), own, own)


def live_case(text: str = "answer") -> Case:
    """A live reply, which no judge looks at."""
    return case(replay(text=text, lane=Lane.LIVE))


def failed(outcome: ReplayOutcome, *, text: str = "", lane: Lane = Lane.CANDIDATE) -> Replay:
    """A replay that did not complete."""
    return replay(text=text, lane=lane, outcome=outcome, status=0)


def calling(*calls: tuple[str, str], text: str = "", lane: Lane = Lane.CANDIDATE) -> Replay:
    """A replay that calls tools: name and arguments of each."""
    made = tuple(ToolCall(name=name, arguments=arguments) for name, arguments in calls)
    return replay(lane=lane, reply=Reply(choices=(Choice(text=text, tool_calls=made, finish_reason="tool_calls"),)))


def asked(question: str, *, system: str = "", **fields: Any) -> dict[str, Any]:
    """A chat request."""
    messages = [{"role": "user", "content": question}]
    if system:
        messages.insert(0, {"role": "system", "content": system})
    return {"model": "production", "messages": messages, **fields}


def judged(judge: Judge, one: Case) -> Judgement:
    """The judgement of one case; fails on anything else."""
    (found,) = judge.judge_batch([one])
    assert isinstance(found, Judgement), found
    return found


def abstains(judge: Judge, one: Case) -> bool:
    """Whether the judge abstains."""
    found: Finding = judge.judge_batch([one])[0]
    return isinstance(found, Abstained)
