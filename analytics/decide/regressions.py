"""What got worse, whether or not a gate fails: one-sided tests of every metric at once. Decides nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from analytics.decide.chance import Chance
from analytics.decide.columns import Figures, Floats
from analytics.decide.comparisons import refusals
from analytics.decide.decision import Regression
from analytics.decide.evidence import Answers
from analytics.decide.intervals import make_interval
from analytics.decide.sample import Sample, format_value
from analytics.decide.score_card import ScoreCard
from analytics.stats.holm import holm
from analytics.stats.quantile import linear_quantile
from analytics.stats.resampling import resample_quantiles

_TAILS = (0.5, 0.95, 0.99)
"""Quantiles of the first token that are compared."""


@dataclass(frozen=True, slots=True)
class _Metric:
    """A mean over answers; `sign` is 1 where more is better.

    Attributes:
        is_agreement: Measured against the baseline's answer, so that the second baseline is what it is held against.
    """

    name: str
    sign: int
    value: Callable[[Answers], Figures]
    is_agreement: bool = False


_METRICS = (
    _Metric("suite accuracy", 1, lambda answers: answers.value("suite_check")),
    _Metric("instructions followed", 1, lambda answers: answers.value("instructions")),
    _Metric("refusal rate", -1, refusals),
    _Metric("format validity", 1, format_value),
    _Metric("mean failure severity", -1, lambda answers: answers.severity),
    _Metric("agreement in polarity, amounts and names", 1, lambda answers: answers.value("guards"), is_agreement=True),
    _Metric("similarity", 1, lambda answers: answers.value("semantic_similarity"), is_agreement=True),
)


@dataclass(frozen=True, slots=True)
class _Tested:
    """One metric before the others are taken into account; `worse` is above 0 where the candidate is worse."""

    metric: str
    unit: str
    n: int
    worse: float
    low: float
    high: float
    p_value: float


def find_regressions(sample: Sample, *, card: ScoreCard, chance: Chance) -> tuple[Regression, ...]:
    """Every metric that both lanes have, Holm over all of them, the likeliest regression first.

    Metrics of agreement are the excess over the noise floor, d(B1, C) - d(B1, B2), where all three lanes answered.
    """
    tested = [*_means(sample, card=card, chance=chance), *_tails(sample, card=card, chance=chance)]
    adjusted = holm([one.p_value for one in tested])
    found = [_regression(one, adjusted=p, card=card) for one, p in zip(tested, adjusted, strict=True)]
    return tuple(sorted(found, key=lambda one: (one.adjusted, one.p_value, one.metric)))


def _regression(tested: _Tested, *, adjusted: float, card: ScoreCard) -> Regression:
    return Regression(
        metric=tested.metric,
        unit=tested.unit,
        n=tested.n,
        worse_by=make_interval(tested.worse, low=tested.low, high=tested.high),
        p_value=tested.p_value,
        adjusted=adjusted,
        is_worse=adjusted <= card.alpha,
    )


def _means(sample: Sample, *, card: ScoreCard, chance: Chance) -> Iterator[_Tested]:
    pairs = sample.pairs
    for metric in _METRICS:
        held_against = pairs.baseline_again if metric.is_agreement else pairs.baseline
        gap = metric.value(pairs.candidate) - metric.value(held_against)
        rows = sample.rows(Figures(-metric.sign * gap.values, gap.known))
        if rows.n >= card.accuracy.least_examples:
            purpose = f"regression {metric.name}"
            mean = chance.mean(rows, purpose=purpose, confidence=card.confidence)
            yield _Tested(metric.name, "", rows.n, mean.mean, mean.low, mean.high, mean.p_positive)


def _tails(sample: Sample, *, card: ScoreCard, chance: Chance) -> Iterator[_Tested]:
    lanes = sample.pairs.baseline, sample.pairs.candidate
    kept = lanes[0].has_timings & lanes[1].has_timings
    _, owners = np.unique(sample.pairs.conversation.codes[kept], return_inverse=True)
    times = [lane.first_token_ms[kept] for lane in lanes]
    for level in _TAILS:
        if kept.sum() * (1 - level) < 1 or not len(owners) or int(owners.max()) == 0:
            continue

        def draws(lane: Floats, level: float = level) -> Floats:
            stream = chance.stream(f"regression TTFT {level}")
            return resample_quantiles(lane, groups=owners, level=level, rng=stream, resamples=chance.resamples)

        baseline, candidate = (linear_quantile(lane, level) for lane in times)
        if not (np.isfinite(baseline) and np.isfinite(candidate)):
            continue
        with np.errstate(invalid="ignore"):
            gaps = np.nan_to_num(draws(times[1]) - draws(times[0]), nan=0.0)
        low, high = np.quantile(gaps, (1 - card.confidence, card.confidence), method="inverted_cdf")
        p_value = float((1 + np.sum(gaps <= 0)) / (chance.resamples + 1))
        worse = candidate - baseline
        yield _Tested(f"TTFT P{level * 100:g}", "ms", len(owners), worse, float(low), float(high), p_value)
