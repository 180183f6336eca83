"""Finding what reaches a person or a host: e-mail addresses, telephone numbers, IP addresses."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from proxy.anonymise import checks, patterns
from proxy.anonymise.found import Span

_CUTS: Final = "/=?&#|{}"
_MANY: Final = 400
"""So many phone candidates are looked up in a text; a list of more than that is masked without a look."""

_GROUP: Final = re.compile(r"\d+")
_DATE: Final = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}")
_ROBOTS: Final = frozenset({"git"})


def find_emails(text: str) -> Iterator[Span]:
    """E-mail addresses, also percent-encoded in URLs and with `(at)`."""
    floor = 0
    for domain in patterns.EMAIL_DOMAIN.finditer(text):
        start = _local_start(text, domain.start(), floor=floor)
        local = text[start : domain.start()]
        if local and local not in _ROBOTS and not patterns.URL_OPENS.search(text, max(0, start - 300), start):
            yield Span(start, domain.end(), "a local part, an at sign and a domain")
        floor = domain.end()


def _local_start(text: str, end: int, *, floor: int) -> int:
    start = end
    while start > floor and patterns.EMAIL_LOCAL.match(text[start - 1]):
        start -= 1
    start = max(start, *(text.rfind(cut, start, end) + 1 for cut in _CUTS))
    while start < end and not text[start].isalnum():
        start += 1
    return start


def find_phones(text: str) -> Iterator[Span]:
    """Telephone numbers: with their country, in a national form that is in use, or behind words that announce one."""
    look = _looker()
    for match in patterns.PHONE_INTERNATIONAL.finditer(text):
        yield from _possible_start(match, look=look)
    for match in patterns.PHONE_NANP.finditer(text):
        yield Span(*match.span(), "written as North American numbers are")
    for match in patterns.PHONE_NATIONAL.finditer(text):
        if not _DATE.fullmatch(match[0]) and look(checks.is_national_phone, match[0]):
            yield Span(*match.span(), "a number in use in its country")
    for match in patterns.PHONE_CUED.finditer(text):
        if not _DATE.fullmatch(match["it"]):
            yield Span(*match.span("it"), "the words in front announce a number")


def _looker() -> Callable[[Callable[[str], bool], str], bool]:
    """Asks a check, but only so many times: beyond that every candidate counts, so that work stays bounded."""
    left = iter(range(_MANY))

    def look(check: Callable[[str], bool], found: str) -> bool:
        return next(left, None) is None or check(found)

    return look


def _possible_start(match: re.Match[str], *, look: Callable[[Callable[[str], bool], str], bool]) -> Iterator[Span]:
    """The longest run of digit groups that is a number: what follows it may be another figure of the sentence."""
    ends = [group.end() for group in _GROUP.finditer(match[0])]
    for end in reversed(ends):
        if checks.count_digits(match[0][:end]) < 7:  # noqa: PLR2004 - Source: ITU-T E.164, shorter ones are local
            return
        if look(checks.is_international_phone, match[0][:end]):
            yield Span(match.start(), match.start() + end, "its country's plan allows it")
            return


def find_addresses(text: str) -> Iterator[Span]:
    """IP addresses of both versions, without loopback, netmasks and version numbers."""
    for match in patterns.IPV4.finditer(text):
        announced = patterns.VERSION_OPENS.search(text, max(0, match.start() - 12), match.start())
        if not announced and checks.is_ip(match[0]):
            yield Span(*match.span(), "four octets in range")
    for match in patterns.IPV6_RUN.finditer(text):
        start, end = _trimmed(match)
        if match[0].count(":") > 1 and end - start <= 45 and checks.is_ipv6(text[start:end]):  # noqa: PLR2004 - its longest form
            yield Span(start, end, "an address of version 6")


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """Without a single colon of the sentence at either end."""
    found, (start, end) = match[0], match.span()
    start += found.startswith(":") and not found.startswith("::")
    end -= found.endswith(":") and not found.endswith("::")
    return start, end
