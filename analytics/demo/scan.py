"""The search for planted personal data in bytes taken from Kafka and ClickHouse. Pure: it reads no service itself."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, quote_plus

from analytics.demo.planted import Planted

_SHORTEST_STRIPPED = 8
"""Below this many characters a text without its separators would be found by chance."""

_SEPARATORS = str.maketrans("", "", " \u00a0\t\n-\u2010\u2011\u2013")


class Form(StrEnum):
    """How a planted string may be written where it is found."""

    PLAIN = "plain"
    JSON = "json"
    URL = "url"
    STRIPPED = "stripped"
    BASE64 = "base64"


@dataclass(frozen=True, slots=True)
class Hit:
    """A planted string found where it must not be.

    Attributes:
        haystack: Position of the haystack among those given, from 0.
    """

    planted: Planted
    form: Form
    haystack: int


@dataclass(frozen=True, slots=True)
class _Needle:
    planted: Planted
    form: Form
    text: str


def find_planted(haystacks: Iterable[bytes | str], planted: Iterable[Planted]) -> list[Hit]:
    """Every planted string in every haystack, each at most once a haystack, in order of haystack.

    Looks without regard to case for the text itself, JSON-escaped, URL-encoded and without spaces and dashes, and
    for its base64 form at any of the three alignments within a longer text. Bytes that are not UTF-8 are searched
    as well.
    """
    needles = [needle for piece in dict.fromkeys(planted) for needle in _needles(piece)]
    return [
        hit for number, haystack in enumerate(haystacks) for hit in _hits(_text(haystack), needles, haystack=number)
    ]


def _hits(text: str, needles: Iterable[_Needle], *, haystack: int) -> Iterator[Hit]:
    lowered = text.lower()
    searched = {
        Form.PLAIN: lowered,
        Form.JSON: lowered,
        Form.URL: lowered,
        Form.STRIPPED: lowered.translate(_SEPARATORS),
        Form.BASE64: text,
    }
    found: set[Planted] = set()
    for needle in needles:
        if needle.planted not in found and needle.text in searched[needle.form]:
            found.add(needle.planted)
            yield Hit(planted=needle.planted, form=needle.form, haystack=haystack)


def _needles(piece: Planted) -> Iterator[_Needle]:
    seen: set[str] = set()
    for form, text in _forms(piece.text):
        if text not in seen:
            seen.add(text)
            yield _Needle(planted=piece, form=form, text=text)


def _forms(text: str) -> Iterator[tuple[Form, str]]:
    yield Form.PLAIN, text.lower()
    yield Form.JSON, json.dumps(text)[1:-1].lower()
    for safe in ("", "@"):
        yield Form.URL, quote(text, safe=safe).lower()
        yield Form.URL, quote_plus(text, safe=safe).lower()
    stripped = text.lower().translate(_SEPARATORS)
    if len(stripped) >= _SHORTEST_STRIPPED:
        yield Form.STRIPPED, stripped
    yield from ((Form.BASE64, encoded) for encoded in _base64(text.encode()))


def _base64(data: bytes) -> Iterator[str]:
    """The characters that depend on `data` alone, for each of the three places where it may start in a group."""
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * offset + data).decode()
            first = -(-offset * 8 // 6)
            last = (offset + len(data)) * 8 // 6
            yield encoded[first:last]


def _text(haystack: bytes | str) -> str:
    return haystack if isinstance(haystack, str) else haystack.decode("utf-8", errors="replace")
