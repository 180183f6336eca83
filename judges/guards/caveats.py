"""Caveats of a text - warnings, conditions, exceptions - and whether an answer drops one that its reference gives."""

from typing import Final

from judges.guards.sentences import Sentence, overlap, read_sentences

_CUES_SPELLED: Final = (
    "however but although though except exception exceptions unless only provided subject caution careful "
    "carefully warning warn beware note mind aware consult speak talk check see seek professional advice side "
    "effect effects risk risks risky danger dangerous may might could guarantee guaranteed guarantees depending "
    "depend depends limitation limitations limited not no never don't doesn't isn't aren't won't can't cannot "
    "shouldn't mustn't haven't hasn't avoid must should always sure ensure exceed overdose allergy allergic "
    "allergies pregnant pregnancy emergency backup back if when otherwise before first disclaimer restriction "
    "restrictions condition conditions terms approximate approximately approximation estimate estimates "
    "estimated preliminary vary varies differ differs different exclude excludes excluded excluding void damage "
    "harm without instead until require requires required remember important recommend recommended recommends "
    "advise advised prohibited forbidden illegal jedoch allerdings aber achtung vorsicht hinweis beachten "
    "au\u00dfer nur nicht arzt risiko wenn embargo pero aunque cuidado advertencia excepto salvo m\u00e9dico "
    "riesgo si solo cependant toutefois mais attention sauf m\u00e9decin risque seulement pas"
)
_CUES: Final = frozenset(_CUES_SPELLED.split())
_COURTESIES: Final = tuple(
    frozenset(words.split())
    for words in (
        "hesitate", "let know", "feel free", "contact us", "contact me", "hope this", "hope that", "hope it", "thank",
        "thanks", "happy to", "glad to", "any questions", "assist", "assistance", "welcome", "regards", "great day",
        "nice day", "help you", "reach out", "sorry", "apologize", "apologise", "an ai", "z\u00f6gern", "gerne", "dude",
    )
)  # fmt: skip
_COURTEOUS: Final = frozenset().union(*_COURTESIES)
"""Words without any of which a sentence is no courtesy."""
_COVERED: Final = 0.34
_HELD: Final = 0.6
_LEAST_ROOTS: Final = 2


def dropped_caveat(answer: str, *, reference: str) -> tuple[int, int] | None:
    """Characters of the reference's first caveat that the answer does not give in any words, or None.

    A caveat is given when a sentence of the answer shares a third of its roots, or the whole answer six of ten of them,
    or when a caveat of the answer that covers no other of the reference may stand for it. Only where the rest of the
    reference is answered can a caveat be dropped: other texts have other caveats.
    """
    mine, theirs = read_sentences(answer), read_sentences(reference)
    caveats = [one for one in theirs if _is_caveat(one)]
    said = frozenset[str]().union(*(one.roots for one in mine))
    if not mine or not caveats or not _speaks_of_the_same(said, theirs, caveats):
        return None
    missing = [one for one in caveats if not _is_given(one, mine, said)]
    if not missing:
        return None
    spare = sum(_is_spare(one, theirs) for one in mine)
    return (missing[0].start, missing[0].end) if len(missing) > spare else None


def _is_caveat(sentence: Sentence) -> bool:
    if sentence.is_question or len(sentence.roots) < _LEAST_ROOTS or _CUES.isdisjoint(sentence.words):
        return False
    if _COURTEOUS.isdisjoint(sentence.words):
        return True
    return not any(map(frozenset(sentence.words).issuperset, _COURTESIES))


def _is_given(caveat: Sentence, mine: tuple[Sentence, ...], said: frozenset[str]) -> bool:
    if len(caveat.roots & said) >= _HELD * len(caveat.roots):
        return True
    return any(overlap(caveat.roots, one.roots) >= _COVERED for one in mine)


def _is_spare(sentence: Sentence, theirs: tuple[Sentence, ...]) -> bool:
    """Whether a sentence of the answer holds a caveat, and repeats no sentence of the reference."""
    if not _is_caveat(sentence):
        return False
    return not any(overlap(sentence.roots, one.roots) >= _COVERED for one in theirs)


def _speaks_of_the_same(said: frozenset[str], theirs: tuple[Sentence, ...], caveats: list[Sentence]) -> bool:
    """Whether the answer covers the reference beyond its caveats: a third of its roots."""
    rest = frozenset[str]().union(*(one.roots for one in theirs if one not in caveats))
    return bool(rest) and len(rest & said) >= _COVERED * len(rest)
