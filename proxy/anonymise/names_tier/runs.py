"""Runs of capitalised words in a text, cut where no name goes on; what they count for is not decided here."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from proxy.anonymise.names_tier import words
from proxy.anonymise.names_tier.lexicon import Known, Lexicon

_CASED_PLANE: Final = 0x2000
_SHORTEST_SURNAME: Final = 5


def _capitals() -> str:
    """The capital letters of Latin, Greek, Cyrillic and Armenian, as the inside of a character class."""
    ranges: list[list[int]] = []
    for code in (code for code in range(_CASED_PLANE) if chr(code).isupper() or chr(code).istitle()):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_LETTER: Final = r"(?:[^\W\d_\u0590-\u10ff\u2e80-\uffff]|[\u0300-\u036f])"
_LETTERS: Final = r"(?:[^\W\d_\u0590-\u10ff\u2e80-\uffff]++|[\u0300-\u036f]|['\u2019-](?=[^\W\d_]))*+"
_WORD: Final = rf"[{_capitals()}]{_LETTERS}"
_PARTICLE: Final = "|".join(sorted(words.PARTICLES))
_RUN: Final = re.compile(
    rf"(?<![\w@#$/\\.'\u2019-]){_WORD}(?:(?:\.?[ ]{{1,2}}(?:(?:{_PARTICLE})[ ]){{0,2}}|\.(?=\w)){_WORD})*+"
    r"(?![\w@(\\\[]|[=/.:]\w)"
)
_TOKEN: Final = re.compile(rf"{_LETTER}{_LETTERS}")
_POSSESSIVES: Final = ("'s", "\u2019s", "'S", "\u2019S")


class Token(NamedTuple):
    """One word.

    Attributes:
        points: What the lists, or the ending of a surname, give the word; in [0, 2].
    """

    start: int
    end: int
    text: str
    known: Known
    points: float

    @property
    def is_initial(self) -> bool:
        """A single letter, as in John F. Kennedy."""
        return self.end - self.start == 1


def runs(text: str, lexicon: Lexicon) -> Iterator[list[Token]]:
    """Runs of capitalised words, cut at words that are never part of a name, behind possessives and sentences."""
    for match in _RUN.finditer(text):
        run: list[Token] = []
        for token in _tokens(text, match, lexicon):
            if run and _is_cut(text, run[-1], token):
                yield run
                run = []
            if _goes_on(token, text, first=not run):
                run.append(token)
            elif run:
                yield run
                run = []
        if run:
            yield run


def _tokens(text: str, run: re.Match[str], lexicon: Lexicon) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, run.start(), run.end()):
        if not match[0][0].islower():
            yield _token(match, lexicon)


def _token(match: re.Match[str], lexicon: Lexicon) -> Token:
    """One word with what the lists say of it, as a whole or else of its parts."""
    word = match[0][:-2] if match[0].endswith(_POSSESSIVES) else match[0]
    known = lexicon[word]
    points = known.points
    if not points and not known.never:
        if "-" in word:
            known = max((lexicon[part] for part in word.split("-")), key=lambda one: one.points)
            points = known.points
        if not points and len(word) >= _SHORTEST_SURNAME:
            points = float(word.lower().endswith(words.ENDINGS))
    start = match.start()
    return Token(start, start + len(word), word, known, points)


def _is_cut(text: str, before: Token, token: Token) -> bool:
    between = text[before.end : token.start]
    return between != " " and (between[:1] in {"'", "\u2019"} or ("." in between and not before.is_initial))


def _goes_on(token: Token, text: str, *, first: bool) -> bool:
    """Whether a word can be part of a name: an article may be a particle or an initial, but not in front."""
    if token.is_initial:
        return not first or text[token.end : token.end + 1] == "."
    if token.known.never:
        return not first and token.text.lower() in words.PARTICLES
    return bool(token.points) or token.text.lower() not in words.ROLE_BEFORE


def lower_tokens(text: str, lexicon: Lexicon) -> list[Token]:
    """Every word of a text without capitals."""
    return [_token(match, lexicon) for match in _TOKEN.finditer(text)]
