"""Whether a sentence denies its counterpart in another text: negations and opposites over aligned sentences."""

import re
from typing import Final

from judges.words import tokens

_SENTENCE: Final = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])\s+|\n+")
_NEGATION_WORDS: Final = (
    "not no never none nothing neither nor cannot without can't don't doesn't didn't isn't aren't wasn't "
    "weren't won't wouldn't shouldn't couldn't haven't hasn't hadn't mustn't nicht kein keine keinen keinem "
    "keiner nie niemals nichts weder ohne nunca jamás ningún ninguna ninguno nada tampoco sin ne pas jamais "
    "aucun aucune rien ni sans"
)
_NEGATIONS: Final = frozenset(_NEGATION_WORDS.split())
_OPPOSITES: Final = tuple(
    (frozenset(left.split()), frozenset(right.split()))
    for left, right in (
        ("yes ja sí oui", "no nein non"),
        ("true correct right valid", "false incorrect wrong invalid"),
        ("possible", "impossible"), ("safe", "unsafe dangerous"), ("legal lawful", "illegal unlawful"),
        ("allowed permitted erlaubt permitido autorisé", "forbidden prohibited verboten prohibido interdit"),
        ("increase increases increased rises rose", "decrease decreases decreased falls fell"),
        ("more", "less fewer"), ("higher", "lower"), ("before", "after"), ("always", "never"),
        ("accepted approved granted", "rejected declined denied refused"), ("enabled enable", "disabled disable"),
        ("included includes", "excluded excludes"), ("open opened", "closed"), ("available", "unavailable"),
        ("required mandatory", "optional"), ("success succeeded", "failure failed"), ("eligible", "ineligible"),
    )
)  # fmt: skip
_ALIGNED: Final = 0.5
_MOST_SENTENCES: Final = 60
_SHORT_TEXT: Final = 2


def _sentences(text: str) -> list[tuple[frozenset[str], frozenset[str], list[str]]]:
    """Content words, negations and first words of each sentence; at most `_MOST_SENTENCES`."""
    found = []
    for part in _SENTENCE.split(text.replace("\u2019", "'")[:40_000])[:_MOST_SENTENCES]:
        words = tokens(part)
        if words:
            held = frozenset(words)
            found.append((held - _NEGATIONS, held & _NEGATIONS, words[:1]))
    return found


def _opposed(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether one side alone says one pole and the other side alone its opposite."""
    only_left, only_right = left - right, right - left
    return any(
        (only_left & a and only_right & b and not (left & b or right & a))
        or (only_left & b and only_right & a and not (left & a or right & b))
        for a, b in _OPPOSITES
    )


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / max(len(left | right), 1)


def flipped_sentence(answer: str, *, reference: str) -> int | None:
    """Index of the first sentence of the answer that denies its aligned sentence of the reference, or None.

    Sentences are aligned by the overlap of their content words (Jaccard, at least .5); the leading yes or no of both
    texts is compared whatever follows.
    """
    mine, theirs = _sentences(answer), _sentences(reference)
    if not mine or not theirs:
        return None
    if _opposed(frozenset(mine[0][2]), frozenset(theirs[0][2])):
        return 0
    for position, (content, negated, _) in enumerate(mine):
        best = max(theirs, key=lambda other: _overlap(content, other[0]))
        if _overlap(content, best[0]) < _ALIGNED:
            continue
        if bool(negated) != bool(best[1]) or _opposed(content | negated, best[0] | best[1]):
            return position
    return None


def only_one_negates(answer: str, *, reference: str) -> bool:
    """Whether exactly one of two texts of at most two sentences holds a negation.

    For texts that are known to be close in meaning, whose words need not overlap.
    """
    sides = _sentences(answer), _sentences(reference)
    if any(not 0 < len(side) <= _SHORT_TEXT for side in sides):
        return False
    mine, theirs = (any(negated for _, negated, _ in side) for side in sides)
    return mine != theirs
