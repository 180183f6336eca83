"""The candidate's differences in the parts of the traffic, and whether a part is worse beyond chance."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from analytics.decide.columns import Bools, Figures, Floats, Words
from analytics.decide.comparisons import refusals
from analytics.decide.decision import Mix, Slice
from analytics.decide.evidence import Answers, Pairs
from analytics.decide.intervals import make_interval
from analytics.decide.sample import Sample
from analytics.decide.score_card import ScoreCard
from analytics.stats.clustered_mean import ClusteredMean, sandwich_mean
from analytics.stats.holm import holm

LENGTHS = (256, 1_024, 4_096)
"""Prompt tokens at which one part of the dimension `length` ends and the next begins."""
_MOST = 20
"""Parts of a dimension that are looked at: the largest ones."""


@dataclass(frozen=True, slots=True)
class _Metric:
    """A mean over answers; `sign` is 1 where more is better."""

    name: str
    sign: int
    value: Callable[[Answers], Figures]


_METRICS = (
    _Metric("suite accuracy", 1, lambda answers: answers.value("suite_check")),
    _Metric("refusal rate", -1, refusals),
    _Metric("mean failure severity", -1, lambda answers: answers.severity),
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One metric in one part, before the others are taken into account."""

    dimension: str
    name: str
    metric: _Metric
    n: int
    mean: ClusteredMean
    p_value: float


def compare_slices(sample: Sample, *, card: ScoreCard) -> tuple[Slice, ...]:
    """A row for each part of at least `least_examples` pairs with each metric, Holm over all of them.

    Bounds are one-sided and not adjusted; `is_worse` is.
    """
    parts = list(_parts(sample, card=card))
    adjusted = holm([part.p_value for part in parts])
    return tuple(_slice(part, adjusted=one, card=card) for part, one in zip(parts, adjusted, strict=True))


def compare_mixes(sample: Sample) -> tuple[Mix, ...]:
    """Each metric's crude difference beside the one in which each part weighs as in live traffic.

    Source: direct standardisation, Fleiss, Levin and Paik 2003, chapter 19; Simpson 1951 for the flip.
    """
    found = (
        _mix(sample, metric, dimension=dimension, words=words)
        for dimension, words in dimensions(sample.pairs).items()
        if len(words.counts(np.ones(len(sample), dtype=np.bool_))) > 1
        for metric in _METRICS
    )
    return tuple(mix for mix in found if mix is not None)


def dimensions(pairs: Pairs) -> Mapping[str, Words]:
    """The part that each pair belongs to, by dimension."""
    return {
        "category": pairs.category,
        "route": pairs.route,
        "language": pairs.language,
        "length": _lengths(pairs.prompt_tokens),
        "tenant": pairs.tenant,
    }


def _lengths(tokens: Figures) -> Words:
    edges = (0, *LENGTHS)
    names = ("unknown", *(f"{place}: from {edge} prompt tokens" for place, edge in enumerate(edges, start=1)))
    codes = np.where(tokens.known, np.searchsorted(LENGTHS, tokens.values, side="right") + 1, 0)
    return Words.of(names).take(codes)


def _parts(sample: Sample, *, card: ScoreCard) -> Iterator[_Part]:
    gaps = {metric: metric.value(sample.pairs.candidate) - metric.value(sample.pairs.baseline) for metric in _METRICS}
    for dimension, words in dimensions(sample.pairs).items():
        counts = words.counts(np.ones(len(sample), dtype=np.bool_))
        largest = sorted(counts, key=lambda word: (-counts[word], word))[:_MOST]
        for name in sorted(largest) if len(counts) > 1 else ():
            rows = words.among([name])
            for metric, gap in gaps.items():
                if int(np.sum(gap.known & rows)) >= card.accuracy.least_examples:
                    yield _part(sample, gap.where(rows), dimension=dimension, name=name, metric=metric, card=card)


def _part(sample: Sample, gap: Figures, *, dimension: str, name: str, metric: _Metric, card: ScoreCard) -> _Part:
    rows = sample.rows(gap)
    mean = sandwich_mean(rows.values, weights=rows.weights, clusters=rows.clusters, confidence=card.confidence)
    better = sandwich_mean(metric.sign * rows.values, weights=rows.weights, clusters=rows.clusters)
    return _Part(dimension, name, metric, rows.n, mean, better.p_negative)


def _slice(part: _Part, *, adjusted: float, card: ScoreCard) -> Slice:
    return Slice(
        dimension=part.dimension,
        name=part.name,
        metric=part.metric.name,
        n=part.n,
        difference=make_interval(part.mean.mean, low=part.mean.low, high=part.mean.high),
        p_value=part.p_value,
        adjusted=adjusted,
        is_worse=adjusted <= card.alpha,
    )


def _mix(sample: Sample, metric: _Metric, *, dimension: str, words: Words) -> Mix | None:
    """None where no pair has the metric, or live traffic lacks a part."""
    gap = metric.value(sample.pairs.candidate) - metric.value(sample.pairs.baseline)
    live, own = _shares(sample, words, sample.pairs.is_live), _shares(sample, words, gap.known)
    present = own > 0
    if not present.any() or not (live[present] > 0).all():
        return None
    weights = sample.pairs.weight * np.divide(live, own, out=np.zeros(len(own)), where=present)[words.codes]
    crude = float(gap.values[gap.known].mean())
    standardised = float(np.average(gap.values[gap.known], weights=weights[gap.known]))
    return Mix(
        dimension=dimension,
        metric=metric.name,
        crude=crude,
        standardised=standardised,
        flips=crude * standardised < 0,
    )


def _shares(sample: Sample, words: Words, rows: Bools) -> Floats:
    return np.bincount(words.codes[rows], weights=sample.pairs.weight[rows], minlength=len(words.words))
