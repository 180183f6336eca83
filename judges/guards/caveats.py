"""Caveats of a text - warnings, conditions, exceptions - and whether an answer drops one that its reference gives."""

import re
from typing import Final

from judges.guards.sentences import Sentence, overlap, read_sentences

_CUES: Final = re.compile(
    r"\b(?:however|but|although|though|except(?:ion|ions)?|unless|only|provided|as long as|subject to|caution|careful|"
    r"carefully|warning|warn|beware|note|keep in mind|bear in mind|be aware|consult|speak (?:to|with)|talk to|check|"
    r"see (?:a|your)|seek|professional|advice|side effects?|risks?|risky|danger|dangerous|may|might|could|"
    r"guarantee[ds]?|"
    r"depending|depends?|limitations?|limited|not|no|never|don't|doesn't|isn't|aren't|won't|can't|cannot|shouldn't|"
    r"avoid|must|should|always|make sure|ensure|exceed|overdose|allerg\w+|pregnan\w+|emergency|back ?up|if|when|"
    r"otherwise|before|first|disclaimer|restrictions?|conditions?|terms|approximate(?:ly)?|approximations?|"
    r"estimate[sd]?|"
    r"preliminary|var(?:y|ies)|differs?|different|exclud(?:e|es|ed|ing)|void|damage|harm|without|instead|until|"
    r"requires?|required|remember|important|recommend\w*|advis\w+|prohibited|forbidden|illegal|"
    r"jedoch|allerdings|aber|achtung|vorsicht|hinweis|beachten|au\u00dfer|nur|nicht|arzt|risiko|wenn|"
    r"sin embargo|pero|aunque|cuidado|advertencia|excepto|salvo|m\u00e9dico|riesgo|si|solo|"
    r"cependant|toutefois|mais|attention|sauf|m\u00e9decin|risque|seulement|pas)\b",
    re.IGNORECASE,
)
_COURTESY: Final = re.compile(
    r"\b(?:hesitate|let (?:me|us) know|feel free|contact (?:us|me)|hope (?:this|that|it)|thanks?|thank you|happy to|"
    r"glad to|"
    r"any (?:other |further |more )?questions?|assist\w*|welcome|regards|great day|nice day|help you|can i help|"
    r"reach out|"
    r"sorry|apologi[sz]e|i am an ai|i'm an ai|z\u00f6gern|gerne|no dude|n'h\u00e9sitez)\b",
    re.IGNORECASE,
)
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
    caveats = [one for one in theirs if _is_caveat(reference, one)]
    if not mine or not caveats or not _speaks_of_the_same(mine, theirs, caveats):
        return None
    said = frozenset[str]().union(*(one.roots for one in mine))
    missing = [one for one in caveats if not _is_given(one, mine, said)]
    spare = sum(_is_spare(answer, one, theirs) for one in mine)
    return (missing[0].start, missing[0].end) if len(missing) > spare else None


def _is_caveat(text: str, sentence: Sentence) -> bool:
    if sentence.is_question or len(sentence.roots) < _LEAST_ROOTS or _CUES.search(text, *_span(sentence)) is None:
        return False
    return _COURTESY.search(text, *_span(sentence)) is None


def _span(sentence: Sentence) -> tuple[int, int]:
    return sentence.start, sentence.end


def _is_given(caveat: Sentence, mine: tuple[Sentence, ...], said: frozenset[str]) -> bool:
    if len(caveat.roots & said) >= _HELD * len(caveat.roots):
        return True
    return any(overlap(caveat.roots, one.roots) >= _COVERED for one in mine)


def _is_spare(answer: str, sentence: Sentence, theirs: tuple[Sentence, ...]) -> bool:
    """Whether a sentence of the answer holds a caveat, and repeats no sentence of the reference."""
    if not _is_caveat(answer, sentence):
        return False
    return not any(overlap(sentence.roots, one.roots) >= _COVERED for one in theirs)


def _speaks_of_the_same(mine: tuple[Sentence, ...], theirs: tuple[Sentence, ...], caveats: list[Sentence]) -> bool:
    """Whether the answer covers the reference beyond its caveats: a third of its roots."""
    rest = frozenset[str]().union(*(one.roots for one in theirs if one not in caveats))
    said = frozenset[str]().union(*(one.roots for one in mine))
    return bool(rest) and len(rest & said) >= _COVERED * len(rest)
