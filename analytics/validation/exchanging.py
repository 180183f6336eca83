"""Lanes exchanged pair by pair at random: what cannot tell them apart before it must not tell them apart after."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import numpy as np

from analytics.decide.columns import Bools, Figures, Words
from analytics.decide.evidence import Answers, Findings, Pairs

AGREEMENT: Final = frozenset({"exact_match", "token_f1", "guards", "semantic_similarity"})
"""Judges that hold an answer against the baseline's: of the baseline itself they say nothing."""


def exchanged(pairs: Pairs, *, rng: np.random.Generator) -> Pairs:
    """The pairs with baseline and candidate exchanged in about half of them.

    What judges of agreement say is exchanged between the candidate and the second baseline, the two lanes that are
    held against the first one.
    """
    half, other = (rng.random(len(pairs)) < 0.5 for _ in range(2))  # noqa: PLR2004 - a fair coin
    baseline, candidate = _exchange(pairs.baseline, pairs.candidate, half, judges=_alone(pairs.candidate))
    candidate, again = _exchange(candidate, pairs.baseline_again, other, judges=AGREEMENT)
    return replace(pairs, baseline=baseline, candidate=candidate, baseline_again=again)


def _alone(answers: Answers) -> frozenset[str]:
    return frozenset(answers.findings) - AGREEMENT


def _exchange(first: Answers, second: Answers, rows: Bools, *, judges: Collection[str]) -> tuple[Answers, Answers]:
    named = sorted(set(judges) & (first.findings.keys() | second.findings.keys()))
    mine = {judge: _mixed(first.finding(judge), second.finding(judge), rows) for judge in named}
    theirs = {judge: _mixed(second.finding(judge), first.finding(judge), rows) for judge in named}
    return (
        replace(first, findings={**first.findings, **mine}),
        replace(second, findings={**second.findings, **theirs}),
    )


def _mixed(findings: Findings, others: Findings, rows: Bools) -> Findings:
    """The findings, with the others' in these rows."""
    return Findings(
        value=_figures(findings.value, others.value, rows),
        label=_words(findings.label, others.label, rows),
        severity=_figures(findings.severity, others.severity, rows),
    )


def _figures(own: Figures, others: Figures, rows: Bools) -> Figures:
    return Figures(np.where(rows, others.values, own.values), np.where(rows, others.known, own.known))


def _words(own: Words, others: Words, rows: Bools) -> Words:
    words = tuple(sorted({*own.words, *others.words}))
    places = {word: place for place, word in enumerate(words)}
    codes = [
        np.array([places[word] for word in column.words], dtype=np.int64)[column.codes] for column in (own, others)
    ]
    return Words(np.where(rows, codes[1], codes[0]), words)
