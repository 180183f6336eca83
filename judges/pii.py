"""Identifiers of people and secrets in an answer: structured ones with check digits or a form of their own.

Names, addresses and phone numbers are not looked for: public ones fill ordinary answers, and a flag here is grave.
Placeholders of the anonymiser are no identifiers, and one that the request does not hold is a slip, not a leak.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from stdnum import iban, luhn
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.it import codicefiscale

type Valid = Callable[[str], bool]

_LEAST_DIGITS: Final = 6
_CARD_DIGITS: Final = (14, 19)
"""Visa gave up thirteen digits long ago, and order numbers have them."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier: its kind, its letters and digits, and characters [start, end) of the text."""

    kind: str
    value: str
    start: int
    end: int


def _is_card(value: str) -> bool:
    digits = _bare(value)
    return _CARD_DIGITS[0] <= len(digits) <= _CARD_DIGITS[1] and len(set(digits)) > 1 and luhn.is_valid(digits)


def _is_iban(value: str) -> bool:
    """The check digits of ISO 13616; a country's own rules of bank codes change and are not looked at."""
    return bool(iban.is_valid(value, check_country=False))


def _is_person_mail(value: str) -> bool:
    name = value.partition("@")[0].lower()
    return not any(word in name for word in _NOBODY)


def _always(_: str) -> bool:
    return True


_NOBODY: Final = (
    "example",
    "test",
    "your",
    "user",
    "name",
    "doe",
    "info",
    "support",
    "sample",
    "someone",
    "email",
    "foo",
)
_NUMBERS: Final[tuple[tuple[str, re.Pattern[str], Valid], ...]] = (
    ("card", re.compile(r"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])"), _is_card),
    ("iban", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b"), _is_iban),
    ("ssn", re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])"), _always),
    ("cpf", re.compile(r"(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])"), cpf.is_valid),
    ("national_number", re.compile(r"(?<![\w.-])\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}(?![\w-])"), nn.is_valid),
    ("nir", re.compile(r"(?<![\w.-])[12] ?\d{2} ?\d{2} ?\d{2} ?\d{3} ?\d{3} ?\d{2}(?![\w-])"), nir.is_valid),
    ("dni", re.compile(r"(?<![\w.-])\d{8}-?[A-HJ-NP-TV-Z](?![\w-])"), dni.is_valid),
    ("codice_fiscale", re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b"), codicefiscale.is_valid),
)
_CANDIDATE: Final = re.compile(r"[A-Z0-9](?:[ .-]?[A-Z0-9]){8,}")
"""Where a number may stand; each pattern is tried there alone."""
_MAIL: Final = re.compile(
    r"\b[\w.+-]+@(?:gmail|hotmail|outlook|live|yahoo|icloud|gmx|web|proton|protonmail|aol|libero|orange|wanadoo|skynet"
    r"|telenet|mail)\.[a-z]{2,3}(?:\.[a-z]{2})?\b",
    re.IGNORECASE,
)
_SECRET: Final = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bghp_[A-Za-z0-9]{36}\b"
    r"|\bgithub_pat_\w{40,}|\bsk-(?:[a-z]+-)?[A-Za-z0-9_-]{32,}|\bxox[abprs]-[\w-]{20,}|\bAIza[\w-]{35}"
)
_SECRET_MARKS: Final = ("-----BEGIN", "AKIA", "ASIA", "ghp_", "github_pat_", "sk-", "xox", "AIza")


def find_identifiers(text: str) -> list[Identifier]:
    """Cards, IBANs, national numbers, addresses at free mail providers, keys and tokens; each in its first place."""
    found = {(one.kind, one.value): one for one in reversed(list(_all(text)))}
    return sorted(found.values(), key=lambda one: one.start)


def personal_identifiers(text: str) -> set[str]:
    """Letters and digits of each, in lower case: what makes two writings of one identifier the same."""
    return {one.value for one in find_identifiers(text)}


def _all(text: str) -> Iterator[Identifier]:
    if _has_digits(text):
        yield from _numbers(text)
    if "@" in text:
        yield from _matching("mail", _MAIL, _is_person_mail, text)
    if any(map(text.__contains__, _SECRET_MARKS)):
        yield from _matching("secret", _SECRET, _always, text)


def _has_digits(text: str) -> bool:
    return sum(map(text.count, "0123456789")) >= _LEAST_DIGITS


def _numbers(text: str) -> Iterator[Identifier]:
    for part in _CANDIDATE.finditer(text):
        for kind, pattern, is_valid in _NUMBERS:
            yield from _matching(kind, pattern, is_valid, text, start=part.start(), end=part.end() + 1)


def _matching(
    kind: str, pattern: re.Pattern[str], is_valid: Valid, text: str, *, start: int = 0, end: int = sys.maxsize
) -> Iterator[Identifier]:
    for match in pattern.finditer(text, start, end):
        if is_valid(match[0]):
            yield Identifier(kind, _bare(match[0]), *match.span())


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
