"""Finding numbers that carry check digits: payment cards, bank accounts, national identity numbers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ch import ssn as ahv
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.se import personnummer

from proxy.anonymise import checks, patterns
from proxy.anonymise.found import Span

_SHORTEST_CARD, _LONGEST_CARD = 12, 19
_GROUP: Final = re.compile(r"\d+")


def find_cards(text: str) -> Iterator[Span]:
    """Payment cards, also in the middle of other groups of digits."""
    for run in patterns.CARD_RUN.finditer(text):
        yield from _cards_in(text, [group.span() for group in _GROUP.finditer(text, *run.span())])
    for match in patterns.CARD_DOTTED.finditer(text):
        if checks.is_card(match[0].replace(".", "")):
            yield Span(*match.span(), "Luhn checksum holds")


def _cards_in(text: str, groups: list[tuple[int, int]]) -> Iterator[Span]:
    at = 0
    while at < len(groups):
        last = _card_from(text, groups, at)
        if last is not None:
            yield Span(groups[at][0], groups[last][1], "Luhn checksum holds")
        at = at + 1 if last is None else last + 1


def _card_from(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The last group of the longest card that starts with a group, if there is one.

    Digits that stand one by one can be a card from the first of them only.
    """
    digits, found = "", None
    if first and groups[first][1] - groups[first][0] == 1:
        return None
    for at in range(first, min(len(groups), first + _LONGEST_CARD)):
        start, end = groups[at]
        if len(digits) + end - start > _LONGEST_CARD:
            break
        digits += text[start:end]
        if len(digits) >= _SHORTEST_CARD and checks.is_card(digits):
            found = at
    return found


def find_ibans(text: str) -> Iterator[Span]:
    """Bank accounts: the length of the country is taken, so that words that follow do not count."""
    for head in patterns.IBAN_HEAD.finditer(text):
        size = checks.iban_length(head[0][:2])
        if size is not None and (end := _iban_end(text, head.start(), size)) is not None:
            yield Span(head.start(), end, "mod 97 checksum holds")


def _iban_end(text: str, start: int, size: int) -> int | None:
    kept, at = "", start
    while len(kept) < size and at < len(text):
        if text[at].isalnum():
            kept += text[at]
        elif text[at] not in " -" or not text[at - 1].isalnum():
            return None
        at += 1
    more = at < len(text) and text[at].isalnum()
    return at if len(kept) == size and not more and checks.is_iban(kept) else None


@dataclass(frozen=True, slots=True)
class _National:
    """A national number: how it is written, its own check, and a sign without which it is never written."""

    layout: re.Pattern[str]
    check: Callable[[str], bool]
    reason: str
    sign: str = ""


def _national(layout: str, check: Callable[[str], bool], name: str, *, sign: str = "") -> _National:
    pattern = re.compile(rf"(?<![^\W_])(?<!\d[.-])(?:{layout})(?![^\W_])(?![.-]\d)", re.IGNORECASE)
    return _National(pattern, check, f"{name}: checksum or ranges hold", sign)


_NATIONALS: Final = (
    _national(r"\d{3}-\d\d-\d{4}", checks.is_ssn, "US social security number", sign="-"),
    _national(r"[1-9]\d{10}|[1-9]\d \d{3} \d{3} \d{3}", idnr.is_valid, "German tax id"),
    _national(
        r"[12]\d{4}(?:\d\d|2[AB])\d{8}|[12] \d\d \d\d (?:\d\d|2[AB]) \d{3} \d{3}(?: \d\d)?", nir.is_valid, "French NIR"
    ),
    _national(r"\d{8}[ -]?[A-Z]", dni.is_valid, "Spanish DNI"),
    _national(r"\d{3}\.\d{3}\.\d{3}-\d\d", cpf.is_valid, "Brazilian CPF", sign="-"),
    _national(r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", nn.is_valid, "Belgian national number", sign="."),
    _national(r"756\.\d{4}\.\d{4}\.\d\d", ahv.is_valid, "Swiss AHV number", sign="756."),
    _national(r"(?:19|20)?\d{6}[+-]\d{4}", personnummer.is_valid, "Swedish personal number"),
    _national(r"\d{6}[+A-FU-Y-]\d{3}[0-9A-Y]", hetu.is_valid, "Finnish personal code"),
    _national(r"[2-9]\d{3} \d{4} \d{4}", aadhaar.is_valid, "Indian Aadhaar number", sign=" "),
    _national(r"[1-9]\d{16}[\dX]", ric.is_valid, "Chinese identity number"),
    _national(r"\d{6}-[1-8]\d{6}", rrn.is_valid, "Korean resident number", sign="-"),
)

_LETTERED: Final = (
    _national(
        r"[A-Z]{6}\d[\dLMNP-V][A-EHLMPRST]\d[\dLMNP-V][A-Z][\dLMNP-V]{3}[A-Z]",
        codicefiscale.is_valid,
        "Italian codice fiscale",
    ),
    _national(r"[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]", checks.is_nino, "UK national insurance number"),
    _national(r"[XYZ][ -]?\d{7}[ -]?[A-Z]", nie.is_valid, "Spanish NIE"),
    _national(r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d", curp.is_valid, "Mexican CURP"),
)


def find_lettered_ids(text: str) -> Iterator[Span]:
    """National identity numbers with letters among few digits, told by their form and check digits alone."""
    return (span for kind in _LETTERED for span in _spans(kind, text))


def find_national_ids(text: str) -> Iterator[Span]:
    """National identity numbers of eight digits or more, told by their form and check digits alone."""
    return (span for kind in _NATIONALS for span in _spans(kind, text))


def _spans(kind: _National, text: str) -> Iterator[Span]:
    for match in kind.layout.finditer(text) if kind.sign in text else ():
        if kind.check(match[0]):
            yield Span(*match.span(), kind.reason)
