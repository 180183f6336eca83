"""Finding what reaches a person or a host: e-mail, IP and hardware addresses."""

import re
from collections.abc import Iterator
from typing import Final

from proxy.anonymise import checks, patterns
from proxy.anonymise.found import Span

_CUTS: Final = "/=?&#|{}"
_COLONS: Final = re.compile(r":[0-9A-Fa-f]{0,4}:")
_OCTET: Final = re.compile(r"[:-][0-9A-Fa-f]{2}[:-]")
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
    while start > floor and (text[start - 1].isalnum() or text[start - 1] in patterns.EMAIL_SIGNS):
        start -= 1
    start = max(start, *(text.rfind(cut, start, end) + 1 for cut in _CUTS))
    while start < end and not text[start].isalnum():
        start += 1
    return start


def find_ipv4(text: str) -> Iterator[Span]:
    """IP addresses of version 4, without loopback, netmasks and version numbers."""
    for match in patterns.IPV4.finditer(text) if text.count(".") > 2 else ():  # noqa: PLR2004 - the dots of an address
        announced = patterns.VERSION_OPENS.search(text, max(0, match.start() - 12), match.start())
        if not announced and checks.is_ip(match[0]):
            yield Span(*match.span(), "four octets in range")


def find_ipv6(text: str) -> Iterator[Span]:
    """IP addresses of version 6, without loopback."""
    for match in patterns.IPV6_RUN.finditer(text) if _COLONS.search(text) else ():
        start, end = _trimmed(match)
        if match[0].count(":") > 1 and end - start <= 45 and checks.is_ipv6(text[start:end]):  # noqa: PLR2004 - its longest form
            yield Span(start, end, "an address of version 6")


def find_macs(text: str) -> Iterator[Span]:
    """Hardware addresses: six octets in hexadecimal."""
    for match in patterns.MAC.finditer(text) if _OCTET.search(text) else ():
        yield Span(*match.span(), "six octets in hexadecimal")


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """Without a single colon of the sentence at either end."""
    found, (start, end) = match[0], match.span()
    start += found.startswith(":") and not found.startswith("::")
    end -= found.endswith(":") and not found.endswith("::")
    return start, end
