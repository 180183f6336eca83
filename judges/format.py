"""Format: JSON, JSON Schema, a pattern, grammar or options that the request demands; tool calls against its tools.

A judge abstains where nothing was asked for. What the content means is not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from judges.answer import answer_text, cannot_read, only_tools
from judges.document import NotJson, parse_json
from judges.grammar import BrokenGrammar, accepts
from judges.judgement import Abstained, Case, Finding, Judgement
from judges.pattern import BrokenPattern, matches
from judges.prompt import ToolSpec, WantedFormat, offered_tools, tool_demanded, wanted_format
from judges.repair import is_repairable
from judges.schema import BrokenSchema, violations
from proxy.wire.reply import ToolCall
from shadow.replay import Replay

BAD_SEVERITY: Final = 5.0


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """Value 1 when the answer has the format that the request demands, else 0.

    Labels: ok, empty, invalid (no strict JSON), repairable (no strict JSON, but json-repair makes an object or list of
    it), duplicate_key, too_deep, not_object, schema (valid JSON that breaks the demanded schema), pattern, grammar,
    choice.
    """

    name: str = "json_format"
    version: str = "3"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; abstains where no format is demanded or the model called tools instead."""
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        wanted = wanted_format(case.exchange)
        if wanted is None:
            return Abstained("the request demands no format")
        if (reason := cannot_read(case)) is not None:
            return reason
        if only_tools(case.answer):
            return Abstained("tool calls only")
        return _judge_text(answer_text(case.answer), wanted)


def _judge_text(text: str, wanted: WantedFormat) -> Finding:
    if not text.strip():
        return _bad("empty", "no text")
    match wanted.kind:
        case "choice":
            return _OK if text.strip() in wanted.options else _bad("choice", f"none of {len(wanted.options)} options")
        case "regex":
            return _judge_pattern(text, wanted.pattern)
        case "grammar":
            return _judge_grammar(text, wanted.grammar)
        case "json_object" | "json_schema":
            return _judge_json(text, wanted)


def _judge_json(text: str, wanted: WantedFormat) -> Finding:
    parsed = parse_json(text, unique_keys=True)
    if isinstance(parsed, NotJson):
        kind = "repairable" if parsed.kind == "invalid" and is_repairable(text) else parsed.kind
        return _bad(kind, "the answer is no strict JSON")
    if wanted.kind == "json_object":
        return _OK if isinstance(parsed, dict) else _bad("not_object", "JSON, but no object")
    try:
        broken = violations(parsed, schema=wanted.schema or {})
    except BrokenSchema as error:
        return Abstained(f"the request's schema cannot be used: {error}")
    return _bad("schema", f"breaks {', '.join(broken[:5])}") if broken else _OK


def _judge_pattern(text: str, pattern: str) -> Finding:
    try:
        return _OK if matches(pattern, text, whole=True) else _bad("pattern", "not of the demanded pattern")
    except BrokenPattern as error:
        return Abstained(f"the request's pattern cannot be used: {error}")


def _judge_grammar(text: str, grammar: str) -> Finding:
    try:
        return _OK if accepts(grammar, text) else _bad("grammar", "not of the demanded grammar")
    except BrokenGrammar as error:
        return Abstained(f"the request's grammar cannot be used: {error}")


_OK: Final = Judgement(1.0, "ok", "as demanded")


def _bad(label: str, reason: str) -> Judgement:
    return Judgement(0.0, label, reason, severity=BAD_SEVERITY)


@dataclass(frozen=True, slots=True)
class ToolCalls:
    """Value 1 when every tool call names an offered tool with arguments that fit it, else 0.

    Labels: ok, unknown_tool, bad_arguments (no JSON object, or breaks the schema), missing (a call was demanded, or
    the reference made one and the answer made none).
    """

    name: str = "tool_calls"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; abstains where the request offers no tools or nobody called one."""
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        if (reason := cannot_read(case)) is not None:
            return reason
        tools, calls = offered_tools(case.exchange), case.answer.reply.first.tool_calls
        if not tools and not calls:
            return Abstained("the request offers no tools")
        if not calls:
            if tool_demanded(case.exchange) or _called(case.reference):
                return _bad("missing", "a tool call was due and none came")
            return Abstained("no tool was called, and none was due")
        for call in calls:
            if (label := _call_fault(call, tools=tools)) is not None:
                return _bad(label, f"one of {len(calls)} tool calls: {label}")
        return Judgement(1.0, "ok", f"{len(calls)} tool calls fit their tools")


def _called(replay: Replay) -> bool:
    return bool(replay.reply.first.tool_calls)


def _call_fault(call: ToolCall, *, tools: dict[str, ToolSpec]) -> str | None:
    """Label of what is wrong with a call, or None; a schema that cannot be used excuses the arguments."""
    tool = tools.get(call.name)
    if tool is None:
        return "unknown_tool"
    parsed = parse_json(call.arguments or "{}", unique_keys=True)
    if not isinstance(parsed, dict):
        return "bad_arguments"
    if tool.schema is None:
        return None
    try:
        return "bad_arguments" if violations(parsed, schema=tool.schema) else None
    except BrokenSchema:
        return None
