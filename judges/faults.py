"""Faults of an answer as an answer: it failed, stopped, loops, has the wrong form or language, or refuses.

Where the baseline shows the same fault, the candidate is not blamed for it: that is the exchange, not the model.
"""

from typing import Final

from judges.answer import answer_text, is_whole
from judges.document import NotJson, parse_json
from judges.fault import Fault, FaultLabel, text_span
from judges.format import JsonFormat, ToolCalls
from judges.judgement import Case, Judgement
from judges.language import find_switch, language_of, script_of
from judges.noise import incoherent
from judges.prompt import all_text, user_text
from judges.refusal import Label, read_refusal
from judges.repetition import find_loop
from judges.wording import read_words
from shadow.replay import Lane, ReplayOutcome

_LENGTH: Final = frozenset({"length", "max_tokens", "max_output_tokens", "incomplete"})
_REFUSALS: Final[dict[Label, FaultLabel]] = {
    "partial": "refusal_partial",
    "refusal_safety": "refusal_safety",
    "refusal_capability": "refusal_capability",
}
_OUT_OF_LENGTH: Final = 8
"""Times as long, or as short, as the reference: far outside of what sampling the same model twice does."""
_LEAST_LONG: Final = 80
_JSON_STARTS: Final = frozenset('{["')


def failure(case: Case) -> Fault | None:
    """The replay did not complete, or its body reports an error."""
    match case.answer.outcome:
        case ReplayOutcome.COMPLETED:
            return Fault("error", "the body reports an error") if case.answer.reply.error else None
        case ReplayOutcome.TIMED_OUT:
            return Fault("timeout", "no whole reply in time")
        case ReplayOutcome.HTTP_ERROR:
            return Fault("error", f"status {case.answer.status}")
        case ReplayOutcome.BROKEN_STREAM:
            return Fault("truncation", "the stream broke off")
        case ReplayOutcome.CONNECTION_FAILED | ReplayOutcome.NOT_SENT:
            return Fault("error", str(case.answer.outcome))


def empty(case: Case) -> Fault | None:
    """Neither text nor tool calls."""
    first = case.answer.reply.first
    return None if first.text.strip() or first.tool_calls else Fault("empty", "neither text nor tool calls")


def repetition(case: Case) -> Fault | None:
    """The answer loops, and the reference does not."""
    loop = find_loop(answer_text(case.answer))
    if loop is None or (is_compared(case) and find_loop(answer_text(case.reference)) is not None):
        return None
    return Fault("repetition", f"loop found by {loop.kind}", text_span(case, (loop.start, loop.end)))


def noise(case: Case) -> Fault | None:
    """The answer is no language, and the reference is one; code and JSON are none and are left alone."""
    text = answer_text(case.answer)
    if incoherent(text, context=()) is None or "```" in text or _is_json(text):
        return None
    context = [all_text(case.exchange)]
    if is_compared(case):
        reference = answer_text(case.reference)
        if incoherent(reference, context=context) is not None:
            return None
        context.append(reference)
    kind = incoherent(text, context=context)
    return None if kind is None else Fault("incoherent", f"no language by {kind}", text_span(case, (0, len(text))))


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in _JSON_STARTS and not isinstance(parse_json(text), NotJson)


def form(case: Case) -> Fault | None:
    """JSON or tool calls that break what the request demands."""
    for judge in (JsonFormat(), ToolCalls()):
        finding = judge.judge_batch([case])[0]
        if isinstance(finding, Judgement) and finding.value < 1:
            return Fault("format_error", f"{judge.name}: {finding.label}", finding.spans)
    return None


def truncation(case: Case) -> Fault | None:
    """Cut by length where the reference came to its end."""
    mine, theirs = case.answer.reply.first.finish_reason, case.reference.reply.first.finish_reason
    if mine in _LENGTH and theirs and theirs not in _LENGTH:
        end = len(answer_text(case.answer))
        place = (max(end - 1, 0), end) if end else None
        return Fault("truncation", "cut by length where the reference came to its end", text_span(case, place))
    return None


def language(case: Case) -> Fault | None:
    """Another script or language than the reference's, or a turn to one midway that the reference does not make."""
    if not is_compared(case):
        return None
    answer, reference = answer_text(case.answer), answer_text(case.reference)
    mine, theirs = script_of(answer), script_of(reference)
    if mine and theirs and mine != theirs:
        reason = f"{mine.lower()} script where the reference has {theirs.lower()}"
        return Fault("language_switch", reason, text_span(case, (0, len(answer))))
    spoken, wanted = language_of(answer), language_of(reference)
    if spoken and wanted and spoken != wanted:
        return Fault("language_switch", f"{spoken} for {wanted}", text_span(case, (0, len(answer))))
    return _midway(case, answer, reference=reference)


def _midway(case: Case, answer: str, *, reference: str) -> Fault | None:
    switch = find_switch(answer)
    if switch is None or switch.turned_to == language_of(user_text(case.exchange)):
        return None
    if find_switch(reference) is not None or language_of(reference) != switch.spoken:
        return None
    reason = f"turns from {switch.spoken} to {switch.turned_to}"
    return Fault("language_switch", reason, text_span(case, (switch.start, switch.end)))


def drift(case: Case) -> Fault | None:
    """Far longer or shorter than the reference, where nobody stopped it."""
    if not is_compared(case):
        return None
    mine, theirs = (len(read_words(answer_text(one)).words) for one in (case.answer, case.reference))
    if not mine or not theirs or max(mine, theirs) < _LEAST_LONG:
        return None
    ratio = max(mine, theirs) / min(mine, theirs)
    if ratio < _OUT_OF_LENGTH:
        return None
    return Fault("drift", f"{mine} words where the reference has {theirs}")


def refusal(case: Case) -> Fault | None:
    """Some refusal, whether or not the reference refuses too: the score card compares the rates."""
    found = read_refusal(answer_text(case.answer), prompt=user_text(case.exchange))
    label = _REFUSALS.get(found.label)
    if label is None:
        return None
    spans = tuple(span for place in found.places for span in text_span(case, place))
    return Fault(label, f"probability of a refusal {found.probability:.2f}", spans)


def is_compared(case: Case) -> bool:
    """Whether there is a whole reference other than the answer itself."""
    is_other = case.answer.lane is not Lane.BASELINE and case.answer is not case.reference
    return is_other and is_whole(case.reference)
