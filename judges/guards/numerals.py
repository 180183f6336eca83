"""Numbers of a text, in digits or in words, with the scale and the unit that follow them."""

import re
from collections.abc import Iterator
from typing import Final

from judges.figures import plain_digits
from judges.guards.amount import Amount, places
from judges.guards.units import CASED, UNITS, Unit

_LONGEST_DIGITS: Final = 40
_SMALL: Final = {
    word: float(value)
    for value, words in enumerate(
        (
            "zero null cero z\u00e9ro", "one eins uno", "two twice zwei dos deux", "three thrice drei tres trois",
            "four vier cuatro quatre", "five f\u00fcnf cinco cinq", "six sechs seis", "seven sieben siete sept",
            "eight acht ocho huit", "nine neun nueve neuf", "ten zehn diez dix", "eleven elf onze",
            "twelve dozen zw\u00f6lf doce douze", "thirteen dreizehn trece treize",
            "fourteen vierzehn catorce quatorze",
            "fifteen f\u00fcnfzehn quince quinze", "sixteen sechzehn", "seventeen siebzehn", "eighteen achtzehn",
            "nineteen neunzehn",
        )
    )
    for word in words.split()
} | {
    word: float(value)
    for value, words in (
        (20, "twenty zwanzig veinte vingt"), (30, "thirty drei\u00dfig treinta trente"),
        (40, "forty vierzig cuarenta quarante"), (50, "fifty f\u00fcnfzig cincuenta cinquante"),
        (60, "sixty sechzig sesenta soixante"), (70, "seventy siebzig setenta"), (80, "eighty achtzig ochenta"),
        (90, "ninety neunzig noventa"),
    )
    for word in words.split()
}  # fmt: skip
_VAGUE: Final = frozenset(["one", "eins", "uno", "neuf", "acht", "elf", "dos", "sept"])
"""Numbers in words that are also pronouns, or other words in another language."""
_LARGE: Final = {
    "hundred": 1e2, "hundert": 1e2, "cien": 1e2, "cent": 1e2, "thousand": 1e3, "tausend": 1e3, "mil": 1e3,
    "mille": 1e3, "million": 1e6, "millions": 1e6, "millionen": 1e6, "millones": 1e6, "billion": 1e9,
    "billions": 1e9, "milliarden": 1e9, "milliards": 1e9, "trillion": 1e12,
}  # fmt: skip
_SCALES: Final = _LARGE | {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9}
_TIMES_WORDS: Final = {
    "half": 0.5,
    "once": 1.0,
    "double": 2.0,
    "triple": 3.0,
    "quarter": 0.25,
    "couple": 2.0,
    "third": 1 / 3,
}
_ORDINALS: Final = {
    word: float(value + 1)
    for value, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
    )
}
_NUMBER: Final = re.compile(
    r"(?P<digits>\d+(?:[.,'\u2019\u00a0\u202f]\d+)*(?:\s\d{3}(?!\d))*)"
    r"(?P<power>[eE][+-]?\d{1,2}\b)?(?P<fraction>\s?[\u00bc\u00bd\u00be\u2153\u2154]|/\d{1,3}(?![\d/]))?"
    r"(?P<ordinal>(?:st|nd|rd|th)\b)?"
)
_MONEY_BEFORE: Final = re.compile(r"(?:US\$|[$\u20ac\u00a3\u00a5\u20b9]|\b(?:USD|EUR|GBP|CHF|JPY))\s?\Z")
_SIGN_BEFORE: Final = re.compile(r"(?<![\w.,)\]])[-\u2212]\Z")
_BARE_FRACTION: Final = re.compile("[\u00bc\u00bd\u00be\u2153\u2154]")
_FRACTIONS: Final = {"\u00bc": 0.25, "\u00bd": 0.5, "\u00be": 0.75, "\u2153": 1 / 3, "\u2154": 2 / 3}
_AFTER: Final = re.compile(
    r"(?P<gap>[\s\u00a0\u202f-]{0,2})(?P<one>%|"
    r"[\u00b0\u00b5\u03bc]?[^\W\d_]+(?:/[^\W\d_]+)?[\u00b2\u00b3]?[23]?(?![\w])"
    r"|[$\u20ac\u00a3\u00a5\u00a2])(?:[ -](?P<two>[^\W\d_]+))?(?:[ ](?P<three>[^\W\d_]+))?"
)
_HUNDRED: Final = 100.0


def _any(words: set[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_WORD_NUMBER: Final = re.compile(
    rf"(?:{_any({*_TIMES_WORDS, *_ORDINALS})})\b(?! (?:hundred|thousand|million))"
    rf"|(?:{_any({*_SMALL, *_LARGE, *_TIMES_WORDS})})\b(?:(?:[ -]|\s+and\s+)(?:{_any({*_SMALL, *_LARGE})})\b)*"
)
_JOINT: Final = re.compile(r"[\s-]+(?:and\s+)?")
_GROUPING: Final = re.compile(r"[\s'\u2019]")
_CAPITAL_UNITS: Final = frozenset("LWVJ")
_WINDOW: Final = 4
NUMBER_WORDS: Final = frozenset({*_SMALL, *_LARGE, *_TIMES_WORDS, *_ORDINALS})
"""Words that may begin a number."""


def figures(text: str, language: str) -> Iterator[Amount]:
    """Numbers in digits, fractions included, with their units."""
    for match in _NUMBER.finditer(text):
        before = text[max(0, match.start() - _WINDOW) : match.start()]
        if len(match["digits"]) > _LONGEST_DIGITS or before[-1:] == "_" or ("a" <= before[-1:].lower() <= "z"):
            continue
        yield _figure(match, before, language)
    for match in _BARE_FRACTION.finditer(text):
        if not text[max(0, match.start() - 2) : match.start()].rstrip()[-1:].isdigit():
            yield _measured(text, _FRACTIONS[match[0]], *match.span())


def _figure(match: re.Match[str], before: str, language: str) -> Amount:
    value = float(plain_digits(_GROUPING.sub("", match["digits"]), language))
    if match["power"]:
        value *= 10.0 ** int(match["power"][1:])
    if match["fraction"]:
        sign = match["fraction"].strip()
        value = value + _FRACTIONS[sign] if sign in _FRACTIONS else value / max(float(sign[1:]), 1.0)
    if _SIGN_BEFORE.search(before):
        value = -value
    if match["ordinal"]:
        return Amount(value, "", value, "", *match.span(), is_optional=True)
    money = _MONEY_BEFORE.search(before)
    return _measured(match.string, value, *match.span(), money=money[0].strip() if money else "")


def worded(text: str, held: frozenset[str]) -> Iterator[Amount]:
    """Numbers in words, with their units; `held` are the words of `NUMBER_WORDS` that the text has."""
    lowered, reached = text.lower(), 0
    for place in places(lowered, held):
        match = _WORD_NUMBER.match(lowered, place)
        if match is None or place < reached:
            continue
        reached = match.end()
        words = _JOINT.split(match[0])
        if len(words) == 1 and words[0] in _LARGE:
            continue
        is_vague = len(words) == 1 and (words[0] in _VAGUE or words[0] in _TIMES_WORDS or words[0] in _ORDINALS)
        yield _measured(text, _spelled(words), *match.span(), is_optional=is_vague)


def _spelled(words: list[str]) -> float:
    """Value of a number in words: two hundred and five thousand is 205000."""
    total, run = 0.0, 0.0
    for word in words:
        if word in _LARGE:
            scale = _LARGE[word]
            if scale > _HUNDRED:  # a hundred stays within its group
                total, run = total + max(run, 1.0) * scale, 0.0
            else:
                run = max(run, 1.0) * scale
        else:
            run += _SMALL.get(word, _TIMES_WORDS.get(word, _ORDINALS.get(word, 0.0)))
    return total + run


def _measured(text: str, value: float, start: int, end: int, *, money: str = "", is_optional: bool = False) -> Amount:
    """The number with the scale and the unit that follow it."""
    match = _AFTER.match(text, end)
    if match is not None and _scales(match, money):
        value, end = value * _SCALES[match["one"].lower()], match.end("one")
        match = _AFTER.match(text, end)
    if money:
        return _in_unit(value, UNITS[money.lower()], money.lower(), start, end, is_optional=is_optional)
    spelled = None if match is None else _longest_unit(match)
    if spelled is not None:
        unit, spelling, end = spelled
        return _in_unit(value, unit, spelling, start, end, is_optional=is_optional)
    noun = "" if match is None else match["one"].lower()
    return Amount(value, "", value, "", start, end, noun=noun, is_optional=is_optional)


def _scales(match: re.Match[str], money: str) -> bool:
    """Whether the word multiplies: 5k and 5M do, 5 m is a length, $5m five million, 5 million is."""
    one = match["one"]
    if one.lower() not in _SCALES or match["gap"].strip():
        return False
    return len(one) > 1 or bool(money) or (not match["gap"] and one != "m")


def _longest_unit(match: re.Match[str]) -> tuple[Unit, str, int] | None:
    """The unit of most words, its spelling, and where it ends."""
    one = match["one"]
    if len(one) == 1 and one.isalpha() and match["gap"] == "-":
        return None
    for part in ("three", "two"):
        if match[part] is not None:
            spelling = match.string[match.start("one") : match.end(part)].lower().replace("-", " ")
            if spelling in UNITS:
                return UNITS[spelling], spelling, match.end(part)
    if one in CASED and (one != "in" or not match["gap"] or match["two"] is None):
        return CASED[one], one, match.end("one")
    if len(one) == 1 and one.isalpha() and one.isupper() and one not in _CAPITAL_UNITS:
        return None
    unit = UNITS.get(one.lower())
    return None if unit is None else (unit, one.lower(), match.end("one"))


def _in_unit(value: float, unit: Unit, spelling: str, start: int, end: int, *, is_optional: bool) -> Amount:
    scaled = (value + unit.offset) * unit.factor
    return Amount(value, spelling, scaled, unit.dimension, start, end, is_optional=is_optional)
