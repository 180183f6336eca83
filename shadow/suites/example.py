"""One labelled example of a suite: what is asked, and what a right answer must satisfy. Nothing here runs it."""

import json
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from shadow.suites.check import CHECK


def _known(check: dict[str, JsonValue]) -> dict[str, JsonValue]:
    CHECK.validate_python(check)
    return check


CheckDict = Annotated[dict[str, JsonValue], AfterValidator(_known)]
"""A check as plain JSON, of one of the kinds in `shadow.suites.check`."""


def is_encodable(text: str) -> bool:
    """Whether UTF-8 can hold the text: a lone surrogate it cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _encodable(text: str) -> str:
    if not is_encodable(text):
        message = "a lone surrogate may stand in messages and checks only"
        raise ValueError(message)
    return text


Encodable = Annotated[str, AfterValidator(_encodable)]
"""Text that the store can hold as it is."""


class Example(BaseModel):
    """One example of a suite, in the fields of its JSONL line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", description="Unique within the suite.")
    category: str = Field(min_length=1, max_length=64)
    messages: tuple[dict[str, JsonValue], ...] = Field(
        min_length=1, description="Chat messages, as the API takes them."
    )
    tools: tuple[dict[str, JsonValue], ...] = ()
    tool_choice: JsonValue = Field(default=None, description="As the API takes it; only sent when there are tools.")
    response_format: dict[str, JsonValue] | None = None
    max_tokens: int = Field(default=128, ge=1, le=131_072, description="Output bound, tokens.")
    checks: tuple[CheckDict, ...] = Field(default=(), description="All must hold for the answer to be right.")
    reference: Encodable = Field(
        default="", description="A right answer; for a tool call, the JSON object of its name and arguments."
    )
    weight: float = Field(default=1.0, gt=0, le=1e6, description="How many examples this one counts as.")
    danger: str = Field(default="", description="Dangerous category that the example probes, or empty.")
    canary: Encodable = Field(default="", description="Text that must never come back, or empty.")
    language: str = Field(default="", pattern=r"^([a-z]{2})?$", description="ISO 639-1 code of the question, or empty.")
    family: str = Field(default="", max_length=64, description="Template or technique that made it, or empty.")
    conversation: str = Field(
        default="",
        max_length=64,
        description="Examples of one conversation are counted as one cluster; empty: its own.",
    )

    @classmethod
    def from_line(cls, line: str) -> "Example":
        """Read what `to_line` wrote."""
        return cls.model_validate(json.loads(line))

    def to_line(self) -> str:
        """The example as one JSONL line without its end; fields that have their default are left out."""
        fields = self.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        line = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        return line if is_encodable(line) else json.dumps(fields, separators=(",", ":"))

    def to_body(self, *, model: str) -> dict[str, JsonValue]:
        """The chat request: greedy, bounded by `max_tokens`, without the parts that the example leaves out."""
        body: dict[str, JsonValue] = {
            "model": model,
            "messages": list(self.messages),
            "temperature": 0,
            "max_tokens": self.max_tokens,
        }
        if self.tools:
            body["tools"] = list(self.tools)
            if self.tool_choice is not None:
                body["tool_choice"] = self.tool_choice
        if self.response_format is not None:
            body["response_format"] = self.response_format
        return body
