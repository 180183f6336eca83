"""Mechanical checks of a suite's example: the closed union of their kinds, and the judge that applies them.

A suite writes them as plain JSON objects; `CHECKS` reads them. What an example asks, and why, is the suite's business.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError, model_validator

from judges.answer import is_whole
from judges.document import Json, NotJson, contains_json, find_json, parse_json
from judges.judgement import Abstained, Case, Finding, Judgement
from judges.schema import BrokenSchema, violations
from judges.words import language_of, normalised, numbers
from proxy.errors import BadRecord
from proxy.wire.reply import Choice
from shadow.replay import Lane

_MOST_CHARACTERS: Final = 100_000
_TRIMMED: Final = " \t\r\n.,;:!?\"'`*_()[]{}“”‘’«»。！？"


class _Check(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ExactCheck(_Check):
    """The whole answer is `value`, apart from case, white space and punctuation at the ends."""

    kind: Literal["exact"] = "exact"
    value: str


class NumberCheck(_Check):
    """The last number in the answer is `value`, within `tolerance`."""

    kind: Literal["number"] = "number"
    value: float = Field(allow_inf_nan=False)
    tolerance: float = Field(default=1e-6, ge=0)


class RegexCheck(_Check):
    """`pattern` is found somewhere in the answer (Python's syntax; flags as (?i))."""

    kind: Literal["regex"] = "regex"
    pattern: str

    @model_validator(mode="after")
    def _compiles(self) -> "RegexCheck":
        try:
            re.compile(self.pattern)
        except re.error as error:
            message = f"pattern is no regular expression: {error.msg}"
            raise ValueError(message) from error
        return self


class ContainsCheck(_Check):
    """All (or any) of `values` stand in the answer, whatever their case."""

    kind: Literal["contains"] = "contains"
    values: tuple[str, ...] = Field(min_length=1)
    mode: Literal["all", "any"] = "all"


class NotContainsCheck(_Check):
    """None of `values` stands in the answer, whatever their case."""

    kind: Literal["not_contains"] = "not_contains"
    values: tuple[str, ...] = Field(min_length=1)


class ChoiceCheck(_Check):
    """The first or the last of `options` that the answer names is `value`."""

    kind: Literal["choice"] = "choice"
    value: str
    options: tuple[str, ...] = ("A", "B", "C", "D")


class JsonCheck(_Check):
    """The whole answer is strict JSON."""

    kind: Literal["json"] = "json"


class JsonSchemaCheck(_Check):
    """The JSON in the answer (code fences and prose around it allowed) fits `schema`."""

    kind: Literal["json_schema"] = "json_schema"
    schema_: dict[str, JsonValue] = Field(alias="schema")


class JsonEqualsCheck(_Check):
    """The JSON in the answer has every field of `value`, with equal values."""

    kind: Literal["json_equals"] = "json_equals"
    value: dict[str, JsonValue]


class ToolCallCheck(_Check):
    """Some tool call names `name` and has every argument of `arguments`, with equal values."""

    kind: Literal["tool_call"] = "tool_call"
    name: str
    arguments: dict[str, JsonValue] = Field(default_factory=dict)


class WordsCheck(_Check):
    """The answer has from `minimum` to `maximum` words, separated by white space."""

    kind: Literal["words"] = "words"
    minimum: int = Field(default=0, ge=0)
    maximum: int = Field(default=1_000_000, ge=0)


class LanguageCheck(_Check):
    """The answer is in the language `value` (en, de, es, fr, it, pt, nl), told by its closed-class words."""

    kind: Literal["language"] = "language"
    value: Literal["en", "de", "es", "fr", "it", "pt", "nl"]


type Check = (
    ExactCheck | NumberCheck | RegexCheck | ContainsCheck | NotContainsCheck | ChoiceCheck
    | JsonCheck | JsonSchemaCheck | JsonEqualsCheck | ToolCallCheck | WordsCheck | LanguageCheck
)  # fmt: skip

CHECKS: Final[TypeAdapter[tuple[Check, ...]]] = TypeAdapter(tuple[Annotated[Check, Field(discriminator="kind")], ...])


def read_checks(raw: Sequence[object]) -> tuple[Check, ...]:
    """Checks from their JSON objects.

    Raises:
        BadRecord: an object is no check; the message names its place and field.
    """
    try:
        return CHECKS.validate_python(tuple(raw))
    except ValidationError as error:
        places = sorted({".".join(map(str, found["loc"])) for found in error.errors(include_input=False)})
        message = f"not a check at {', '.join(places[:5])}; correct the suite's example"
        raise BadRecord(message) from None


def passes(check: Check, *, choice: Choice, language: str = "") -> bool:
    """Whether an answer passes one check.

    Raises:
        BrokenSchema: the check's JSON Schema cannot be used.
    """
    text = choice.text[:_MOST_CHARACTERS]
    match check:
        case ExactCheck():
            return _trimmed(text) == _trimmed(check.value)
        case NumberCheck():
            found = numbers(text, language=language)
            return bool(found) and abs(float(found[-1]) - check.value) <= check.tolerance
        case RegexCheck():
            return re.search(check.pattern, text) is not None
        case ContainsCheck():
            held = [value.casefold() in text.casefold() for value in check.values]
            return all(held) if check.mode == "all" else any(held)
        case NotContainsCheck():
            return not any(value.casefold() in text.casefold() for value in check.values)
        case ChoiceCheck():
            return _chosen(text, check)
        case WordsCheck():
            return check.minimum <= len(text.split()) <= check.maximum
        case LanguageCheck():
            return language_of(text) == check.value
        case ToolCallCheck():
            return any(_is_call(call.name, call.arguments, check) for call in choice.tool_calls)
        case JsonCheck() | JsonSchemaCheck() | JsonEqualsCheck():
            return _json_passes(check, text)
        case _:
            assert_never(check)


def _json_passes(check: JsonCheck | JsonSchemaCheck | JsonEqualsCheck, text: str) -> bool:
    document = parse_json(text) if isinstance(check, JsonCheck) else find_json(text)
    if isinstance(document, NotJson):
        return False
    match check:
        case JsonCheck():
            return True
        case JsonSchemaCheck():
            return not violations(document, schema=_json(check.schema_))
        case JsonEqualsCheck():
            return contains_json(document, part=_json(check.value))
        case _:
            assert_never(check)


def _json(value: dict[str, JsonValue]) -> dict[str, Json]:
    return dict(value)


def _trimmed(text: str) -> str:
    return normalised(text).casefold().strip(_TRIMMED)


def _chosen(text: str, check: ChoiceCheck) -> bool:
    """A single letter must stand alone in its own case, so that the article "a" is no choice; words in any case."""
    mentions = [(match.start(), option) for option in check.options for match in _mentions(option, text)]
    if not mentions:
        return False
    wanted = check.value.casefold()
    return wanted in {min(mentions)[1].casefold(), max(mentions)[1].casefold()}


def _mentions(option: str, text: str) -> list[re.Match[str]]:
    flags = 0 if len(option) == 1 and len(text.strip()) > 3 else re.IGNORECASE  # noqa: PLR2004 - "(b)" is an answer
    return list(re.finditer(rf"(?<!\w){re.escape(option)}(?!['’]?\w)", text, flags))


def _is_call(name: str, arguments: str, check: ToolCallCheck) -> bool:
    if name != check.name:
        return False
    parsed = parse_json(arguments or "{}")
    return not isinstance(parsed, NotJson) and contains_json(parsed, part=_json(check.arguments))


@dataclass(frozen=True, slots=True)
class SuiteCheck:
    """Value 1 when every check of the example passes, else 0; the reason names the checks that failed.

    Labels: pass, fail. A replay that did not complete fails; a lane that was not sent, and a case without checks, abstain.
    """

    name: str = "suite_check"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case.

        Raises:
            BadRecord: a case holds something that is no check.
        """
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        if case.answer.lane is Lane.LIVE:
            return Abstained("live replies are for drift and are never judged")
        if not case.checks:
            return Abstained("no checks")
        if not is_whole(case.answer):
            return Judgement(0.0, "fail", f"no whole answer: {case.answer.outcome}")
        checks = read_checks(case.checks)
        choice, language = case.answer.reply.first, case.exchange.language
        try:
            failed = [check.kind for check in checks if not passes(check, choice=choice, language=language)]
        except BrokenSchema as error:
            return Abstained(f"a check's schema cannot be used: {error}")
        if not failed:
            return Judgement(1.0, "pass", f"{len(checks)} checks passed")
        return Judgement(0.0, "fail", f"failed: {', '.join(failed)}")
