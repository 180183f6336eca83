"""The judge of the guards: does the answer contradict, cut or embroider the baseline's, however close it reads?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from judges.answer import answer_text, cannot_compare
from judges.document import NotJson, parse_json
from judges.guards.caveats import dropped_caveat
from judges.guards.code import differing_code, prose
from judges.guards.coverage import is_half
from judges.guards.measures import changed_amount
from judges.guards.names import swapped_name
from judges.guards.polarity import flipped_sentence
from judges.guards.sources import invented_source
from judges.judgement import Abstained, Case, Finding, Judgement, Span
from judges.language import language_of
from judges.prompt import all_text

SEVERITY: Final = {
    "language": 5.0, "json": 5.0, "half": 3.0, "code": 3.0, "negation": 4.0, "unit": 3.0, "number": 3.0, "entity": 3.0,
    "citation": 4.0, "quote": 4.0, "caveat": 2.0,
}  # fmt: skip
"""Severity of each guard, in the order in which a finding is labelled by the first that caught something."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What one guard caught, and the characters that decided: of the answer, or of the reference for what is gone."""

    guard: str
    start: int
    end: int
    is_gone: bool = False


def caught(answer: str, *, reference: str, request: str = "", language: str = "") -> Iterator[Caught]:
    """What the guards catch, gravest first.

    Args:
        request: All that was said before: a source that stands there is not invented.
        language: ISO 639-1; decides how 1.000 reads. Read from the reference where it is empty.
    """
    spoken, wanted = language_of(answer), language_of(reference)
    if spoken and wanted and spoken != wanted:
        yield Caught("language", 0, len(answer))
        return
    if _breaks_json(answer, reference):
        yield Caught("json", 0, len(answer))
        return
    if is_half(answer, reference=reference):
        yield Caught("half", 0, len(answer))
    if (place := differing_code(answer, reference=reference)) is not None:
        yield Caught("code", *place)
    yield from _caught_in_prose(prose(answer), prose(reference), request, language or wanted)


def _caught_in_prose(answer: str, reference: str, request: str, language: str) -> Iterator[Caught]:
    if (place := flipped_sentence(answer, reference=reference)) is not None:
        yield Caught("negation", *place)
    if (changed := changed_amount(answer, reference=reference, language=language)) is not None:
        yield Caught(changed.what, changed.start, changed.end)
    if (place := swapped_name(answer, reference=reference, language=language)) is not None:
        yield Caught("entity", *place)
    if (invented := invented_source(answer, given=f"{reference}\n{request}")) is not None:
        yield Caught(invented.what, invented.start, invented.end)
    if (place := dropped_caveat(answer, reference=reference)) is not None:
        yield Caught("caveat", *place, is_gone=True)


def _breaks_json(answer: str, reference: str) -> bool:
    """Whether the reference is a JSON document and the answer tries to be one and is none."""
    bare, mine = reference.strip(), answer.strip()
    if bare[:1] not in {"{", "["} or mine[:1] not in {"{", "["}:
        return False
    return not isinstance(parse_json(bare), NotJson) and isinstance(parse_json(mine), NotJson)


@dataclass(frozen=True, slots=True)
class Guards:
    """Value 0 when a guard caught something against the baseline's answer, else 1.

    Labels: ok, else the gravest caught: language, json, half, code, negation, unit, number, entity, citation, quote,
    caveat. Sampling alone changes details, so the share of findings counts as excess over baseline_again's.
    """

    name: str = "guards"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; abstains where there is nothing to compare or a side has no text."""
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        if (reason := cannot_compare(case)) is not None:
            return reason
        answer, reference = answer_text(case.answer), answer_text(case.reference)
        if not answer.strip() or not reference.strip():
            return Abstained("a side has no text")
        if answer == reference:
            return _AGREES
        found = list(
            caught(answer, reference=reference, request=all_text(case.exchange), language=case.exchange.language)
        )
        return _caught_judgement(case, found) if found else _AGREES


_AGREES: Final = Judgement(1.0, "ok", "no guard caught anything")


def _caught_judgement(case: Case, found: Sequence[Caught]) -> Judgement:
    order = list(SEVERITY)
    first = min(found, key=lambda one: order.index(one.guard))
    spans = tuple(
        Span((case.reference if one.is_gone else case.answer).lane, "text", one.start, one.end) for one in found
    )
    reason = f"caught: {', '.join(dict.fromkeys(one.guard for one in found))}"
    return Judgement(0.0, first.guard, reason, spans, severity=SEVERITY[first.guard])
