"""Failure profile: how often and how badly the candidate fails, and whether it knows. Source: MEASURES section 3."""

from dataclasses import dataclass

import numpy as np

from analytics.decide.calibrations import LEAST, count_told, drawn_errors, measure_calibrations
from analytics.decide.columns import Figures
from analytics.decide.factors.points import MOST, Material, Part, Plan, Points, drawn_points, mean_draws, scale
from analytics.decide.judged_rates import FLAGS, count_flagged
from analytics.decide.pace import live_per_hour
from analytics.stats.quantile import Floats, bounded_quantile
from analytics.stats.rogan_gladen import drawn_corrected
from analytics.stats.shared_draw import shared_quantiles
from judges.fault import SEVERITY
from shadow.replay import Lane


def _taxonomy(material: Material) -> Points:
    rows = material.sample.rows(material.sample.pairs.candidate.severity)
    if not rows.n:
        return Points(None, 0, "no answer has a failure label")
    mean = material.chance.mean(rows, purpose="score taxonomy", confidence=material.card.confidence)
    zero, fix = material.card.anchors.zero_severity, _correction(material)

    def points(severity: float) -> float:
        return MOST * (1 - severity / zero)

    drawn, note = mean_draws(rows, material), f"mean severity {mean.mean:.4f}"
    if fix is None:
        value = scale(mean.mean, low=mean.low, high=mean.high, points=points)
        return Points(value, rows.n, note, drawn_points(drawn, points=points))
    corrected, low, high = mean.mean + fix.shift, mean.low + fix.low, mean.high + fix.high
    note = f"{note}, {corrected:.4f} behind the judge's errors"
    value = scale(corrected, low=low, high=high, points=points)
    return Points(value, rows.n, note, drawn_points(drawn + fix.draws, points=points))


@dataclass(frozen=True, slots=True, eq=False)
class _Correction:
    """What the judge's errors on catastrophes add to the mean severity.

    Attributes:
        draws: In each draw of conversations, the judge's sensitivity and specificity drawn anew as well.
    """

    shift: float
    low: float
    high: float
    draws: Floats


def _correction(material: Material) -> _Correction | None:
    """None where the judge was not measured on just the labels that it calls catastrophic, or hardly beats chance."""
    sample, measure = material.sample, material.evidence.measures.get("taxonomy")
    finding = sample.pairs.candidate.finding("taxonomy")
    if measure is None or not measure.is_of(FLAGS["taxonomy"]):
        return None
    flags = finding.label.among(measure.flags)
    flagged = count_flagged(sample, finding.value.known, flags)
    found = flagged.corrected(measure, confidence=material.card.confidence)
    if found is None:
        return None
    grave = finding.severity.where(flags).mean() or max(SEVERITY[label] for label in measure.flags)
    raw = mean_draws(sample.rows(Figures(flags.astype(np.float64), finding.value.known)), material)
    drawn = drawn_corrected(raw, quality=measure.quality, rng=material.chance.stream("quality of taxonomy"))
    shift, low, high = (grave * (rate - flagged.share) for rate in (found.rate, found.low, found.high))
    return _Correction(shift, low, high, draws=grave * (drawn - raw))


def _tail(material: Material) -> Points:
    pairs = material.sample.pairs
    severity = pairs.candidate.severity
    found = severity.values[severity.known]
    least = material.card.anchors.least_tail
    if len(found) < least:
        note, per_hour = f"the 99th percentile needs {least} answers", live_per_hour(material.sample, severity.known)
        return Points(None, len(found), note, needed=least - len(found), per_hour=per_hour)
    tail = bounded_quantile(found, 0.99, confidence=material.card.confidence)
    value = scale(tail.estimate, low=tail.low, high=tail.high, points=_less)
    drawn = shared_quantiles(found, buckets=pairs.bucket[severity.known], times=material.chance.times, level=0.99)
    return Points(value, len(found), "99th percentile of severity", drawn_points(drawn, points=_less))


def _less(severity: float) -> float:
    return MOST - severity


def _calibration(material: Material) -> Points:
    found = [
        one
        for one in measure_calibrations(material.sample, card=material.card, chance=material.chance)
        if one.lane == Lane.CANDIDATE and not one.category
    ]
    if not found or found[0].error is None:
        told = count_told(material.sample)
        note = f"{LEAST} checked examples with log-probabilities are needed, {told} are there"
        return Points(None, told, note, needed=max(LEAST - told, 1))
    error, zero = found[0].error, material.card.anchors.zero_calibration
    low, high = (error.estimate if end is None else end for end in (error.low, error.high))

    def points(one: float) -> float:
        return MOST * (1 - one / zero)

    value = scale(error.estimate, low=low, high=high, points=points)
    note = f"debiased error {error.estimate:.4f}; sampling alone adds {found[0].noise:.4f}"
    return Points(value, found[0].n, note, drawn_points(drawn_errors(material.sample, material.chance), points=points))


PLAN = Plan(
    key="failures",
    title="failure profile",
    parts=(
        Part("taxonomy", 1 / 3, _taxonomy),
        Part("P99 severity", 1 / 3, _tail),
        Part("calibration", 1 / 3, _calibration),
    ),
)
