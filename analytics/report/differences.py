"""The difference of two texts word by word: each text as segments, of which some differ from the other text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from analytics.report.characters import reveal

LONGEST = 20_000
"""Characters of a text that are compared and shown; the rest is cut and said to be."""

_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a text that is alike in both texts, or not."""

    text: str
    differs: bool


def mark_differences(left: str, right: str) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Both texts, hidden characters revealed and cut at `LONGEST`, as segments; joined they are the text again.

    White space between two differing words differs too, so that a rewritten sentence is one mark, not twenty.
    """
    lefts, rights = _tokens(left), _tokens(right)
    in_left, in_right = _find_differing(lefts, rights)
    return _segments(lefts, in_left), _segments(rights, in_right)


def cut_text(text: str, *, longest: int = LONGEST) -> str:
    """The text with hidden characters revealed; beyond `longest` characters it is cut and says so."""
    cut = len(text) - longest
    shown = reveal(text[:longest])
    return f"{shown}\n[{cut:,} more characters are not shown]" if cut > 0 else shown


def _tokens(text: str) -> list[str]:
    return _TOKENS.findall(cut_text(text))


def _find_differing(lefts: Sequence[str], rights: Sequence[str]) -> tuple[list[bool], list[bool]]:
    in_left, in_right = [True] * len(lefts), [True] * len(rights)
    for left, right, size in _matches(lefts, rights):
        in_left[left : left + size] = [False] * size
        in_right[right : right + size] = [False] * size
    return in_left, in_right


def _matches(lefts: Sequence[str], rights: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Runs that are alike: the common start and end first, so that long repetitive texts stay cheap to compare."""
    start = _common(lefts, rights)
    end = _common(lefts[start:][::-1], rights[start:][::-1])
    yield 0, 0, start
    yield len(lefts) - end, len(rights) - end, end
    middle = SequenceMatcher(None, lefts[start : len(lefts) - end], rights[start : len(rights) - end])
    for match in middle.get_matching_blocks():
        yield start + match.a, start + match.b, match.size


def _common(lefts: Sequence[str], rights: Sequence[str]) -> int:
    pairs = enumerate(zip(lefts, rights, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(lefts), len(rights)))


def _segments(tokens: Sequence[str], differing: Sequence[bool]) -> tuple[Segment, ...]:
    joined = [
        differs or (token.isspace() and 0 < place < len(tokens) - 1 and differing[place - 1] and differing[place + 1])
        for place, (token, differs) in enumerate(zip(tokens, differing, strict=True))
    ]
    runs = groupby(zip(tokens, joined, strict=True), key=lambda pair: pair[1])
    return tuple(Segment("".join(token for token, _ in run), differs) for differs, run in runs)
