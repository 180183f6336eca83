"""Loops: an answer that says the same over and over, with the part that loops. Counts only, no model.

Cheap bounds come first: a text whose words are mostly different cannot loop, and nearly every answer is such a text.
"""

import zlib
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from judges.wording import MOST_CHARACTERS, Wording, place_of, read_words

_LEAST_RUN: Final = 30
_STEP: Final = _LEAST_RUN // 2
_RULES: Final = frozenset(" \t\r\n-=_*#.~+|─═`/\\")
"""Characters that draw lines and tables: a long run of them is no loop."""
_MOST_PERIOD: Final = 80
_TAIL_WORDS: Final = 480
_LEAST_TAIL: Final = 24
_TIMES: Final = 6
_TIMES_LONG: Final = 4
_LONG_PERIOD: Final = 8
"""Words from which four times suffice: a sentence four times in a row is no style."""
_LEAST_LINE: Final = 20
_LINE_TIMES: Final = 4
_LEAST_WORDS: Final = 40
_DISTINCT_RATIO: Final = 0.35
_NGRAM: Final = 4
_COMPRESSED_RATIO: Final = 0.12
_LEAST_CHARACTERS: Final = 400
_VARIED: Final = 0.5
_UNBROKEN: Final = 60
"""A word this long is no word: text without spaces, which only its characters can tell."""

type Kind = Literal["run", "tail", "lines", "ngrams", "compression"]


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop: its kind, and characters [start, end) in which it goes round.

    Kinds: `run` of one character, `tail` that repeats to the end, `lines` that come again, `ngrams` (few different
    4-grams), `compression` (the text packs to almost nothing).
    """

    kind: Kind
    start: int
    end: int


def find_loop(text: str) -> Loop | None:
    """The loop of a text, or None."""
    part = text[:MOST_CHARACTERS]
    wording = read_words(text)
    return (
        _run(part, wording)
        or _tail(part, wording)
        or _lines(part)
        or _ngrams(part, wording)
        or _compression(part, wording)
    )


def _run(text: str, wording: Wording) -> Loop | None:
    """A run holds an aligned block of half its least length, so that only those are looked at."""
    marks = len(text) - wording.letters - text.count(" ") - text.count("\n")
    if wording.longest_word < _LEAST_RUN and marks < _LEAST_RUN:
        return None
    for place in range(0, len(text) - _STEP + 1, _STEP):
        character = text[place]
        if character in _RULES or text[place : place + _STEP] != character * _STEP:
            continue
        start = len(text[:place].rstrip(character))
        end = len(text) - len(text[place:].lstrip(character))
        if end - start >= _LEAST_RUN:
            return Loop("run", start, end)
    return None


def _tail(text: str, wording: Wording) -> Loop | None:
    words = wording.words[-_TAIL_WORDS:]
    if not words or words.count(words[-1]) < _TIMES_LONG:
        return _unspaced_tail(text, wording)
    for period in range(1, min(_MOST_PERIOD, len(words) // 2) + 1):
        if words[-1] != words[-1 - period]:
            continue
        repeated = next(
            (back for back in range(len(words) - period) if words[-1 - back] != words[-1 - back - period]),
            len(words) - period,
        )
        times = _TIMES_LONG if period >= _LONG_PERIOD else _TIMES
        looping = words[-repeated - period :]
        if repeated >= period * (times - 1) and _is_speech(looping):
            place = place_of(looping[:period], text)
            return Loop("tail", place[0] if place else 0, len(text))
    return _unspaced_tail(text, wording)


def _is_speech(words: tuple[str, ...]) -> bool:
    """Long enough, and not a column of numbers."""
    return sum(len(word) + 1 for word in words) >= _LEAST_TAIL and any(not word.isnumeric() for word in words)


def _unspaced_tail(text: str, wording: Wording) -> Loop | None:
    if wording.longest_word < _UNBROKEN:
        return None
    end = text.rstrip()
    for period in range(1, _MOST_PERIOD + 1):
        unit = end[-period:]
        if unit.isalnum() and end.endswith(unit * max(_TIMES, -(-_LEAST_TAIL // period))):
            start = len(end)
            while end.endswith(unit, 0, start):
                start -= period
            return Loop("tail", start, len(text))
    return None


def _lines(text: str) -> Loop | None:
    if text.count("\n") < _LINE_TIMES - 1:
        return None
    lines = [line.strip() for line in text.splitlines()]
    long = [line for line in lines if len(line) >= _LEAST_LINE]
    if len(long) - len(set(long)) < _LINE_TIMES - 1:
        return None
    line, times = _most(lines)
    if times < _LINE_TIMES or not any(character.isalpha() for character in line):
        return None
    return Loop("lines", text.index(line), text.rindex(line) + len(line))


def _most(lines: list[str]) -> tuple[str, int]:
    """The long line that comes most often without a break, blank lines aside."""
    runs = ((line, sum(1 for _ in group)) for line, group in groupby(line for line in lines if line))
    long = ((line, times) for line, times in runs if len(line) >= _LEAST_LINE)
    return max(long, key=lambda one: one[1], default=("", 0))


def distinct_ratio(text: str) -> float:
    """Distinct word 4-grams over all, in [0, 1]; 1 for fewer than 40 words."""
    words = read_words(text).words
    if len(words) < _LEAST_WORDS:
        return 1.0
    grams = list(zip(*(words[start:] for start in range(_NGRAM)), strict=False))
    return len(set(grams)) / len(grams)


def compressed_ratio(text: str) -> float:
    """Size after zlib over size before, in (0, 1]; 1 for fewer than 400 characters."""
    data = text[:MOST_CHARACTERS].encode("utf-8", "replace")
    return len(zlib.compress(data, 6)) / len(data) if len(data) >= _LEAST_CHARACTERS else 1.0


def _ngrams(text: str, wording: Wording) -> Loop | None:
    # No text has fewer distinct 4-grams than distinct words less three, so most need no counting.
    grams = len(wording.words) - _NGRAM + 1
    if len(wording.distinct) - _NGRAM + 1 >= _DISTINCT_RATIO * grams or distinct_ratio(text) >= _DISTINCT_RATIO:
        return None
    return Loop("ngrams", 0, len(text))


def _compression(text: str, wording: Wording) -> Loop | None:
    if len(text) < _LEAST_CHARACTERS:
        return None
    varied = sum(map(len, wording.distinct)) > _VARIED * len(text)
    if (varied and wording.longest_word < _UNBROKEN) or compressed_ratio(text) >= _COMPRESSED_RATIO:
        return None
    return Loop("compression", 0, len(text))
