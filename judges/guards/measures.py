"""Whether two texts agree on their amounts: the same numbers, in the same units, bound to the same things.

What only one side says is no contradiction; a number is changed when both sides hold one that the other has not.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from judges.guards.amount import Amount
from judges.guards.amounts import amounts
from judges.guards.opposites import stem
from judges.words import ALL_FUNCTION_WORDS

_CONVERTED: Final = 0.025
"""Relative difference that rounding leaves between two units: 5 miles are 8 km."""
_WRITTEN: Final = 1e-9
_PLAIN: Final = frozenset({"", "share", "angle", "picture"})


@dataclass(frozen=True, slots=True)
class Changed:
    """The amounts differ: what of them, and characters of the answer where."""

    what: Literal["number", "unit"]
    start: int
    end: int


def changed_amount(answer: str, *, reference: str, language: str = "") -> Changed | None:
    """The first amount of the answer that contradicts the reference, or None.

    Args:
        language: ISO 639-1; decides how 1.000 reads.
    """
    if not (mine := amounts(answer, language)) or not (theirs := amounts(reference, language)):
        return None
    left, right = list(mine), list(theirs)
    for rule in (_same, _converted, _unit_left_out, _dates_fit):
        left, right = _unmatched(left, right, rule)
    return _contradiction(left, right) or _bound_otherwise(mine, theirs)


def _unmatched(
    left: list[Amount], right: list[Amount], rule: Callable[[Amount, Amount], bool]
) -> tuple[list[Amount], list[Amount]]:
    """What is left of both sides when each amount has taken one of the other side that the rule calls equal."""
    if not left or not right:
        return left, right
    rest, kept = list(right), []
    for one in left:
        place = next((index for index, other in enumerate(rest) if rule(one, other)), None)
        if place is None:
            kept.append(one)
        else:
            del rest[place]
    return kept, rest


def _near(left: float, right: float, slack: float) -> bool:
    return abs(left - right) <= slack * max(abs(left), abs(right))


def _same(left: Amount, right: Amount) -> bool:
    return left.dimension == right.dimension and _near(left.scaled, right.scaled, _WRITTEN)


def _converted(left: Amount, right: Amount) -> bool:
    return (
        left.dimension == right.dimension
        and left.unit != right.unit
        and left.dimension not in {"", "rate", "date", "clock"}
        and _near(left.scaled, right.scaled, _CONVERTED)
    )


def _unit_left_out(left: Amount, right: Amount) -> bool:
    """The same number where one side has no unit, or says it as a share: 50 %, 0.5; or a time without its minutes."""
    if {left.dimension, right.dimension} & {"date", "rate"}:
        return False
    if "clock" in {left.dimension, right.dimension}:
        clock, bare = (left, right) if left.dimension == "clock" else (right, left)
        return bare.dimension in _PLAIN and bare.value in {clock.value / 60, clock.value / 60 % 12}
    is_bare = left.dimension in _PLAIN or right.dimension in _PLAIN
    same = _near(left.value, right.value, _WRITTEN) or _near(left.scaled, right.scaled, _WRITTEN)
    is_currency = {left.unit, right.unit} >= {"pounds"} and "sterling" in {left.dimension, right.dimension}
    return same and (is_bare or is_currency)


def _dates_fit(left: Amount, right: Amount) -> bool:
    """Dates that differ in nothing that both say, or a bare year or day that the other side's date holds."""
    if left.dimension == right.dimension == "date":
        return all(not one or not other or one == other for one, other in zip(left.parts, right.parts, strict=True))
    date, bare = (left, right) if left.dimension == "date" else (right, left)
    return date.dimension == "date" and bare.dimension == "" and int(bare.value) in date.parts


def _contradiction(left: Sequence[Amount], right: Sequence[Amount]) -> Changed | None:
    mine = [one for one in left if not one.is_optional]
    theirs = [one for one in right if not one.is_optional]
    for one in mine:
        for other in theirs:
            if one.dimension == "rate" and other.dimension == "rate":
                return Changed("unit", one.start, one.end)
            if one.unit != other.unit and _near(one.value, other.value, _WRITTEN):
                return Changed("unit", one.start, one.end)
    for one in mine:
        if one.dimension != "rate" and any(other.dimension != "rate" for other in theirs):
            return Changed("number", one.start, one.end)
    return None


def _bound_otherwise(mine: Sequence[Amount], theirs: Sequence[Amount]) -> Changed | None:
    """A noun that has one number on each side, and another one on either."""
    left, right = _by_noun(mine), _by_noun(theirs)
    for noun, amount in left.items():
        other = right.get(noun)
        if amount is not None and other is not None and not _near(amount.value, other.value, _WRITTEN):
            return Changed("number", amount.start, amount.end)
    return None


def _by_noun(found: Sequence[Amount]) -> dict[str, Amount | None]:
    """The amount of each noun or unit; None where there are several."""
    held: defaultdict[str, list[Amount]] = defaultdict(list)
    for one in found:
        if one.noun and one.noun not in ALL_FUNCTION_WORDS and not one.is_optional:
            held[stem(one.noun)].append(one)
    return {noun: values[0] if len(values) == 1 else None for noun, values in held.items()}
