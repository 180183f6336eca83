"""The judge that applies the mechanical checks of a suite's example to the answer.

The kinds of check, and what each promises, are declared in `shadow.suites.check`; only their evaluation lives here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from pydantic import ValidationError

from judges.answer import is_whole
from judges.document import NotJson, canonical_json, parse_json
from judges.figures import numbers
from judges.instructions.following import follows
from judges.judgement import Abstained, Case, Finding, Judgement
from judges.pattern import matches
from judges.schema import BrokenSchema, violations
from judges.words import normalised
from proxy.errors import BadRecord
from proxy.wire.reply import Choice, ToolCall
from shadow.replay import Lane, ReplayOutcome
from shadow.suites.check import (
    CHECK,
    CallsTool,
    Check,
    Contains,
    EqualsJson,
    Exact,
    FitsSchema,
    Matches,
    NotContains,
    Number,
    OneOf,
    Words,
)
from shadow.suites.instruction import Instruction

_ROUNDING: Final = 1e-9
"""Slack on top of a number's tolerance, so that 0.1 + 0.2 is 0.3."""
_BARE_CHARACTERS: Final = 3
"""An answer this short, such as (b), is read as an option whatever its case."""


def read_checks(raw: Sequence[Mapping[str, object]]) -> tuple[Check, ...]:
    """Checks from their JSON objects.

    Raises:
        BadRecord: an object is no check; the message names its place, never its text.
    """
    checks = []
    for position, one in enumerate(raw):
        try:
            checks.append(CHECK.validate_python(one))
        except ValidationError:
            message = f"check {position + 1} of {len(raw)} is of no known kind or form; correct the suite's example"
            raise BadRecord(message) from None
    return tuple(checks)


def passes(check: Check, *, choice: Choice, language: str = "") -> bool:
    """Whether an answer passes one check.

    Args:
        language: ISO 639-1; decides how a number such as 1.000 reads.

    Raises:
        BrokenSchema: the check's JSON Schema cannot be used.
        BrokenPattern: the check's pattern cannot be used.
    """
    match check:
        case FitsSchema() | EqualsJson():
            return _json_passes(check, choice.text)
        case CallsTool():
            return any(_is_call(call, check) for call in choice.tool_calls)
        case Number():
            return _gives_number(check, choice.text, language)
        case Instruction():
            return follows(check, choice.text)
        case Exact() | Matches() | Contains() | NotContains() | OneOf() | Words():
            return _text_passes(check, choice.text)
        case _:
            assert_never(check)


def _text_passes(check: Exact | Matches | Contains | NotContains | OneOf | Words, text: str) -> bool:
    match check:
        case Exact():
            held = normalised(text) == normalised(check.value)
        case Matches():
            held = matches(check.pattern, text)
        case Contains():
            present = [_holds(text, value) for value in check.values]
            held = all(present) if check.mode == "all" else any(present)
        case NotContains():
            held = not any(_holds(text, value) for value in check.values)
        case OneOf():
            held = _named(text, options=check.options) == {normalised(check.value).casefold()}
        case Words():
            held = check.minimum <= len(text.split()) <= check.maximum
        case _:
            assert_never(check)
    return held


def _holds(text: str, value: str) -> bool:
    """Whether the value stands in the text, whatever its case and white space."""
    return normalised(value).casefold() in normalised(text).casefold()


def _gives_number(check: Number, text: str, language: str) -> bool:
    """Whether the last number of the text is the wanted one; 50 % counts as 50 and as 0.5."""
    readings = (numbers(text, language=language, percent_is_ratio=is_ratio) for is_ratio in (True, False))
    slack = check.tolerance + _ROUNDING * max(1.0, abs(check.value))
    return any(abs(float(found[-1]) - check.value) <= slack for found in readings if found)


def _named(text: str, *, options: Sequence[str]) -> set[str]:
    """The options that the text names as whole words, the longest at each place.

    An option of one letter must stand in its own case in a longer text, so that the article "a" is no choice.
    """
    wanted = {normalised(option) for option in options}
    spelled = "|".join(re.escape(option) for option in sorted(wanted, key=len, reverse=True))
    clean = normalised(text)
    found = re.findall(rf"(?<!\w)(?:{spelled})(?!['\u2019]?\w)", clean, re.IGNORECASE)
    is_bare = len(clean) <= _BARE_CHARACTERS
    return {name.casefold() for name in found if len(name) > 1 or is_bare or name in wanted}


def _json_passes(check: FitsSchema | EqualsJson, text: str) -> bool:
    parsed = parse_json(text)
    if isinstance(parsed, NotJson):
        return False
    match check:
        case FitsSchema():
            return not violations(parsed, schema=check.schema_)
        case EqualsJson():
            return canonical_json(parsed) == canonical_json(check.value)
        case _:
            assert_never(check)


def _is_call(call: ToolCall, check: CallsTool) -> bool:
    parsed = parse_json(call.arguments or "{}")
    if call.name != check.name or isinstance(parsed, NotJson):
        return False
    return canonical_json(parsed) == canonical_json(check.arguments)


@dataclass(frozen=True, slots=True)
class SuiteCheck:
    """Value 1 when every check of the example passes, else 0; the reason names the kinds that failed.

    Labels: pass, fail. Abstains without checks and for a replay that was never sent; one that did not complete fails.
    """

    name: str = "suite_check"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case.

        Raises:
            BadRecord: a case holds something that is no check.
            BrokenPattern: a check's pattern cannot be used.
        """
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        if not case.checks:
            return Abstained("no checks")
        if case.answer.lane is Lane.LIVE or case.answer.outcome is ReplayOutcome.NOT_SENT:
            return Abstained("nothing was replayed")
        checks = read_checks(case.checks)
        if not is_whole(case.answer):
            return Judgement(0.0, "fail", f"no whole answer: {case.answer.outcome}")
        choice, language = case.answer.reply.first, case.exchange.language
        try:
            failed = [check.kind for check in checks if not passes(check, choice=choice, language=language)]
        except BrokenSchema as error:
            return Abstained(f"a check's schema cannot be used: {error}")
        if not failed:
            return Judgement(1.0, "pass", f"{len(checks)} checks passed")
        return Judgement(0.0, "fail", f"failed: {', '.join(failed)}")
