"""Which tool calls are right: a reference with the values that each argument may have. Matches nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call with its arguments read.

    Attributes:
        arguments: The JSON object, or None where the text was none.
    """

    name: str
    arguments: Mapping[str, JsonValue] | None


@dataclass(frozen=True, slots=True)
class Value:
    """This value, and no other."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with these fields and no further ones."""

    slots: Mapping[str, "Slot"]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of as many items, in this order."""

    slots: tuple["Slot", ...]


type Allowed = Value | Fields | Items


@dataclass(frozen=True, slots=True)
class Slot:
    """What one argument, field or item may be: any of these, or absent."""

    allowed: tuple[Allowed, ...]
    may_be_absent: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """A call that is wanted; arguments that are not named here are too many."""

    name: str
    arguments: Fields


class Wanted(StrEnum):
    """How many calls a reference wants."""

    THESE = "these"
    """Exactly those that it names, in any order."""
    NONE = "none"
    """None: no offered tool is of any use."""
    SOME = "some"
    """At least one; which is not said."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The right calls of one question, or of one turn.

    Attributes:
        is_lenient: Whether texts are compared without case, white space and common punctuation, as BFCL does.
    """

    wanted: Wanted
    calls: tuple[ExpectedCall, ...] = ()
    is_lenient: bool = False


def exactly(calls: Iterable[Call]) -> Reference:
    """A reference that wants these calls, each argument as it stands, in any order."""
    return Reference(Wanted.THESE, tuple(ExpectedCall(call.name, _fields(call.arguments or {})) for call in calls))


def _fields(arguments: Mapping[str, JsonValue]) -> Fields:
    return Fields({name: Slot((Value(value),)) for name, value in arguments.items()})
