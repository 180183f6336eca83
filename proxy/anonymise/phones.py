"""Finding telephone numbers by how they are written: with their country, in a national form, with an area code."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from proxy.anonymise import checks, patterns
from proxy.anonymise.found import Span

_MANY: Final = 400
"""So many candidates are looked up in a text; a list of more than that is masked without a look."""

_SHORTEST: Final = 7
"""Source: ITU-T E.164; shorter ones are local."""

_THREES: Final = re.compile(r"\d{3}(?: \d{3})+")
_FIRST_GROUP: Final = re.compile(r"(?<!\d)[1-9]\d{0,2} \Z")
_PARTED: Final = re.compile(r"[0-9][ ./)-]{1,3}[0-9]")
"""Without a country, only numbers in groups are told by how they are written."""

_GROUP: Final = re.compile(r"\d+")


def find_phones(text: str) -> Iterator[Span]:
    """Telephone numbers that no word needs to announce."""
    look = _looker()
    for match in patterns.PHONE_INTERNATIONAL.finditer(text) if "+" in text or "00" in text else ():
        yield from _possible_start(text, match, look=look)
    if _PARTED.search(text):
        yield from _national(text, look=look)


def _national(text: str, *, look: Callable[[Callable[[str], bool], str], bool]) -> Iterator[Span]:
    for match in patterns.PHONE_NANP.finditer(text):
        yield Span(*match.span(), "written as North American numbers are")
    for match in patterns.PHONE_NATIONAL.finditer(text):
        if not checks.is_date(match[0]) and not _is_amount(text, match) and look(checks.is_national_phone, match[0]):
            yield Span(*match.span(), "a number in use in its country")
    for match in patterns.PHONE_GROUPED.finditer(text):
        if checks.count_digits(match[0]) >= _SHORTEST and checks.is_dialled(match[0]):
            yield Span(match.start(), _end(text, match.end()), "grouped as telephone numbers are")


def _is_amount(text: str, match: re.Match[str]) -> bool:
    """The end of an integer that is written in groups of three."""
    return bool(_THREES.fullmatch(match[0]) and _FIRST_GROUP.search(text, max(0, match.start() - 5), match.start()))


def _looker() -> Callable[[Callable[[str], bool], str], bool]:
    """Asks a check, but only so many times: beyond that every candidate counts, so that work stays bounded."""
    left = iter(range(_MANY))

    def look(check: Callable[[str], bool], found: str) -> bool:
        return next(left, None) is None or check(found)

    return look


def _possible_start(
    text: str, match: re.Match[str], *, look: Callable[[Callable[[str], bool], str], bool]
) -> Iterator[Span]:
    """The longest run of digit groups that is a number: what follows it may be another figure of the sentence."""
    for group in reversed(list(_GROUP.finditer(match[0]))):
        start = match[0][: group.end()]
        if checks.count_digits(start) < _SHORTEST:
            return
        if look(checks.is_international_phone, start):
            yield Span(match.start(), _end(text, match.start() + group.end()), "its country's plan allows it")
            return


def _end(text: str, end: int) -> int:
    """The end of a number with its extension, if it has one."""
    extension = patterns.PHONE_EXTENSION.match(text, end)
    return extension.end() if extension else end
