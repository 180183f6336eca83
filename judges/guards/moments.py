"""Moments of a text: dates, times of day, and how often something is."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from judges.guards.amount import Amount, places
from judges.guards.units import RATES, UNITS
from judges.wording import read_words

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar enero janvier", "february feb februar febrero f\u00e9vrier",
            "march mar m\u00e4rz marzo mars", "april apr abril avril", "may mai mayo", "june jun juni junio juin",
            "july jul juli julio juillet", "august aug agosto ao\u00fbt", "september sep sept septiembre septembre",
            "october oct oktober octubre octobre", "november nov noviembre novembre",
            "december dec dezember diciembre d\u00e9cembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NAMED_DATE: Final = re.compile(
    rf"(?P<month>{_MONTH})\b\.?(?:\s+(?:the\s+)?(?P<after>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]|\s*%))?"
    r"(?:,?\s+(?:de\s+)?(?P<year>\d{4})\b)?",
    re.IGNORECASE,
)
_DAY_BEFORE: Final = re.compile(r"(?<![\w.,:])(\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?\Z", re.IGNORECASE)
_LONGEST_DAY: Final = 10
_ISO_DATE: Final = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b")
_SLASHED_DATE: Final = re.compile(r"\b(?P<one>\d{1,2})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4})\b")
_CLOCK: Final = re.compile(
    r"(?P<hour>\d(?<![\w.,:/]\d)(?:(?<=[01])\d|(?<=2)[0-4])?)(?:"
    r"(?:[:.h](?P<minute>[0-5]\d)(?::[0-5]\d)?)?\s?(?P<half>[ap]\.?\s?m\b\.?)"
    r"|:(?P<minute24>[0-5]\d)(?::[0-5]\d)?(?![\w:]))",
    re.IGNORECASE,
)
"""Begins with a digit, so that the engine skips all else; so do the patterns that say whether it is worth trying."""
_NAMED_CLOCK: Final = re.compile(r"\b(?P<named>noon|midnight)\b", re.IGNORECASE)
_PERIODS_SPELLED: Final = (
    "second minute hour day week month year tag woche monat jahr d\u00eda semana mes a\u00f1o jour semaine mois an"
)
_PERIODS: Final = {name: UNITS[name].factor for name in _PERIODS_SPELLED.split()} | {
    "night": RATES["daily"],
    "quarter": RATES["quarterly"],
}
_EACH: Final = re.compile(r"\b(?:per|every|each|a|an|pro|por|par)\s+\Z", re.IGNORECASE)
_SHORT_RATE: Final = re.compile(r"(?<=\d)\s?/\s?(s|min|h|hr|day|week|wk|mo|month|yr|year)\b", re.IGNORECASE)
_NOON: Final = 12
_DIVIDED: Final = re.compile(r"\d[/.-]\d\d?[/.-]\d")
_HALF_DAY: Final = re.compile(r"\d\s?[ap]\.?\s?m\b", re.IGNORECASE)
_COLON_TIME: Final = re.compile(r"\d:\d")
_NAMED: Final = ("noon", "midnight")
_HALVES: Final = frozenset({*_NAMED, "am", "pm"})
_LONGEST_EACH: Final = 7
RATE_WORDS: Final = frozenset({*RATES, *_PERIODS})
"""Words that say how often, alone or behind a word such as per."""


def readers(part: str, held: frozenset[str], *, has_digits: bool) -> Iterator[Callable[[str], Iterator[Amount]]]:
    """Readers of dates and times that can find anything."""
    if has_digits:
        if _DIVIDED.search(part):
            yield _numeric_dates
        if not held.isdisjoint(_MONTHS):
            yield _named_dates
        if not held.isdisjoint(_HALVES) or _HALF_DAY.search(part) or (":" in part and _may_tell_time(part)):
            yield _clocks
    elif not held.isdisjoint(_HALVES):
        yield _clocks


def _may_tell_time(part: str) -> bool:
    return _COLON_TIME.search(part) is not None or any(map(part.casefold().__contains__, _NAMED))


def _numeric_dates(text: str) -> Iterator[Amount]:
    for match in _ISO_DATE.finditer(text):
        yield _date(*match.span(), (int(match["year"]), int(match["month"]), int(match["day"])))
    for match in _SLASHED_DATE.finditer(text):
        yield _date(*match.span(), (int(match["year"]), *_month_and_day(int(match["one"]), int(match["two"]))))


def _named_dates(text: str) -> Iterator[Amount]:
    lowered = text.lower()
    for place in places(lowered, read_words(text).distinct & _MONTHS.keys()):
        match = _NAMED_DATE.match(text, place)
        if match is None:
            continue
        before = _DAY_BEFORE.search(text[max(0, place - _LONGEST_DAY) : place])
        day = before[1] if before else match["after"]
        if day or match["year"]:
            start = place - len(before[0]) if before else place
            parts = (int(match["year"] or 0), _MONTHS[match["month"].lower()], int(day or 0))
            yield _date(start, match.end(), parts)


def _month_and_day(one: int, two: int) -> tuple[int, int]:
    """Month and day of a slashed date; where both orders are possible both are 0: only the year is known."""
    if one > _NOON:
        return two, one
    return (one, two) if two > _NOON or one == two else (0, 0)


def _date(start: int, end: int, parts: tuple[int, int, int]) -> Amount:
    value = float(parts[0] * 10_000 + parts[1] * 100 + parts[2])
    return Amount(value, "", value, "date", start, end, parts=parts)


def _clocks(text: str) -> Iterator[Amount]:
    for match in _CLOCK.finditer(text):
        hour = int(match["hour"])
        if match["half"]:
            afternoon = _NOON if match["half"].lower().startswith("p") else 0
            yield _clock((hour % _NOON + afternoon) * 60 + int(match["minute"] or 0), match)
        else:
            yield _clock(hour % 24 * 60 + int(match["minute24"]), match)
    if any(map(text.casefold().__contains__, _NAMED)):
        for match in _NAMED_CLOCK.finditer(text):
            yield _clock(720 if match["named"].lower() == "noon" else 0, match)


def _clock(minutes: int, match: re.Match[str]) -> Amount:
    return Amount(float(minutes), "", float(minutes), "clock", *match.span())


def rates(text: str, held: frozenset[str]) -> Iterator[Amount]:
    """How often something is, in seconds between two times; `held` are the words of `RATE_WORDS` that the text has."""
    lowered = text.lower()
    for place in places(lowered, held):
        end = place
        while lowered[end : end + 1].isalpha():
            end += 1
        word = lowered[place:end]
        before = _EACH.search(lowered[max(0, place - _LONGEST_EACH) : place])
        seconds = RATES.get(word) or (_PERIODS.get(word) if before else None)
        if seconds is not None:
            start = place - len(before[0]) if before and word in _PERIODS else place
            yield Amount(seconds, lowered[start:end], seconds, "rate", start, end)
    if "/" in text:
        for match in _SHORT_RATE.finditer(lowered):
            seconds = RATES["monthly"] if match[1] == "mo" else UNITS[match[1]].factor
            yield Amount(seconds, match[0], seconds, "rate", *match.span())
