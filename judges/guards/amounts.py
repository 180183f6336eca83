"""Amounts of a text: numbers however they are written, with their units; dates; times of day; how often.

Only reading; whether two texts agree on their amounts is the business of `measures.py`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from judges.guards.amount import Amount
from judges.guards.moments import RATE_WORDS, rates, readers
from judges.guards.numerals import NUMBER_WORDS, figures, worded
from judges.guards.units import CASED, UNITS
from judges.wording import read_words

_REMEMBERED: Final = 2_048
_MOST_CHARACTERS: Final = 20_000
_MOST_AMOUNTS: Final = 200
_DIGIT: Final = re.compile(r"\d")
_LIST_MARKER: Final = re.compile(
    r"^[ \t]{0,6}(?:#+[ \t]*)?(?:\*\*)?(?:step[ \t]+)?\d{1,2}[.):][ \t]+", re.MULTILINE | re.IGNORECASE
)
_STEPS: Final = frozenset({"step", "option", "part", "section", "phase", "stage", "tip"})
_STEP: Final = re.compile(
    r"\b(?:step|option|part|section|phase|stage|tip)\s+\d{1,2}\b(?=\s*[:.\u2013\u2014-])", re.IGNORECASE
)
_JOINED: Final = frozenset({"time", "length", "mass"})
_BETWEEN: Final = frozenset({"", "and", ",", "und", "y", "et"})


@lru_cache(maxsize=_REMEMBERED)
def amounts(text: str, language: str = "") -> tuple[Amount, ...]:
    """Amounts in order, at most 200, of the first 20,000 characters; the markers of numbered lists are none.

    Args:
        language: ISO 639-1; decides how 1.000 reads.
    """
    part = text[:_MOST_CHARACTERS]
    held = read_words(part).distinct
    found: list[Amount] = []
    has_digits = _DIGIT.search(part) is not None
    if has_digits:
        part = _blank(_LIST_MARKER, part)
        part = _blank(_STEP, part) if held & _STEPS else part
    for reader in readers(part, held, has_digits=has_digits):
        for amount in reader(part):
            found.append(amount)
            part = part[: amount.start] + "\x00" * (amount.end - amount.start) + part[amount.end :]
    if has_digits or not part.isascii():
        found += figures(part, language)
    if not held.isdisjoint(NUMBER_WORDS):
        found += worded(part, held & NUMBER_WORDS)
    if not held.isdisjoint(RATE_WORDS) or (has_digits and "/" in part):
        found += rates(part, held & RATE_WORDS)
    return tuple(_joined(sorted(found, key=lambda one: one.start)[:_MOST_AMOUNTS], text))


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _joined(found: list[Amount], text: str) -> Iterator[Amount]:
    """Amounts of one dimension that stand together, the larger unit first, as one: 1 hour 30 minutes, 5 ft 11 in."""
    held: Amount | None = None
    for one in found:
        if held is not None and _continues(held, one, text):
            scaled = held.scaled + one.scaled
            held = Amount(held.value, held.unit, scaled, held.dimension, held.start, one.end)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def _continues(held: Amount, one: Amount, text: str) -> bool:
    if one.dimension != held.dimension or one.dimension not in _JOINED or abs(one.scaled) >= abs(held.scaled):
        return False
    smaller = _factor(one.unit) < _factor(held.unit)
    return smaller and text[held.end : one.start].strip().lower() in _BETWEEN


def _factor(unit: str) -> float:
    return (CASED.get(unit) or UNITS[unit]).factor
