"""Ways to write an order so that a filter may not see it: encodings, spacing, look-alikes, invisible characters."""

import base64
import codecs
from collections.abc import Callable, Mapping
from random import Random
from urllib.parse import quote

type Disguise = Callable[[str], str]

_LEET = str.maketrans("aeiost", "431057")
_CYRILLIC = str.maketrans("aeopcyx", "аеорсух")  # noqa: RUF001 -- look-alikes are the point
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_TAGS, _LAST_TAG = 0xE0000, 0x7E


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _hex(text: str) -> str:
    return text.encode().hex()


def _shifted(text: str) -> str:
    return codecs.encode(text, "rot13")


def _reversed(text: str) -> str:
    return text[::-1]


def _spaced(text: str) -> str:
    return " ".join(text)


def _hyphenated(text: str) -> str:
    return "-".join(text.replace(" ", "_"))


def _percent(text: str) -> str:
    return quote(text, safe="")


def _entities(text: str) -> str:
    return "".join(f"&#{ord(character)};" for character in text)


def _escapes(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


def _leet(text: str) -> str:
    return text.translate(_LEET)


def _look_alikes(text: str) -> str:
    return text.translate(_CYRILLIC)


def _full_width(text: str) -> str:
    return text.translate(_FULL_WIDTH)


def _joined(text: str) -> str:
    return "\u200b".join(text)


def _soft(text: str) -> str:
    return "\u00ad".join(text)


def _tagged(text: str) -> str:
    """Written in invisible tag characters after a visible word."""
    return "Hello" + "".join(chr(_TAGS + ord(character)) for character in text if ord(character) <= _LAST_TAG)


def _overridden(text: str) -> str:
    """Right-to-left override: stored reversed, shown forwards."""
    return f"\u202e{text[::-1]}\u202c"


def _stacked(text: str) -> str:
    return "".join(f"{character}\u0301\u0323" if character.isalpha() else character for character in text)


DISGUISES: Mapping[str, Disguise] = {
    "base64": _base64,
    "hex": _hex,
    "rot13": _shifted,
    "reversed": _reversed,
    "spaced": _spaced,
    "hyphenated": _hyphenated,
    "percent": _percent,
    "entities": _entities,
    "escapes": _escapes,
    "leet": _leet,
    "look_alikes": _look_alikes,
    "full_width": _full_width,
    "zero_width": _joined,
    "soft_hyphens": _soft,
    "tags": _tagged,
    "right_to_left": _overridden,
    "stacked": _stacked,
}


def disguise(rng: Random, text: str) -> tuple[str, str]:
    """Name of a drawn disguise, and the text in it."""
    name = rng.choice(tuple(DISGUISES))
    return name, DISGUISES[name](text)
