"""The table of metrics: both lanes on the same pairs, their difference, and the A/A noise floor."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics.decide.chance import Chance
from analytics.decide.columns import Bools, Figures, Floats, Integers
from analytics.decide.decision import Comparison, Interval
from analytics.decide.evidence import Answers
from analytics.decide.intervals import make_interval
from analytics.decide.sample import Rows, Sample, format_value
from analytics.stats.quantile import linear_quantile
from analytics.stats.resampling import resample_quantiles


@dataclass(frozen=True, slots=True)
class _Metric:
    """A mean over answers.

    Attributes:
        is_agreement: Measured against the baseline, which agrees with itself wholly.
    """

    name: str
    unit: str
    higher_is_better: bool
    value: Callable[[Answers], Figures]
    is_agreement: bool = False


def refusals(answers: Answers) -> Figures:
    """1 where the answer refuses wholly or in part, 0 where it complies."""
    finding = answers.finding("refusal")
    refused = ~finding.label.among(["compliance"])
    return Figures(refused.astype(np.float64), finding.value.known)


_METRICS = (
    _Metric("suite accuracy", "share", True, lambda answers: answers.value("suite_check")),
    _Metric("exact match", "share", True, lambda answers: answers.value("exact_match"), is_agreement=True),
    _Metric("similarity", "", True, lambda answers: answers.value("semantic_similarity"), is_agreement=True),
    _Metric("refusal rate", "share", False, refusals),
    _Metric("format validity", "share", True, format_value),
    _Metric("mean failure severity", "", False, lambda answers: answers.severity),
)
_OPEN_LOOP = (
    _Metric("tool calls, open loop", "share", True, lambda answers: answers.value("agent_tools"), is_agreement=True),
    _Metric("calls not repeated, open loop", "share", True, lambda answers: answers.value("agent_steps")),
    _Metric("errors answered otherwise, open loop", "share", True, lambda answers: answers.value("agent_recovery")),
)
"""What the lanes would do next in a history that is another's; kept apart from runs in which they drove themselves."""


def compare_lanes(sample: Sample, *, confidence: float, chance: Chance) -> tuple[Comparison, ...]:
    """One row per metric: first-token times, then the means; those of open loops only where tools were called.

    Bounds are one-sided at `confidence` each and hold conversations together.
    """
    quantiles = (_compare_ttft(sample, level=level, confidence=confidence, chance=chance) for level in (0.5, 0.95))
    means = (_compare(sample, metric, confidence=confidence, chance=chance) for metric in _METRICS)
    agents = (_compare(sample, metric, confidence=confidence, chance=chance) for metric in _OPEN_LOOP)
    return (*quantiles, *means, *(row for row in agents if row.candidate is not None))


def _compare(sample: Sample, metric: _Metric, *, confidence: float, chance: Chance) -> Comparison:
    candidate, again = metric.value(sample.pairs.candidate), metric.value(sample.pairs.baseline_again)
    baseline = _baseline(sample, metric)
    difference = candidate - baseline
    rows = sample.rows(difference)
    mean = chance.mean(rows, purpose=metric.name, confidence=confidence) if rows.n else None
    return Comparison(
        metric=metric.name,
        unit=metric.unit,
        higher_is_better=metric.higher_is_better,
        baseline=_weighted(sample.rows(baseline.where(difference.known))),
        candidate=_weighted(sample.rows(candidate.where(difference.known))),
        difference=make_interval(mean.mean, low=mean.low, high=mean.high) if mean else None,
        noise=_weighted(sample.rows(again - baseline)),
        n=rows.n,
        excess=_excess(sample.rows(candidate - again), metric, confidence=confidence, chance=chance),
    )


def _excess(rows: Rows, metric: _Metric, *, confidence: float, chance: Chance) -> Interval | None:
    """d(B1, C) - d(B1, B2), pair by pair: what the first baseline is cancels out."""
    if not rows.n:
        return None
    mean = chance.mean(rows, purpose=f"{metric.name} over A/A", confidence=confidence)
    return make_interval(mean.mean, low=mean.low, high=mean.high)


def _baseline(sample: Sample, metric: _Metric) -> Figures:
    if metric.is_agreement:
        return Figures(np.ones(len(sample)), np.ones(len(sample), dtype=np.bool_))
    return metric.value(sample.pairs.baseline)


def _weighted(rows: Rows) -> float | None:
    return float(np.average(rows.values, weights=rows.weights)) if rows.n else None


def _compare_ttft(sample: Sample, *, level: float, confidence: float, chance: Chance) -> Comparison:
    lanes = sample.pairs.baseline, sample.pairs.candidate
    kept = lanes[0].has_timings & lanes[1].has_timings
    baseline, candidate = (lane.first_token_ms[kept] for lane in lanes)
    return Comparison(
        metric=f"TTFT P{level * 100:g}",
        unit="ms",
        higher_is_better=False,
        baseline=_quantile(baseline, level),
        candidate=_quantile(candidate, level),
        difference=_gap(
            baseline,
            candidate,
            conversations=sample.pairs.conversation.codes[kept],
            level=level,
            confidence=confidence,
            chance=chance,
        ),
        noise=_noise(sample, level),
        n=int(kept.sum()),
    )


def _quantile(times: Floats, level: float) -> float | None:
    """The quantile, ms; None without answers or when it falls among failed ones."""
    if not len(times):
        return None
    found = linear_quantile(times, level)
    return found if math.isfinite(found) else None


def _gap(
    baseline: Floats, candidate: Floats, *, conversations: Integers, level: float, confidence: float, chance: Chance
) -> Interval | None:
    first, second = _quantile(baseline, level), _quantile(candidate, level)
    if first is None or second is None:
        return None
    _, owners = np.unique(conversations, return_inverse=True)
    if int(owners.max()) == 0:
        return make_interval(second - first, low=-math.inf, high=math.inf)

    def draws(times: Floats) -> Floats:
        stream = chance.stream(f"TTFT {level}")
        return resample_quantiles(times, groups=owners, level=level, rng=stream, resamples=chance.resamples)

    low, high = _bounds(draws(baseline), draws(candidate), confidence=confidence)
    return make_interval(second - first, low=low, high=high)


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
    lanes = sample.pairs.baseline, sample.pairs.baseline_again
    kept: Bools = lanes[0].has_timings & lanes[1].has_timings
    first, second = (_quantile(lane.first_token_ms[kept], level) for lane in lanes)
    return None if first is None or second is None else second - first
