"""Entailment: whether what an answer says follows from what it was given, by a natural-language-inference model.

The model is passed in (`cross_encoder.py` adapts sentence-transformers); none ships with the package. Each sentence of
the answer is held against pieces of the request, and the piece that bears it out best decides.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from judges.answer import answer_text, cannot_read
from judges.fault import Fault
from judges.grounding import Grounding, gives_grounds
from judges.judgement import Abstained, Case, Finding, Judgement, Span
from judges.prompt import source_text

ENTAILED: Final = 0.5
"""Probability from which a sentence follows, or is denied."""
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|[.!?](?=\w)[^.!?\n]*)*[.!?]*")
_LEAST_SENTENCE: Final = 15
_MOST_SENTENCES: Final = 16
_PIECE_CHARACTERS: Final = 700
_MOST_PIECES: Final = 24
_SEVERITY: Final = {"entailed": 0.0, "neutral": 3.0, "contradicted": 7.5}
_NO_GROUNDS: Final = Abstained("the request gives nothing that the answer could follow from")


class Entailer(Protocol):
    """A model that reads a premise and a hypothesis."""

    @property
    def name(self) -> str:
        """Part of the judge's version."""
        ...

    def predict(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Probabilities of contradiction, neither, entailment. Shape (n, 3), rows sum to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Entailment:
    """Value is the mean over sentences of the best piece's probability of entailment.

    Labels: entailed; neutral (some sentence follows from nothing given); contradicted (some sentence is denied by a
    piece, and none bears it out). Abstains where the request gives no text that the answer is drawn from.

    Source of the scheme (best premise for each sentence): Laban et al. 2022, SummaC-ZS.
    """

    entailer: Entailer
    name: str = "nli"

    @property
    def version(self) -> str:
        """The algorithm's version and the model."""
        return f"1:{self.entailer.name}"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; the model is called once for all."""
        work = [self._pairs(case) for case in cases]
        flat = [pair for one in work if isinstance(one, _Work) for pair in one.pairs]
        told = self.entailer.predict(flat) if flat else np.zeros((0, 3))
        if told.shape != (len(flat), 3) or not np.isfinite(told).all():
            message = f"the model gave shape {told.shape} for {len(flat)} pairs, or figures that are none"
            raise ValueError(message)
        found: list[Finding] = []
        start = 0
        for case, one in zip(cases, work, strict=True):
            if isinstance(one, Abstained):
                found.append(one)
                continue
            found.append(_finding(case, one, told[start : start + len(one.pairs)]))
            start += len(one.pairs)
        return found

    def _pairs(self, case: Case) -> "_Work | Abstained":
        if (reason := cannot_read(case)) is not None:
            return reason
        if not gives_grounds(case):
            return _NO_GROUNDS
        places = list(islice(_sentences(answer_text(case.answer)), _MOST_SENTENCES))
        pieces = list(islice(_pieces(source_text(case.exchange)), _MOST_PIECES))
        if not places or not pieces:
            return _NO_GROUNDS
        text = answer_text(case.answer)
        return _Work(places, len(pieces), [(piece, text[start:end]) for start, end in places for piece in pieces])


@dataclass(frozen=True, slots=True)
class _Work:
    """Sentences by place, and each with every piece: `pairs` has places x pieces rows."""

    places: list[tuple[int, int]]
    pieces: int
    pairs: list[tuple[str, str]]


def _finding(case: Case, work: _Work, told: NDArray[np.float64]) -> Judgement:
    cube = told.reshape(len(work.places), work.pieces, 3)
    entailed, denied = cube[:, :, 2].max(axis=1), cube[:, :, 0].max(axis=1)
    is_denied = (entailed < ENTAILED) & (denied >= ENTAILED)
    is_loose = (entailed < ENTAILED) & ~is_denied
    label = "contradicted" if is_denied.any() else "neutral" if is_loose.any() else "entailed"
    blamed = is_denied if is_denied.any() else is_loose
    spans = tuple(Span(case.answer.lane, "text", *place) for place, bad in zip(work.places, blamed, strict=True) if bad)
    reason = (
        f"{int(is_denied.sum())} of {len(work.places)} sentences denied, {int(is_loose.sum())} borne out by nothing"
    )
    return Judgement(float(np.clip(entailed.mean(), 0, 1)), label, reason, spans, _SEVERITY[label])


def entailment_fault(judge: Entailment, case: Case) -> Fault | None:
    """The taxonomy's fault: the model sees a sentence denied, or borne out by nothing while claims are unsupported."""
    found = judge.judge_batch([case])[0]
    if not isinstance(found, Judgement):
        return None
    if found.label == "contradicted":
        return Fault("hallucination_grounded", found.reason, found.spans)
    if found.label == "neutral":
        loose = Grounding().judge_batch([case])[0]
        if isinstance(loose, Judgement) and loose.label == "unsupported":
            return Fault("hallucination_ungrounded", f"{found.reason}; {loose.reason}", loose.spans)
    return None


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Places of sentences that say something."""
    for match in _SENTENCE.finditer(text):
        said = match[0].strip()
        if len(said) >= _LEAST_SENTENCE and any(one.isalpha() for one in said):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            yield start, start + len(said)


def _pieces(text: str) -> Iterator[str]:
    """The source in pieces of whole lines and sentences, so that a model's window holds one and a sentence."""
    piece = ""
    for part in re.split(r"(?<=[.!?])\s+|\n+", text):
        if piece and len(piece) + len(part) > _PIECE_CHARACTERS:
            yield piece
            piece = ""
        piece = f"{piece} {part}".strip()[: 2 * _PIECE_CHARACTERS]
    if piece:
        yield piece
