"""The part of a replay that judges read: the first choice of a completed reply, and what can stand in its way."""

from typing import Final

from judges.judgement import Abstained, Case
from shadow.replay import Lane, Replay, ReplayOutcome

SELF_COMPARISON: Final = Abstained("the baseline is its own reference")


def answer_text(replay: Replay) -> str:
    """Text of the first choice."""
    return replay.reply.first.text


def is_whole(replay: Replay) -> bool:
    """Whether the replay completed and its body reported no error."""
    return replay.outcome is ReplayOutcome.COMPLETED and not replay.reply.error


def cannot_read(case: Case) -> Abstained | None:
    """Why the answer alone cannot be judged by its content, if so; the taxonomy judges failures."""
    if case.answer.lane is Lane.LIVE:
        return Abstained("live replies are for drift and are never judged")
    return None if is_whole(case.answer) else Abstained(f"the answer is not whole: {case.answer.outcome}")


def cannot_compare(case: Case) -> Abstained | None:
    """Why answer and reference cannot be compared, if so."""
    if case.answer.lane is Lane.BASELINE or case.answer is case.reference:
        return SELF_COMPARISON
    if (reason := cannot_read(case)) is not None:
        return reason
    return None if is_whole(case.reference) else Abstained(f"the reference is not whole: {case.reference.outcome}")


def only_tools(replay: Replay) -> bool:
    """Whether the answer consists of tool calls alone."""
    first = replay.reply.first
    return bool(first.tool_calls) and not first.text.strip()
