"""The table of metrics: both lanes on the same pairs, their difference, and the A/A noise floor."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.decide.chance import Chance
from analytics.decide.decision import Comparison, Interval
from analytics.decide.evidence import Answer, PairFacts
from analytics.decide.intervals import make_interval
from analytics.decide.sample import (
    Rows,
    Sample,
    first_token_ms,
    format_value,
    severity_of,
    take_rows,
    value_of,
)
from analytics.stats.quantile import Floats, linear_quantile
from analytics.stats.resampling import resample_quantiles

type _Value = Callable[[Answer | None], float | None]


@dataclass(frozen=True, slots=True)
class _Metric:
    """A mean over answers.

    Attributes:
        is_agreement: Measured against the baseline, which agrees with itself wholly.
    """

    name: str
    unit: str
    higher_is_better: bool
    value: _Value
    is_agreement: bool = False


def _refusal(answer: Answer | None) -> float | None:
    finding = answer.findings.get("refusal") if answer is not None else None
    return None if finding is None else float(finding.label != "compliance")


_METRICS = (
    _Metric("suite accuracy", "share", True, lambda answer: value_of(answer, "suite_check")),
    _Metric("exact match", "share", True, lambda answer: value_of(answer, "exact_match"), is_agreement=True),
    _Metric("similarity", "", True, lambda answer: value_of(answer, "semantic_similarity"), is_agreement=True),
    _Metric("refusal rate", "share", False, _refusal),
    _Metric("format validity", "share", True, format_value),
    _Metric("mean failure severity", "", False, severity_of),
)


def compare_lanes(sample: Sample, *, confidence: float, chance: Chance) -> tuple[Comparison, ...]:
    """One row per metric: first-token times, then the means.

    Bounds are one-sided at `confidence` each and hold conversations together.
    """
    quantiles = (_compare_ttft(sample, level=level, confidence=confidence, chance=chance) for level in (0.5, 0.95))
    return (*quantiles, *(_compare(sample, metric, confidence=confidence, chance=chance) for metric in _METRICS))


def _compare(sample: Sample, metric: _Metric, *, confidence: float, chance: Chance) -> Comparison:
    pairs = [pair for pair in sample.pairs if _difference(pair, pair.candidate, metric) is not None]
    rows = take_rows(pairs, lambda pair: _difference(pair, pair.candidate, metric))
    mean = chance.mean(rows, purpose=metric.name, confidence=confidence) if rows.n else None
    return Comparison(
        metric=metric.name,
        unit=metric.unit,
        higher_is_better=metric.higher_is_better,
        baseline=_weighted(take_rows(pairs, lambda pair: _baseline(pair, metric))),
        candidate=_weighted(take_rows(pairs, lambda pair: metric.value(pair.candidate))),
        difference=make_interval(mean.mean, low=mean.low, high=mean.high) if mean else None,
        noise=_weighted(take_rows(sample.pairs, lambda pair: _difference(pair, pair.baseline_again, metric))),
        n=rows.n,
    )


def _difference(pair: PairFacts, answer: Answer | None, metric: _Metric) -> float | None:
    """The answer's value less the baseline's; None where either has none."""
    theirs, mine = _baseline(pair, metric), metric.value(answer)
    return None if theirs is None or mine is None else mine - theirs


def _baseline(pair: PairFacts, metric: _Metric) -> float | None:
    return 1.0 if metric.is_agreement else metric.value(pair.baseline)


def _weighted(rows: Rows) -> float | None:
    return float(np.average(rows.values, weights=rows.weights)) if rows.n else None


def _compare_ttft(sample: Sample, *, level: float, confidence: float, chance: Chance) -> Comparison:
    pairs = [pair for pair in sample.pairs if not (pair.baseline.void_reason or pair.candidate.void_reason)]
    baseline, candidate = (_quantile([_lane(pair, lane) for pair in pairs], level) for lane in (0, 1))
    name = f"TTFT P{level * 100:g}"
    return Comparison(
        metric=name,
        unit="ms",
        higher_is_better=False,
        baseline=baseline,
        candidate=candidate,
        difference=_gap(pairs, baseline, candidate, level=level, confidence=confidence, chance=chance),
        noise=_noise(sample, level),
        n=len(pairs),
    )


def _lane(pair: PairFacts, lane: int) -> Answer:
    return pair.candidate if lane else pair.baseline


def _quantile(answers: Sequence[Answer], level: float) -> float | None:
    """The quantile, ms; None without answers or when it falls among failed ones."""
    if not answers:
        return None
    found = linear_quantile([first_token_ms(answer) for answer in answers], level)
    return found if math.isfinite(found) else None


def _gap(
    pairs: Sequence[PairFacts],
    baseline: float | None,
    candidate: float | None,
    *,
    level: float,
    confidence: float,
    chance: Chance,
) -> Interval | None:
    if baseline is None or candidate is None:
        return None
    _, owners = np.unique([pair.conversation_id for pair in pairs], return_inverse=True)
    if int(owners.max()) == 0:
        return make_interval(candidate - baseline, low=-math.inf, high=math.inf)

    def draws(lane: int) -> Floats:
        times = np.array([first_token_ms(_lane(pair, lane)) for pair in pairs])
        stream = chance.stream(f"TTFT {level}")
        return resample_quantiles(times, groups=owners, level=level, rng=stream, resamples=chance.resamples)

    low, high = _bounds(draws(0), draws(1), confidence=confidence)
    return make_interval(candidate - baseline, low=low, high=high)


def _bounds(baseline: Floats, candidate: Floats, *, confidence: float) -> tuple[float, float]:
    """Percentile bounds of the difference; a draw in which both are infinite may lie anywhere."""
    with np.errstate(invalid="ignore"):
        gaps = candidate - baseline
    unknown = np.isnan(gaps)
    lows, highs = np.where(unknown, -np.inf, gaps), np.where(unknown, np.inf, gaps)
    low = np.quantile(lows, 1 - confidence, method="inverted_cdf")
    return float(low), float(np.quantile(highs, confidence, method="inverted_cdf"))


def _noise(sample: Sample, level: float) -> float | None:
    """How far the two baselines lie apart on the same exchanges, ms."""
    again = [
        (pair.baseline, pair.baseline_again)
        for pair in sample.pairs
        if pair.baseline_again is not None and not (pair.baseline.void_reason or pair.baseline_again.void_reason)
    ]
    first, second = (_quantile([lanes[place] for lanes in again], level) for place in (0, 1))
    return None if first is None or second is None else second - first
