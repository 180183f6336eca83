"""Loops and noise in a text: repetition, and text that is no language. Character and word statistics only."""

import re
import zlib
from collections.abc import Iterable
from typing import Final

from judges.words import ALL_FUNCTION_WORDS, scripts, tokens

_RUN: Final = re.compile(r"([^\s\-=_*#.~+|─═`/\\])\1{29,}")
_TAIL: Final = re.compile(r"(\S(?:.{0,79}?\S)?)(?:\s*\1){5,}\W*$", re.DOTALL)
_TAIL_CHARACTERS: Final = 600
_LEAST_TAIL: Final = 24
_LEAST_WORDS: Final = 40
_DISTINCT_RATIO: Final = 0.35
_NGRAM: Final = 4
_COMPRESSED_RATIO: Final = 0.12
_LEAST_CHARACTERS: Final = 400
_LEAST_KNOWN_WORDS: Final = 12
_KNOWN_RATIO: Final = 0.25
_NOISE_CHARACTERS: Final = 40
_NOISE_RATIO: Final = 0.5
_MOST_CHARACTERS: Final = 20_000
_MANY_SCRIPTS: Final = 4


def distinct_ratio(text: str) -> float:
    """Distinct word 4-grams over all, in [0, 1]; 1 for fewer than 40 words."""
    words = tokens(text[:_MOST_CHARACTERS])
    if len(words) < _LEAST_WORDS:
        return 1.0
    grams = list(zip(*(words[start:] for start in range(_NGRAM)), strict=False))
    return len(set(grams)) / len(grams)


def compressed_ratio(text: str) -> float:
    """Size after zlib over size before, in (0, 1]; 1 for fewer than 400 characters."""
    data = text[:_MOST_CHARACTERS].encode("utf-8", "replace")
    return len(zlib.compress(data, 6)) / len(data) if len(data) >= _LEAST_CHARACTERS else 1.0


def repeats(text: str) -> str | None:
    """Why the text loops, or None: `run` of one character, `tail` that comes six times, `ngrams`, `compression`."""
    if _RUN.search(text[:_MOST_CHARACTERS]) is not None:
        return "run"
    tail = _TAIL.search(text.rstrip()[-_TAIL_CHARACTERS:])
    if tail is not None and len(tail[0]) >= _LEAST_TAIL and any(character.isalnum() for character in tail[1]):
        return "tail"
    if distinct_ratio(text) < _DISTINCT_RATIO:
        return "ngrams"
    return "compression" if compressed_ratio(text) < _COMPRESSED_RATIO else None


def known_ratio(text: str, *, context: Iterable[str]) -> float | None:
    """Share of words that are closed-class words or stand in the context (prompt, reference), in [0, 1].

    None for fewer than 12 words, or where Latin script does not lead: the word lists know no other.
    """
    words = [word for word in tokens(text[:_MOST_CHARACTERS]) if not word.isnumeric()]
    found = scripts(text)
    if len(words) < _LEAST_KNOWN_WORDS or found.get("LATIN", 0) * 2 < found.total():
        return None
    known = ALL_FUNCTION_WORDS.union(*(tokens(part[:_MOST_CHARACTERS]) for part in context))
    return sum(word in known for word in words) / len(words)


def noise_ratio(text: str) -> float:
    """Share of characters that are neither letters, digits nor white space, in [0, 1]; 0 for fewer than 40."""
    part = text[:_MOST_CHARACTERS]
    if len(part) < _NOISE_CHARACTERS:
        return 0.0
    return 1 - sum(c.isalnum() or c.isspace() for c in part) / len(part)


def incoherent(text: str, *, context: Iterable[str]) -> str | None:
    """Why the text is no language: `symbols`, `scripts` (four or more mixed) or `unknown_words`; else None."""
    if noise_ratio(text) > _NOISE_RATIO or "\ufffd" * 3 in text:
        return "symbols"
    if sum(count > 1 for count in scripts(text).values()) >= _MANY_SCRIPTS:
        return "scripts"
    ratio = known_ratio(text, context=context)
    return "unknown_words" if ratio is not None and ratio < _KNOWN_RATIO else None
