"""Numbers of an answer in canonical form. Whether two answers agree on them is the business of the guards."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

DECIMAL_COMMA: Final = frozenset({"de", "es", "fr", "it", "pt", "nl"})

_SCALES: Final = {
    "thousand": 10**3, "tausend": 10**3, "million": 10**6, "millionen": 10**6, "millones": 10**6, "millions": 10**6,
    "billion": 10**9, "milliarden": 10**9, "milliards": 10**9,
}  # fmt: skip
_NUMBER: Final = re.compile(
    r"(?P<digits>\d(?<![\w.,]\d)\d*(?:[.,\u00a0\u202f]\d+)*)"
    r"(?P<percent>\s?(?:%|percent\b|per cent\b|prozent\b|por ciento\b|pour cent\b))?"
    r"(?:\s(?P<scale>thousand|tausend|million(?:s|en|es)?|millones|billion|milliarden|milliards)\b)?",
    re.IGNORECASE,
)
_SIGN_BEFORE: Final = re.compile(r"(?<![\w.,])[-\u2212]\Z")
_DIGIT: Final = re.compile(r"\d")
_LIST_MARKER: Final = re.compile(r"^\s{0,6}(?:#+\s*)?\d{1,2}[.)]\s+", re.MULTILINE)
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f]\d{3})+")
_MOST_DIGITS: Final = 40


def numbers(text: str, *, language: str = "", percent_is_ratio: bool = True) -> list[Decimal]:
    """Canonical numbers in order: 1,000 is 1000, 2 million is 2000000; the markers of a numbered list are none.

    Args:
        language: ISO 639-1; decides how 1.000 reads (a thousand where the comma is the decimal mark).
        percent_is_ratio: Whether 50 % is 0.5 or 50.
    """
    if _DIGIT.search(text) is None:
        return []
    is_list = len(_LIST_MARKER.findall(text)) > 1
    found = _NUMBER.finditer(_LIST_MARKER.sub("", text) if is_list else text)
    values = (_value(match, language=language, percent_is_ratio=percent_is_ratio) for match in found)
    return [value for value in values if value is not None]


def _value(match: re.Match[str], *, language: str, percent_is_ratio: bool) -> Decimal | None:
    digits = match["digits"]
    if len(digits) > _MOST_DIGITS:
        return None
    try:
        value = Decimal(plain_digits(digits, language))
    except InvalidOperation:
        return None
    start = match.start()
    if _SIGN_BEFORE.search(match.string[max(start - 2, 0) : start]):
        value = -value
    if match["percent"] and percent_is_ratio:
        value /= 100
    if match["scale"]:
        value *= _SCALES.get(match["scale"].casefold(), 1)
    return value.normalize()


def plain_digits(digits: str, language: str) -> str:
    """Digits with a point as decimal mark and no grouping; the language (ISO 639-1) decides how 1.000 reads."""
    digits = digits.replace("\u00a0", "").replace("\u202f", "")
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    mark = digits[last]
    mixed = "." in digits and "," in digits
    grouped = _THOUSANDS.fullmatch(digits) is not None
    repeated = digits.count(mark) > 1
    comma_language = language[:2] in DECIMAL_COMMA
    is_grouping = not mixed and grouped and (repeated or (mark == ",") != comma_language)
    if is_grouping or (not mixed and repeated):
        return re.sub(r"[.,]", "", digits)
    return re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :]
