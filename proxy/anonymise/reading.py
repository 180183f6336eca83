"""How a text reads when tricks of Unicode are taken away: the form that detectors see, with a way back."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
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
        origins: For each character its offset in the source, or None where both are the same.
    """

    text: str
    origins: tuple[int, ...] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source that `start` to `end` of the reading stands for."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


def read(text: str) -> Reading:
    """Read a text in its plain form: full-width digits become digits, zero-width joiners vanish."""
    if text.isascii():
        return Reading(text)
    plain = text.translate(_PLAIN)
    if len(plain) == len(text):
        return Reading(plain)
    origins = tuple(offset for offset, letter in enumerate(text) if _PLAIN[ord(letter)])
    return Reading(plain, origins)
