"""Judges of agents: right tool calls, no needless step, recovery after errors.

On a transcript of a closed loop they judge the whole run. On a captured exchange they judge the one answer that a lane
gave to another's history: an open loop, which every reason says, and which is never mixed with the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from judges.agents import VERSION, Figures, count_invalid, count_invented, figures_of
from judges.answer import SELF_COMPARISON, cannot_read
from judges.call_matching import match_calls, read_call
from judges.conversation import open_transcript
from judges.judgement import Abstained, Case, Finding, Judgement
from judges.prompt import offered_tools
from judges.steps import Step, steps_of
from shadow.agentic.expected import Call, exactly
from shadow.agentic.transcript import Ending, Transcript
from shadow.replay import Lane

_UNKNOWN: Final = Abstained("the lane gave no reply")
_NO_TOOLS: Final = Abstained("no tools, no calls")
_INVENTED_SEVERITY: Final = 6.0
_WRONG_SEVERITY: Final = 4.0


class TranscriptJudge(Protocol):
    """A judge of whole runs."""

    @property
    def name(self) -> str:
        """Key of its findings."""
        ...

    def judge_transcript(self, transcript: Transcript) -> Finding:
        """What it finds in a run of a closed loop."""
        ...


@dataclass(frozen=True, slots=True)
class AgentTools:
    """Value: share of the right calls among those wanted or made, whichever are more; 0 with an invented tool.

    Labels: ok, invented_tool, bad_arguments, missing_call, extra_call, wrong_call (some are missing, others too many).
    In an open loop the reference is what the suite's example asks for, else the baseline's answer.
    """

    name: str = "agent_tools"
    version: str = VERSION

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; abstains where the request offers no tools and nobody called one."""
        return [self._judge(case) for case in cases]

    def judge_transcript(self, transcript: Transcript) -> Finding:
        """Calls that change the state against the reference's; abstains without a reference."""
        if transcript.ending is Ending.FAILED:
            return _UNKNOWN
        figures = figures_of(transcript)
        if figures.matching is None:
            return Abstained("no reference says which calls are right")
        return _of_calls(
            figures.matching.ratio
            if figures.matching.missing or figures.matching.extra
            else float(figures.is_exact is True),
            invented=figures.invented,
            invalid=figures.invalid,
            missing=len(figures.matching.missing),
            extra=len(figures.matching.extra),
        )

    def _judge(self, case: Case) -> Finding:
        if (reason := _cannot_judge(case)) is not None:
            return reason
        wanted = _asked_for(case)
        if wanted is None and (case.answer.lane is Lane.BASELINE or case.answer is case.reference):
            return SELF_COMPARISON
        expected = wanted if wanted is not None else [read_call(call) for call in case.reference.reply.first.tool_calls]
        calls = case.answer.reply.first.tool_calls
        if not calls and not expected:
            return Abstained("no tool was called, and none was due")
        matching = match_calls([read_call(call) for call in calls], reference=exactly(expected))
        transcript = open_transcript(case)
        mine = _of_answer(transcript)
        return _open(
            _of_calls(
                matching.ratio,
                invented=count_invented(mine, tools=transcript.tools),
                invalid=count_invalid(mine, tools=transcript.tools),
                missing=len(matching.missing),
                extra=len(matching.extra),
            )
        )


@dataclass(frozen=True, slots=True)
class AgentSteps:
    """Value: the best agent's calls by those that were made, at most 1; without a reference, the share not redundant.

    Labels: ok, long (more calls than the best agent's), redundant (the same call in the same state), cycle.
    """

    name: str = "agent_steps"
    version: str = VERSION

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; abstains where the answer calls no tool."""
        return [self._judge(case) for case in cases]

    def judge_transcript(self, transcript: Transcript) -> Finding:
        """Economy of the whole run; abstains where no tool was called."""
        if transcript.ending is Ending.FAILED:
            return _UNKNOWN
        figures = figures_of(transcript)
        if not figures.steps:
            return Abstained("no tool was called")
        return _of_steps(figures, reference=transcript.reference_steps if transcript.solved is not False else None)

    def _judge(self, case: Case) -> Finding:
        if (reason := _cannot_judge(case)) is not None:
            return reason
        transcript = open_transcript(case)
        mine = _of_answer(transcript)
        if not mine:
            return Abstained("no tool was called")
        steps, last = steps_of(transcript), mine[0].message
        earlier = {(step.key, step.state) for step in steps if step.message < last and not step.is_error}
        redundant = sum((step.key, step.state) in earlier for step in mine)
        label = "redundant" if redundant else "ok"
        return _open(Judgement(1 - redundant / len(mine), label, f"{redundant} of {len(mine)} calls were made before"))


@dataclass(frozen=True, slots=True)
class AgentRecovery:
    """Value: share of the failed calls, or of the injected faults where there are any, that were overcome.

    Labels: recovered, partly, blind_retry (the same call again, in vain), gave_up. In an open loop: tries_otherwise,
    blind_retry.
    """

    name: str = "agent_recovery"
    version: str = VERSION

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; abstains unless the history ends with a failed call and the answer calls a tool."""
        return [self._judge(case) for case in cases]

    def judge_transcript(self, transcript: Transcript) -> Finding:
        """What came of the failed calls of the run; abstains where none failed."""
        if transcript.ending is Ending.FAILED:
            return _UNKNOWN
        found = figures_of(transcript).recovery
        if not found.failed:
            return Abstained("no call failed")
        value = found.mended / found.injected if found.injected else found.recovered / found.failed
        partly = "blind_retry" if found.identical_retries else "partly" if value else "gave_up"
        reason = (
            f"{found.failed} calls failed, {found.recovered} recovered, {found.identical_retries} identical retries"
        )
        return Judgement(value, "recovered" if value == 1 else partly, reason, severity=round(3 * (1 - value), 1))

    def _judge(self, case: Case) -> Finding:
        if (reason := _cannot_judge(case)) is not None:
            return reason
        transcript = open_transcript(case)
        mine, failed = _of_answer(transcript), _failed_last(steps_of(transcript))
        if not failed:
            return Abstained("no call had just failed")
        if not mine:
            return Abstained("no tool was called; whether that is right cannot be known in an open loop")
        is_blind = any(step.key in failed for step in mine)
        label = "blind_retry" if is_blind else "tries_otherwise"
        return _open(Judgement(0.0 if is_blind else 1.0, label, f"after {len(failed)} failed calls"))


TRANSCRIPT_JUDGES: Final[tuple[TranscriptJudge, ...]] = (AgentTools(), AgentSteps(), AgentRecovery())
"""Every judge of whole runs."""


def _cannot_judge(case: Case) -> Abstained | None:
    if not case.exchange.request.get("tools") and not case.answer.reply.first.tool_calls:
        return _NO_TOOLS
    if (reason := cannot_read(case)) is not None:
        return reason
    return None if offered_tools(case.exchange) else _NO_TOOLS


def _asked_for(case: Case) -> list[Call] | None:
    """The calls that the example's checks ask for; None where it has no such check."""
    found = [check for check in case.checks if check.get("kind") == "tool_call"]
    if not found:
        return None
    return [Call(str(check["name"]), dict(check["arguments"])) for check in found]  # type: ignore[call-overload]


def _of_answer(transcript: Transcript) -> list[Step]:
    """The calls of the lane's own answer, which is the last message of an open loop."""
    return [step for step in steps_of(transcript) if step.message == len(transcript.messages) - 1]


def _failed_last(steps: Sequence[Step]) -> set[str]:
    """Keys of the calls that failed in the last answer of the history."""
    answered = [step for step in steps if step.has_result]
    return {step.key for step in answered if step.is_error and step.message == answered[-1].message}


def _of_calls(value: float, *, invented: int, invalid: int, missing: int, extra: int) -> Judgement:
    if invented:
        return Judgement(
            0.0, "invented_tool", f"{invented} calls of tools that were not offered", severity=_INVENTED_SEVERITY
        )
    if missing or extra or value < 1:
        label = (
            "wrong_call"
            if missing and extra
            else "missing_call"
            if missing
            else "extra_call"
            if extra
            else "wrong_call"
        )
        label = "bad_arguments" if invalid else label
        return Judgement(value, label, f"{missing} calls missing, {extra} too many", severity=_WRONG_SEVERITY)
    if invalid:
        return Judgement(value, "bad_arguments", f"{invalid} calls did not fit their tools", severity=1.0)
    return Judgement(1.0, "ok", "the right calls")


def _mismatch(missing: int, extra: int) -> str:
    if bool(missing) is bool(extra):
        return "wrong_call"
    return "missing_call" if missing else "extra_call"


def _of_steps(figures: Figures, *, reference: int | None) -> Judgement:
    value = 1 - figures.redundant / figures.steps if reference is None else min(1.0, reference / figures.steps)
    label = "cycle" if figures.cycles else "redundant" if figures.redundant else "long" if value < 1 else "ok"
    words = f"{figures.steps} calls" + ("" if reference is None else f" where {reference} would do")
    return Judgement(
        value,
        label,
        f"{words}; {figures.redundant} redundant, {figures.cycles} loops",
        severity=2.0 * (label == "cycle"),
    )


def _open(finding: Judgement) -> Judgement:
    return Judgement(finding.value, finding.label, f"open loop: {finding.reason}", finding.spans, finding.severity)
