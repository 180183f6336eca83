"""Figures of one transcript: calls against the reference, economy of steps, recovery after errors. Pure counts.

What a figure is worth is said by `agent_judges`, and how figures add up over tasks by the decision.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from judges.call_matching import Matching, match_calls, read_call
from judges.schema import BrokenSchema, violations
from judges.steps import Step, is_changing, steps_of
from shadow.agentic.expected import exactly
from shadow.agentic.telling import tells_all
from shadow.agentic.transcript import Ending, Loop, Transcript

VERSION: Final = "1"
"""Changes whenever a figure may."""
_LONGEST_CYCLE: Final = 6
"""Calls of the longest cycle that is looked for."""

type Tools = Mapping[str, dict[str, JsonValue]]
"""JSON Schema of the arguments by tool that was offered."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What came of calls that failed.

    Attributes:
        failed: Calls whose result was an error.
        recovered: Failed calls after which a call of the same tool succeeded.
        identical_retries: Failed calls that repeat one that had failed, word for word: nothing was learnt.
        injected: Injected faults that the agent met; one that fails many calls is one.
        mended: Injected faults after which the same call succeeded, or the whole task did.
    """

    failed: int = 0
    recovered: int = 0
    identical_retries: int = 0
    injected: int = 0
    mended: int = 0

    @property
    def not_recovered(self) -> int:
        """Failed calls after which the tool never succeeded."""
        return self.failed - self.recovered


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is counted in one transcript.

    Attributes:
        steps: Tool calls.
        redundant: Calls made before with the same arguments in the same state, neither of them having failed.
        cycles: Loops of up to six calls, run through again although nothing had changed.
        invented: Calls of tools that were not offered; 0 when the offer is not known.
        invalid: Calls of offered tools with arguments that do not fit.
        matching: Calls that change the state, carried out, against the reference's; None without a reference.
        is_exact: Whether those are all that the reference wants, and no other; None without a reference.
        is_told: Whether the user was told every value that was asked for.
    """

    steps: int
    redundant: int
    cycles: int
    invented: int
    invalid: int
    recovery: Recovery
    matching: Matching | None
    is_exact: bool | None
    is_told: bool
    prompt_tokens: int
    completion_tokens: int


def figures_of(transcript: Transcript) -> Figures:
    """Count everything."""
    steps = steps_of(transcript)
    matching = _matching(transcript, steps)
    return Figures(
        steps=len(steps),
        redundant=count_redundant(steps),
        cycles=count_cycles(steps),
        invented=count_invented(steps, tools=transcript.tools),
        invalid=count_invalid(steps, tools=transcript.tools),
        recovery=recovery_of(steps, is_solved=transcript.solved is True),
        matching=matching,
        is_exact=None if matching is None else _is_exact(transcript, matching),
        is_told=tells_all(
            (message.text for message in transcript.messages if message.role == "assistant"), values=transcript.says
        ),
        prompt_tokens=sum(message.prompt_tokens or 0 for message in transcript.messages),
        completion_tokens=sum(message.completion_tokens or 0 for message in transcript.messages),
    )


def recovery_of(steps: Sequence[Step], *, is_solved: bool = False) -> Recovery:
    """What came of the calls that failed.

    Args:
        is_solved: Whether the task was, so that every fault was overcome in some way.
    """
    failed = [place for place, step in enumerate(steps) if step.is_error]
    times = Counter(steps[place].key for place in failed)
    faults = {step.injected: place for place, step in reversed(list(enumerate(steps))) if step.injected}
    return Recovery(
        failed=len(failed),
        recovered=sum(any(True for _ in _successes(steps, place)) for place in failed),
        identical_retries=sum(count - 1 for count in times.values()),
        injected=len(faults),
        mended=sum(is_solved or _is_mended(steps, place) for place in faults.values()),
    )


def count_invented(steps: Iterable[Step], *, tools: Tools) -> int:
    """Calls of tools that were not offered; 0 when the offer is not known."""
    return sum(step.name not in tools for step in steps) if tools else 0


def count_invalid(steps: Iterable[Step], *, tools: Tools) -> int:
    """Calls whose arguments are no JSON object or do not fit the offered tool."""
    return sum(not _fits(step, tools) for step in steps)


def count_redundant(steps: Sequence[Step]) -> int:
    """Calls that could tell nothing new: the same one was made in the same state and had not failed."""
    seen: set[tuple[str, str]] = set()
    found = 0
    for step in steps:
        if not step.is_error:
            found += (step.key, step.state) in seen
            seen.add((step.key, step.state))
    return found


def count_cycles(steps: Sequence[Step]) -> int:
    """Loops: one call three times in a row or up to six calls twice in a row, in the same state each time."""
    marks = [(step.key, step.state) for step in steps]
    found = place = 0
    while place < len(marks):
        length = _loop_length(marks, place)
        found += length > 0
        place += max(length, 1)
    return found


def _matching(transcript: Transcript, steps: Sequence[Step]) -> Matching | None:
    if transcript.reference is None:
        return None
    wanted = [read_call(call) for call in transcript.reference if is_changing(call.name, transcript=transcript)]
    is_open = transcript.loop is Loop.OPEN
    done = [step.call for step in steps if step.changes and (step.succeeded or (is_open and not step.has_result))]
    return match_calls(done, reference=exactly(wanted))


def _is_exact(transcript: Transcript, matching: Matching) -> bool:
    """Whether the right calls were made, and no other change; where nothing was to change, the answer decides too."""
    wants_changes = matching.matched or matching.missing
    return (
        matching.is_exact
        and transcript.ending is not Ending.CUT
        and bool(wants_changes or transcript.solved is not False)
    )


def _fits(step: Step, tools: Tools) -> bool:
    """Whether a call of an offered tool has arguments that fit; a schema that cannot be used excuses them."""
    if step.call.arguments is None:
        return False
    schema = tools.get(step.name)
    if schema is None:
        return True
    try:
        return not violations(dict(step.call.arguments), schema=schema)
    except BrokenSchema:
        return True


def _successes(steps: Sequence[Step], place: int) -> Iterator[Step]:
    """Later calls of the same tool that succeeded."""
    return (later for later in steps[place + 1 :] if later.name == steps[place].name and later.succeeded)


def _is_mended(steps: Sequence[Step], place: int) -> bool:
    return any(later.key == steps[place].key for later in _successes(steps, place))


def _loop_length(marks: Sequence[tuple[str, str]], start: int) -> int:
    """Calls of the loop that begins here, all its rounds together; 0 when none does."""
    for period in range(1, _LONGEST_CYCLE + 1):
        round_ = marks[start : start + period]
        rounds = 1
        while len(round_) == period and marks[start + rounds * period : start + (rounds + 1) * period] == round_:
            rounds += 1
        if rounds >= (3 if period == 1 else 2):
            return rounds * period
    return 0
