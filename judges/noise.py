"""Text that is no language: symbols, mixed scripts, words that nobody knows. Character and word statistics only."""

import re
from collections.abc import Iterable
from typing import Final
from unicodedata import category

from judges.language import scripts_of
from judges.wording import MOST_CHARACTERS, Wording, read_words
from judges.words import ALL_FUNCTION_WORDS

_LEAST_WORDS: Final = 12
_KNOWN_RATIO: Final = 0.25
_UNSPEAKABLE: Final = re.compile("[^aeiouy\u00e0-\u00ff\u0100-\u024f\\W\\d_]{5}")
_VOWEL: Final = re.compile("[aeiouy\u00c0-\u024f]")
_LEAST_LETTERS: Final = 3
_UNSPEAKABLE_SHARE: Final = 0.25
"""Of words that no mouth could say; in r\u00e9sum\u00e9s full of acronyms it is a tenth."""
_NOISE_CHARACTERS: Final = 40
_NOISE_RATIO: Final = 0.5
_MANY_SCRIPTS: Final = 4


def known_ratio(text: str, *, context: Iterable[str]) -> float | None:
    """Share of words that are closed-class words or stand in the context (prompt, reference), in [0, 1].

    None for fewer than 12 words, or where Latin script does not lead: the word lists know no other.
    """
    words = [word for word in read_words(text).words if not word.isnumeric()]
    if len(words) < _LEAST_WORDS or not _is_latin(text):
        return None
    known = ALL_FUNCTION_WORDS.union(*(read_words(part).distinct for part in context))
    return sum(word in known for word in words) / len(words)


def noise_ratio(text: str) -> float:
    """Share of characters that are no letter, mark of one, digit or white space, in [0, 1]; 0 for fewer than 40."""
    part = text[:MOST_CHARACTERS]
    if len(part) < _NOISE_CHARACTERS:
        return 0.0
    return sum(not (one.isalnum() or one.isspace() or category(one)[0] == "M") for one in part) / len(part)


def incoherent(text: str, *, context: Iterable[str]) -> str | None:
    """Why the text is no language: `symbols`, `scripts` (four or more mixed) or `unknown_words`; else None."""
    wording = read_words(text)
    if "\ufffd" * 3 in text or (_may_be_noise(text, wording) and noise_ratio(text) > _NOISE_RATIO):
        return "symbols"
    if not text.isascii() and sum(count > 1 for count in scripts_of(text).values()) >= _MANY_SCRIPTS:
        return "scripts"
    if wording.function_ratio >= _KNOWN_RATIO:
        return None
    ratio = known_ratio(text, context=context)
    is_unknown = ratio is not None and ratio < _KNOWN_RATIO
    return "unknown_words" if is_unknown and unspeakable_ratio(wording) > _UNSPEAKABLE_SHARE else None


def unspeakable_ratio(wording: Wording) -> float:
    """Share of words without a vowel, or with five consonants in a row, among those of three letters and more.

    Lists, names and languages without a word list have few; what a broken model types has many.
    """
    words = [word for word in wording.words if len(word) >= _LEAST_LETTERS and word.isalpha()]
    odd = sum(_VOWEL.search(word) is None or _UNSPEAKABLE.search(word) is not None for word in words)
    return odd / len(words) if words else 0.0


def _may_be_noise(text: str, wording: Wording) -> bool:
    """Whether ASCII words make up less than half: what they hold is a bound on letters and digits."""
    part = text[:MOST_CHARACTERS]
    beyond = 0 if part.isascii() else len(part) - len(part.encode("ascii", "ignore"))
    return wording.letters - beyond < (1 - _NOISE_RATIO) * len(part)


def _is_latin(text: str) -> bool:
    if text.isascii():
        return True
    found = scripts_of(text)
    return found["LATIN"] * 2 >= found.total()
