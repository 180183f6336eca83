"""Tool calls against a reference: each wanted call is assigned at most one that was made, in whatever order.

Pure matching; which calls are right is said by `shadow.agentic.expected`, and what a match is worth by the judges.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from pydantic import JsonValue

from judges.document import NotJson, parse_json
from judges.values import SameText, lenient_text, same_value, strict_text
from proxy.wire.reply import ToolCall
from shadow.agentic.bfcl import tool_name
from shadow.agentic.expected import Allowed, Call, ExpectedCall, Fields, Items, Reference, Slot, Value, Wanted


@dataclass(frozen=True, slots=True)
class Matching:
    """What was made of a reference.

    Attributes:
        matched: Wanted calls that were made.
        missing: Names of wanted calls that were not.
        extra: Names of calls that were made and not wanted, be it for a single argument.
    """

    matched: int
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether all that was wanted was called, and nothing else."""
        return not self.missing and not self.extra

    @property
    def ratio(self) -> float:
        """Matched calls of the larger number, wanted or made, in [0, 1]; 1 when there is neither."""
        larger = self.matched + max(len(self.missing), len(self.extra))
        return self.matched / larger if larger else 1.0


def read_call(call: ToolCall) -> Call:
    """The call with its arguments read; empty text is an object without fields, as some servers write it."""
    parsed = parse_json(call.arguments.strip() or "{}", unique_keys=True)
    return Call(call.name, None if isinstance(parsed, NotJson) or not isinstance(parsed, dict) else parsed)


def match_calls(made: Sequence[Call], *, reference: Reference) -> Matching:
    """Assign calls to those that the reference wants, as many as possible; the order of either is of no account."""
    match reference.wanted:
        case Wanted.NONE:
            return Matching(0, extra=tuple(call.name for call in made))
        case Wanted.SOME:
            return Matching(len(made)) if made else Matching(0, missing=("any",))
        case Wanted.THESE:
            return _assign(made, reference)
        case _:
            assert_never(reference.wanted)


def is_wanted(call: Call, *, expected: ExpectedCall, is_lenient: bool = False) -> bool:
    """Whether a call is the expected one: the name, every argument that may not be left out, and no further one."""
    name, same_text = (tool_name(call.name), lenient_text) if is_lenient else (call.name, strict_text)
    return (
        name == expected.name
        and call.arguments is not None
        and _has_fields(call.arguments, expected.arguments, same_text)
    )


def _assign(made: Sequence[Call], reference: Reference) -> Matching:
    fits = [
        [place for place, call in enumerate(made) if is_wanted(call, expected=wanted, is_lenient=reference.is_lenient)]
        for wanted in reference.calls
    ]
    owners = _largest_assignment(fits)
    found = set(owners.values())
    return Matching(
        len(owners),
        missing=tuple(wanted.name for place, wanted in enumerate(reference.calls) if place not in found),
        extra=tuple(call.name for place, call in enumerate(made) if place not in owners),
    )


def _largest_assignment(fits: Sequence[Sequence[int]]) -> dict[int, int]:
    """The right side of a largest one-to-one assignment: made call to wanted call.

    Args:
        fits: For each wanted call, the made calls that it may be assigned.

    Source: Kuhn 1955, augmenting paths in a bipartite graph.
    """
    owners: dict[int, int] = {}

    def claim(wanted: int, tried: set[int]) -> bool:
        free = next((place for place in fits[wanted] if place not in owners), None)
        if free is not None:
            owners[free] = wanted
            return True
        for place in fits[wanted]:
            if place not in tried:
                tried.add(place)
                if claim(owners[place], tried):
                    owners[place] = wanted
                    return True
        return False

    for wanted in range(len(fits)):
        claim(wanted, set())
    return owners


def _has_fields(given: Mapping[str, JsonValue], fields: Fields, same_text: SameText) -> bool:
    if given.keys() - fields.slots.keys():
        return False
    return all(
        _fills(given[name], slot, same_text) if name in given else slot.may_be_absent
        for name, slot in fields.slots.items()
    )


def _fills(value: JsonValue, slot: Slot, same_text: SameText) -> bool:
    return any(_is_allowed(value, allowed, same_text) for allowed in slot.allowed)


def _is_allowed(value: JsonValue, allowed: Allowed, same_text: SameText) -> bool:
    match allowed:
        case Value(wanted):
            return same_value(value, wanted, same_text=same_text)
        case Fields():
            return isinstance(value, dict) and _has_fields(value, allowed, same_text)
        case Items(slots):
            return isinstance(value, list) and len(value) == len(slots) and _are_items(value, slots, same_text)
        case _:
            assert_never(allowed)


def _are_items(values: Iterable[JsonValue], slots: Iterable[Slot], same_text: SameText) -> bool:
    return all(_fills(value, slot, same_text) for value, slot in zip(values, slots, strict=True))
