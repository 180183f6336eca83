"""A choice while its pieces arrive, and the token counts that servers report in four dialects."""

import math
from dataclasses import dataclass, field
from typing import Any

from proxy.wire.fields import Json, count, rows, table, text
from proxy.wire.reply import Choice, TokenLogprob, ToolCall, Usage


@dataclass(slots=True)
class ToolCallDraft:
    """One tool call while its arguments arrive."""

    name: str = ""
    call_id: str = ""
    arguments: list[str] = field(default_factory=list)

    def build(self) -> ToolCall:
        """The call as far as it was heard."""
        return ToolCall(name=joined([self.name]), arguments=joined(self.arguments), call_id=joined([self.call_id]))


@dataclass(slots=True)
class ChoiceDraft:
    """One choice while its deltas arrive; tool calls are kept by the index that the server gave them."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    tool_calls: dict[int, ToolCallDraft] = field(default_factory=dict)
    finish_reason: str = ""
    logprobs: list[TokenLogprob] = field(default_factory=list)

    def call(self, index: int) -> ToolCallDraft:
        """The draft of the tool call at `index`, made on first use."""
        return self.tool_calls.setdefault(index, ToolCallDraft())

    def build(self) -> Choice:
        """The choice as far as it was heard."""
        return Choice(
            text=joined(self.text),
            reasoning=joined(self.reasoning),
            tool_calls=tuple(self.tool_calls[index].build() for index in sorted(self.tool_calls)),
            finish_reason=joined([self.finish_reason]),
            logprobs=tuple(self.logprobs),
        )


def joined(pieces: list[str]) -> str:
    """The pieces as one text that UTF-8 can hold.

    Servers cut an emoji's surrogate pair over two deltas: joined, the pair is whole again.
    """
    whole = "".join(pieces)
    if whole.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in whole):
        return whole
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def token_logprobs(source: Json) -> list[TokenLogprob]:
    """Log-probabilities of a `logprobs` object, of chat's (`content`) or completions' (`tokens`) kind."""
    if isinstance(tokens := source.get("tokens"), list):
        values: Any = source.get("token_logprobs")
        pairs = list(zip(tokens, values if isinstance(values, list) else [], strict=False))
    else:
        pairs = [(row.get("token"), row.get("logprob")) for row in rows(source, "content")]
    return [
        TokenLogprob(token=joined([token]), logprob=float(value))
        for token, value in pairs
        if isinstance(token, str) and _is_finite(value)
    ]


def _is_finite(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def usage_of(source: Json) -> Usage:
    """Token counts of a `usage` object; the prompt includes what came from the cache, in every dialect.

    Source: the messages API alone reports cached tokens apart from `input_tokens`, so they are added to it.
    """
    prompt = count(source, "prompt_tokens")
    details = table(source, "prompt_tokens_details") or table(source, "input_tokens_details")
    cached = count(details, "cached_tokens")
    if prompt is None and (prompt := count(source, "input_tokens")) is not None and not details:
        cached = count(source, "cache_read_input_tokens")
        prompt += (cached or 0) + (count(source, "cache_creation_input_tokens") or 0)
    completion = count(source, "completion_tokens")
    if completion is None:
        completion = count(source, "output_tokens")
    return Usage(prompt_tokens=prompt, completion_tokens=completion, cached_tokens=cached)


def error_kind(source: Json) -> str:
    """Kind of error that a body or event reports, or an empty string; never its message, which may quote the prompt."""
    error = source.get("error")
    if isinstance(error, dict):
        return _identifier(text(error, "type")) or _identifier(text(error, "code")) or "error"
    if error:
        return "error"
    if text(source, "object") == "error" or text(source, "type") == "error":
        return _identifier(text(source, "code")) or "error"
    return "error" if "detail" in source and "choices" not in source else ""


def _identifier(value: str) -> str:
    known = value.replace("_", "").replace("-", "").replace(".", "")
    return value if known.isascii() and known.isalnum() and len(value) <= 64 else ""  # noqa: PLR2004 - a name, no text
