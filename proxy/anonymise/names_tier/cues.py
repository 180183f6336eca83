"""The cues: what a candidate gains or loses by its words and by those around it, in points."""

import re
from dataclasses import dataclass, field
from typing import Final

from proxy.anonymise.names_tier import words
from proxy.anonymise.names_tier.runs import Token

ENOUGH: Final = 2.0
CUE: Final = 1.0
WEAK: Final = 0.5
_LOOK_BACK: Final = 32
_SHORTEST_UNKNOWN: Final = 4
_OPENING: Final = " \t\"'“„»>*#([-"
_SENTENCE_ENDS: Final = ".!?:;\n\r|"
_NAMERS: Final = frozenset({"name", "name's", "is", "was", "me", "him", "her", "hi", "hello", "hey", "dear"})
_NAMING: Final = re.compile(
    r"\bname(?:'s)?(?: is| was)?\s?[:?]?\s{1,8}[\"'“]?$|\bcall(?:s|ed)? (?:me|him|her) $|\bnamed (?:me|him|her) $|"
    r"(?:^|[\n.!?] ?)(?:hi|hello|hey|dear) $"
)
_NEXT_WORD: Final = re.compile(r"[”\"]?,?[ ]([^\W\d_]+)")
_WEAK_BEHIND: Final = re.compile(rf"['\u2019]s\b|:|,? (?:{'|'.join(sorted(words.WEAK_AFTER))})\b")
_ALONE: Final = re.compile(r"[ \t,]*(?:\r?\n|$)")
_NUMBER_BEHIND: Final = re.compile(r",? \d")


@dataclass(slots=True)
class Candidate:
    """Words that may be a name together.

    Attributes:
        points: Sum of what its cues count for.
        reasons: The cues.
    """

    tokens: list[Token]
    points: float = 0.0
    reasons: list[str] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Offset of the first character."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Offset behind the last character."""
        return self.tokens[-1].end

    @property
    def is_sure(self) -> bool:
        """Holds a given name that is nothing else."""
        return any(token.known.given >= ENOUGH for token in self.tokens)

    @property
    def is_unknown(self) -> bool:
        """One capitalised word that no list knows as anything, and that does not end like a common one."""
        word = self.tokens[0].text
        return (
            len(self.tokens) == 1
            and not any(self.tokens[0].known)
            and word[1:].islower()
            and len(word) >= _SHORTEST_UNKNOWN
            and not word.endswith(words.PLAIN_ENDINGS)
        )

    def add(self, points: float, reason: str) -> None:
        """Count one cue, for or against."""
        self.points += points
        self.reasons.append(reason)


def weigh(name: Candidate, text: str) -> None:
    """Count every cue of a candidate."""
    front = text[max(0, name.start - _LOOK_BACK) : name.start]
    before = front[front.rfind(" ", 0, -1) + 1 : -1].lower().rstrip(".") if front[-1:] == " " else ""
    _weigh_words(name, text)
    _weigh_front(name, front, before)
    _weigh_behind(name, text)
    if name.points and not name.is_sure:
        _weigh_against(name, text, front, before)


def _weigh_words(name: Candidate, text: str) -> None:
    tokens = name.tokens
    best = tokens[0].points if len(tokens) == 1 else sum(sorted((token.points for token in tokens), reverse=True)[:2])
    if best:
        name.add(best, "listed names" if any(token.known.points for token in tokens) else "ends like a surname")
    if all(token.text.isupper() for token in tokens):
        name.add(-CUE if len(tokens) == 1 else -WEAK, "in capitals")
    elif len(tokens) > 1:
        if best and any(not token.points and not token.is_initial for token in tokens):
            name.add(WEAK, "beside a capitalised word")
        _weigh_initials(name, text)


def _weigh_initials(name: Candidate, text: str) -> None:
    """An initial between two words is how names are written; without a full stop it may be a vitamin."""
    inside = [token for token in name.tokens[1:-1] if token.is_initial]
    if inside and not (name.tokens[0].is_initial or name.tokens[-1].is_initial):
        name.add(ENOUGH if text[inside[0].end] == "." else CUE, "with an initial")
    elif name.tokens[0].is_initial and not name.tokens[-1].is_initial and not name.tokens[-1].known.word:
        name.add(CUE, "behind an initial")


def _weigh_front(name: Candidate, front: str, before: str) -> None:
    if before in words.KIN_BEFORE or _is_introduced(front, before):
        if name.points or len(name.tokens) > 1 or name.is_unknown:
            name.add(ENOUGH, "introduced as a person")
    elif before in words.ROLE_BEFORE:
        name.add(CUE, "behind a word for people")
    elif name.points and before in words.WEAK_BEFORE:
        name.add(WEAK, "behind a preposition")
    if name.points and front.rstrip(_OPENING)[-1:] not in _SENTENCE_ENDS:
        name.add(WEAK, "capitalised inside a sentence")


def _is_introduced(front: str, before: str) -> bool:
    may_be = before in _NAMERS or before[-1:] in {":", "?"} or (not before and front[-1:].isspace())
    return may_be and _NAMING.search(front.lower()) is not None


def _weigh_behind(name: Candidate, text: str) -> None:
    behind = match[1].lower() if (match := _NEXT_WORD.match(text, name.end)) else ""
    if behind in words.ONLY_PERSONS_AFTER and not any(token.known.word for token in name.tokens):
        name.add(ENOUGH, "in front of what only people do")
    elif behind in words.PERSON_AFTER:
        name.add(CUE, "in front of what people do")
    elif name.points and "behind a preposition" not in name.reasons and _WEAK_BEHIND.match(text, name.end):
        name.add(WEAK, "in front of a verb, a colon or a possessive")
    if len(name.tokens) in {2, 3} and name.points and _ALONE.match(text, name.end) and _starts_line(text, name.start):
        name.add(WEAK, "alone in a line")


def _starts_line(text: str, start: int) -> bool:
    return not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t>?*#-")


def _weigh_against(name: Candidate, text: str, front: str, before: str) -> None:
    if before in words.PLACE_BEFORE:
        name.add(-CUE, "where a place stands")
    if front.rstrip(" ,")[-1:].isdigit() or _NUMBER_BEHIND.match(text, name.end):
        name.add(-CUE, "beside a number")
    if len(name.tokens) > 1:
        return
    if name.tokens[0].known.place:
        name.add(-WEAK, "a place as well")
    if name.tokens[0].known.word and before in words.ARTICLES:
        name.add(-CUE, "behind an article")
    if f" {name.tokens[0].text.lower()} " in text:
        name.add(-CUE, "in lower case as well")
