"""How a text reads when tricks of Unicode are taken away: the form that detectors see, with a way back."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_FOREIGN: Final = re.compile(
    "[^\x00-\x7f\xa1-\xa7\xa9\xab\xac\xae\xb0\xb1\xb6\xb7\xbb\xbf\u201c-\u201e\u2026\u20ac\xc0-\xd6\xd8-\xf6\xf8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e]"
)
"""What may read otherwise than it is written: all but ASCII, plain letters of Latin scripts, and some signs."""

_SIGNS: Final = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-") | dict.fromkeys(
    "\u2018\u2019\u02bc\uff07", "'"
)


class _Plain(dict[int, str]):
    """Plain form of each code point, learnt as it is met: one character, or none for what cannot be seen."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    if _UNSEEN.match(letter):
        return ""
    if letter in _SIGNS:
        return _SIGNS[letter]
    if (digit := unicodedata.decimal(letter, None)) is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", letter)
    return folded if len(folded) == 1 else letter


_PLAIN: Final = _Plain()


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as detectors see it.

    Attributes:
        text: Plain digits, letters, spaces and dashes; nothing invisible.
        starts: For each character its offset in the source, or None where both are the same.
        ends: For each character the offset behind it in the source, or None where that is one more.
    """

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source that `start` to `end` of the reading stands for."""
        first, last = (start, end - 1) if self.starts is None else (self.starts[start], self.starts[end - 1])
        return first, last + 1 if self.ends is None else self.ends[end - 1]


def read(text: str) -> Reading:
    """Read a text in its plain form: full-width digits become digits, zero-width joiners vanish."""
    if not _FOREIGN.search(text):
        return Reading(text)
    plain = text.translate(_PLAIN)
    if len(plain) == len(text):
        return Reading(plain)
    origins = tuple(offset for offset, letter in enumerate(text) if _PLAIN[ord(letter)])
    return Reading(plain, origins)


def readings(text: str) -> Iterator[Reading]:
    """The ways in which a text may be read: as it stands, and with its escapes decoded if it has any.

    Escapes are those of JSON (also where the text around them is no JSON, or not all of it), of URLs and of HTML.
    """
    yield read(text)
    if ("\\" in text or "%" in text or "&" in text) and _ESCAPES.search(text):
        yield _decoded(text)


_ESCAPES: Final = re.compile(
    r"(?P<unit>(?:\\{1,4}u[0-9a-fA-F]{4})+)|(?P<byte>(?:\\{1,4}x[0-9a-fA-F]{2})+)|(?P<percent>(?:%[0-9a-fA-F]{2})+)"
    r"|(?P<entity>&(?:\#\d{2,7}|\#[xX][0-9a-fA-F]{2,6}|[a-z]{2,8});)"
)


def _decoded(text: str) -> Reading:
    letters: list[tuple[str, int, int]] = []
    end = 0
    for escape in _ESCAPES.finditer(text):
        letters += ((letter, at, at + 1) for at, letter in enumerate(text[end : escape.start()], end))
        letters += _spread(_decode(escape), *escape.span())
        end = escape.end()
    letters += ((letter, at, at + 1) for at, letter in enumerate(text[end:], end))
    seen = [(plain, start, last) for letter, start, last in letters if (plain := _PLAIN[ord(letter)])]
    starts, ends = tuple(start for _, start, _ in seen), tuple(last for _, _, last in seen)
    return Reading("".join(plain for plain, _, _ in seen), starts, ends)


def _spread(decoded: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Letters with the place of their own escape; all of the run where one letter took several."""
    size, uneven = divmod(end - start, max(1, len(decoded)))
    for at, letter in enumerate(decoded):
        yield (letter, start, end) if uneven else (letter, start + at * size, start + (at + 1) * size)


def _decode(escape: re.Match[str]) -> str:
    found = escape[0]
    match escape.lastgroup:
        case "unit":
            units = b"".join(int(unit, 16).to_bytes(2) for unit in re.findall(r"u(.{4})", found))
            return units.decode("utf-16-be", "replace")
        case "byte":
            return bytes(int(byte, 16) for byte in re.findall(r"x(..)", found)).decode("utf-8", "replace")
        case "percent":
            return unquote(found)
        case _:
            return html.unescape(found)
