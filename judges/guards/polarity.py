"""Whether a sentence denies its counterpart in another text: negations and opposites over aligned sentences."""

from typing import Final

from judges.guards.opposites import NEGATIONS, root
from judges.guards.sentences import CLOSED, Sentence, aligned, read_sentences

_ALIGNED: Final = 0.4
_SHORT_TEXT: Final = 2
_PREFIXES: Final = ("non", "un", "in", "im", "ir", "il", "dis")
_YES: Final = frozenset({"yes", "yeah", "yep", "ja", "s\u00ed", "oui", "sim"})
_NO: Final = frozenset({"no", "nope", "nein", "non", "n\u00e3o", "nee"})


def flipped_sentence(answer: str, *, reference: str) -> tuple[int, int] | None:
    """Characters of the first sentence of the answer that denies its aligned sentence of the reference, or None.

    Sentences are aligned by the content roots that they share (Jaccard, at least .4); questions are left out. The
    leading yes or no of both texts is compared whatever follows.
    """
    mine, theirs = read_sentences(answer), read_sentences(reference)
    if not mine or not theirs:
        return None
    if _answers_otherwise(mine[0], theirs[0]):
        return mine[0].start, mine[0].end
    for sentence in mine:
        if sentence.is_question:
            continue
        best = aligned(sentence, theirs, least=_ALIGNED)
        if best is not None and best.words != sentence.words and denies(sentence, best):
            return sentence.start, sentence.end
    return None


def _answers_otherwise(mine: Sentence, theirs: Sentence) -> bool:
    first, other = mine.words[0], theirs.words[0]
    return (first in _YES and other in _NO and _is_reply(theirs)) or (
        first in _NO and other in _YES and _is_reply(mine)
    )


def _is_reply(sentence: Sentence) -> bool:
    """Whether a leading no answers, rather than counts: no fee applies."""
    return len(sentence.words) == 1 or sentence.words[1] in CLOSED or sentence.words[1] in NEGATIONS


def denies(left: Sentence, right: Sentence) -> bool:
    """Whether two sentences about the same give a root opposite signs, or differ in nothing but one negation."""
    if left.roots == right.roots and _hard(left) % 2 != _hard(right) % 2 and _same_but_negation(left, right):
        return True
    shared = (left.heads | right.heads) & left.roots & right.roots
    if any(left.signs[name] * right.signs[name] < 0 for name in shared):
        return True
    return _prefixed(left, right) or _prefixed(right, left)


def _prefixed(left: Sentence, right: Sentence) -> bool:
    """Whether one side says a word and the other the same with a prefix that denies it: suitable, unsuitable."""
    for name in left.roots - right.roots:
        for prefix in _PREFIXES:
            bare = name.removeprefix(prefix)
            if bare != name and bare in right.roots and left.signs[name] * right.signs[bare] > 0:
                return True
    return False


def _hard(sentence: Sentence) -> int:
    return sentence.negations + sum(sign < 0 for sign in map(_own_sign, sentence.words))


def _own_sign(word: str) -> int:
    return 1 if word in CLOSED or word in NEGATIONS else root(word)[1]


def _same_but_negation(left: Sentence, right: Sentence) -> bool:
    return abs(left.negations - right.negations) <= 1


def only_one_negates(answer: str, *, reference: str) -> bool:
    """Whether exactly one of two texts of at most two sentences holds a negation.

    For texts that are known to be close in meaning, whose words need not overlap.
    """
    sides = read_sentences(answer), read_sentences(reference)
    if any(not 0 < len(side) <= _SHORT_TEXT for side in sides):
        return False
    mine, theirs = (any(sentence.negations for sentence in side) for side in sides)
    return mine != theirs
