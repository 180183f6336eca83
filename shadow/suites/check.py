"""The kinds of mechanical check that an example may carry; how each is judged lives in the judges, not here."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from shadow.suites.instruction import Instruction

Texts = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class _Check(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Exact(_Check):
    """The reply is this text."""

    kind: Literal["exact"]
    value: str


class Number(_Check):
    """The reply gives this number, within the tolerance."""

    kind: Literal["number"]
    value: float = Field(allow_inf_nan=False)
    tolerance: float = Field(default=0.0, ge=0, allow_inf_nan=False)


class Matches(_Check):
    """The pattern is found in the reply."""

    kind: Literal["regex"]
    pattern: str = Field(min_length=1)


class Contains(_Check):
    """All, or any, of the values stand in the reply."""

    kind: Literal["contains"]
    values: Texts
    mode: Literal["all", "any"] = "all"


class NotContains(_Check):
    """None of the values stands in the reply."""

    kind: Literal["not_contains"]
    values: Texts


class OneOf(_Check):
    """The reply names this option and no other."""

    kind: Literal["choice"]
    value: str
    options: Texts


class FitsSchema(_Check):
    """The reply is JSON that fits the schema."""

    kind: Literal["json_schema"]
    schema_: dict[str, JsonValue] = Field(alias="schema")


class EqualsJson(_Check):
    """The reply is JSON equal to the value, whatever the order of keys."""

    kind: Literal["json_equals"]
    value: JsonValue


class CallsTool(_Check):
    """The reply calls this tool with these arguments."""

    kind: Literal["tool_call"]
    name: str = Field(min_length=1)
    arguments: dict[str, JsonValue]


class Words(_Check):
    """The reply has between `minimum` and `maximum` words, both included."""

    kind: Literal["words"]
    minimum: int = Field(default=0, ge=0)
    maximum: int = Field(ge=0)


Check = Annotated[
    Exact
    | Number
    | Matches
    | Contains
    | NotContains
    | OneOf
    | FitsSchema
    | EqualsJson
    | CallsTool
    | Words
    | Instruction,
    Field(discriminator="kind"),
]
CHECK: TypeAdapter[Check] = TypeAdapter(Check)
"""Validates one check; the dict itself is what examples keep and judges read."""
