"""Semantic similarity of an answer to the baseline's: cosine of sentence embeddings, chunked beyond the window.

The model stands behind the `Embedder` protocol; nothing here imports it. A high cosine is no proof of agreement:
contradictions average .76 and a right and a wrong solution look alike, hence the guards of polarity and numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from judges.answer import answer_text, cannot_compare, only_tools
from judges.guards.measures import changed_amount
from judges.guards.polarity import flipped_sentence, only_one_negates
from judges.judgement import Abstained, Case, Finding, Judgement, Span
from judges.words import scripts

PIECE_CHARACTERS: Final = 700
"""Characters of one piece: within 256 word pieces for languages in Latin script."""
PIECE_CHARACTERS_CJK: Final = 240
_MOST_PIECES: Final = 40
_HIGH: Final = 0.8
_MEDIUM: Final = 0.5
GUARDED: Final = 0.5
"""Highest value of an answer that a guard caught, however close the words are."""
_CLOSE: Final = 0.6
"""Cosine from which two short texts speak of the same thing, so that a negation in one alone denies the other.

On STS-B's development pairs the guards so chosen flag 3 % of the pairs that people call equal (score 4 or more).
"""
_FLIPPED_SEVERITY: Final = 4.0
_NUMBERS_SEVERITY: Final = 3.0


class Embedder(Protocol):
    """Texts in, unit vectors out."""

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit row per text, float32, shape (n, dimensions)."""
        ...


def pieces(text: str) -> list[str]:
    """Parts that fit the model's window, cut at white space where there is some; at most 40, the rest is not read."""
    limit = PIECE_CHARACTERS_CJK if scripts(text).get("CJK", 0) * 4 > len(text[:2_000]) else PIECE_CHARACTERS
    found: list[str] = []
    rest = text.strip()
    while rest and len(found) < _MOST_PIECES:
        if len(rest) <= limit:
            return [*found, rest]
        cut = rest.rfind(" ", limit // 2, limit + 1)
        cut = limit if cut < 0 else cut
        found.append(rest[:cut])
        rest = rest[cut:].lstrip()
    return found


def embed_all(texts: Sequence[str], *, embedder: Embedder) -> dict[str, NDArray[np.float32]]:
    """Unit vector of each distinct text: the mean of its pieces by length. Each distinct piece is embedded once.

    Pieces go to the model sorted by length, so that a batch holds little padding.
    """
    parts = {text: pieces(text) for text in dict.fromkeys(texts)}
    distinct = sorted({piece for found in parts.values() for piece in found}, key=lambda piece: (len(piece), piece))
    rows = embedder.encode(distinct) if distinct else np.zeros((0, 1), np.float32)
    vectors = dict(zip(distinct, rows, strict=True))
    return {text: _mean(found, vectors) for text, found in parts.items() if found}


def _mean(found: Sequence[str], vectors: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    total = np.sum([vectors[piece] * len(piece) for piece in found], axis=0, dtype=np.float32)
    norm = float(np.linalg.norm(total))
    return np.asarray(total / norm if norm > 0 else total, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class SemanticSimilarity:
    """Value is the cosine with the baseline's answer, in [0, 1], and at most .5 where a guard finds a contradiction.

    Labels: flipped (one denies the other), numbers (a number or unit does), else high (from .8), medium (from .5), low.
    Abstains where both sides have tool calls only, or no text; one side without text is 0.
    """

    embedder: Embedder
    name: str = "semantic_similarity"

    @property
    def version(self) -> str:
        """The algorithm's version and the model, since both change the finding."""
        return f"2:{self.embedder.name}"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; the model is called once for all texts that differ."""
        barred = [_barred(case) for case in cases]
        open_cases = [case for case, reason in zip(cases, barred, strict=True) if reason is None]
        vectors = embed_all(list(_texts(open_cases)), embedder=self.embedder)
        return [reason or _compare(case, vectors) for case, reason in zip(cases, barred, strict=True)]


def _texts(cases: Sequence[Case]) -> Iterator[str]:
    for case in cases:
        answer, reference = answer_text(case.answer), answer_text(case.reference)
        if answer != reference:
            yield from (answer, reference)


def _barred(case: Case) -> Abstained | None:
    if (reason := cannot_compare(case)) is not None:
        return reason
    if only_tools(case.answer) and only_tools(case.reference):
        return Abstained("both sides have tool calls only")
    if not answer_text(case.answer).strip() and not answer_text(case.reference).strip():
        return Abstained("neither side has text")
    return None


def _compare(case: Case, vectors: dict[str, NDArray[np.float32]]) -> Judgement:
    answer, reference = answer_text(case.answer), answer_text(case.reference)
    if answer == reference:
        return Judgement(1.0, "high", "the texts are the same")
    mine, theirs = vectors.get(answer), vectors.get(reference)
    if mine is None or theirs is None:
        return Judgement(0.0, "low", "one side has no text")
    value = min(max(float(mine @ theirs), 0.0), 1.0)
    return _guarded(case, value) or _graded(value)


def _guarded(case: Case, value: float) -> Judgement | None:
    answer, reference = answer_text(case.answer), answer_text(case.reference)
    capped, cosine = min(value, GUARDED), f"at cosine {value:.2f}"
    if (place := flipped_sentence(answer, reference=reference)) is not None:
        spans = (Span(case.answer.lane, "text", *place),)
        reason = f"a sentence denies its counterpart, {cosine}"
        return Judgement(capped, "flipped", reason, spans, severity=_FLIPPED_SEVERITY)
    if value >= _CLOSE and only_one_negates(answer, reference=reference):
        return Judgement(capped, "flipped", f"only one side is negated, {cosine}", severity=_FLIPPED_SEVERITY)
    if (changed := changed_amount(answer, reference=reference, language=case.exchange.language)) is not None:
        spans = (Span(case.answer.lane, "text", changed.start, changed.end),)
        return Judgement(capped, "numbers", f"the numbers differ, {cosine}", spans, severity=_NUMBERS_SEVERITY)
    return None


def _graded(value: float) -> Judgement:
    label = "high" if value >= _HIGH else "medium" if value >= _MEDIUM else "low"
    return Judgement(value, label, f"cosine {value:.2f}")
