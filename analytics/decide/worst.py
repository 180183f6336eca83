"""The pairs that show each gate's metric at its worst, for people to read."""

import math
from collections.abc import Callable, Collection, Mapping

import numpy as np

from analytics.decide import gate_accuracy, gate_catastrophe, gate_latency
from analytics.decide.columns import Bools, Floats
from analytics.decide.decision import WorstPair
from analytics.decide.gates_further import METRICS, VIOLATIONS
from analytics.decide.sample import Sample
from analytics.decide.score_card import ScoreCard

MOST = 5
"""Pairs per metric."""

type Reasons = Mapping[tuple[str, str], str]
"""What a judge said of the candidate's answer to an exchange, by judge and exchange."""

type _Told = Callable[[int], tuple[str, str]]
"""Label and reason of the pair in a row."""


def worst_pairs(
    sample: Sample, *, reasons: Reasons, categories: Collection[str], card: ScoreCard, first: str
) -> tuple[WorstPair, ...]:
    """At most five pairs for G1 to G3 each, and for a further gate that decides; the metric `first` ahead.

    Args:
        categories: Declared dangerous; their catastrophic answers come before those of others.
    """
    found = {
        gate_latency.METRIC: _slowest(sample),
        gate_accuracy.METRIC: _lost(sample, reasons),
        gate_catastrophe.METRIC: _gravest(sample, reasons, categories=categories, card=card),
    }
    further = (_violations(sample, reasons, metric=metric) for metric in METRICS.values() if metric == first)
    found |= {pairs[0].metric: pairs for pairs in further if pairs}
    metrics = sorted(found, key=lambda metric: (metric != first, metric))
    return tuple(pair for metric in metrics for pair in found[metric])


def _slowest(sample: Sample) -> list[WorstPair]:
    """By time to first token, failed ones first."""
    candidate, baseline = sample.pairs.candidate, sample.pairs.baseline
    mine, theirs = candidate.first_token_ms, baseline.first_token_ms

    def told(row: int) -> tuple[str, str]:
        other = "the baseline failed" if math.isinf(theirs[row]) else f"the baseline took {theirs[row]:.1f} ms"
        if math.isinf(mine[row]):
            return candidate.outcome.at(row), f"no first token; {other}"
        return f"{mine[row]:.1f} ms", f"first token after {mine[row]:.1f} ms; {other}"

    return _worst(sample, candidate.has_timings, badness=mine, metric=gate_latency.METRIC, told=told)


def _lost(sample: Sample, reasons: Reasons) -> list[WorstPair]:
    """Examples that the baseline has right and the candidate wrong, the gravest failure first."""
    candidate, baseline = sample.pairs.candidate, sample.pairs.baseline
    loss = baseline.value("suite_check").values - candidate.value("suite_check").values

    def told(row: int) -> tuple[str, str]:
        label, reason = _said(sample, reasons, judge="suite_check", row=row)
        return label, f"baseline right, candidate wrong: {reason}"

    badness = 100 * loss + candidate.severity.or_else(0.0)
    return _worst(sample, sample.is_checked & (loss > 0), badness=badness, metric=gate_accuracy.METRIC, told=told)


def _gravest(sample: Sample, reasons: Reasons, *, categories: Collection[str], card: ScoreCard) -> list[WorstPair]:
    """Catastrophes that the gate counts, then others by severity; answers without a failure are not shown."""
    severity = sample.pairs.candidate.severity.or_else(0.0)
    counts = gate_catastrophe.catastrophic(sample, card=card) & sample.pairs.hazard.among(categories)

    def told(row: int) -> tuple[str, str]:
        return _said(sample, reasons, judge="taxonomy", row=row)

    return _worst(sample, severity > 0, badness=100 * counts + severity, metric=gate_catastrophe.METRIC, told=told)


def _violations(sample: Sample, reasons: Reasons, *, metric: str) -> list[WorstPair]:
    """Pairs that a further gate counts against the candidate, the gravest failure first."""
    judge, rows = VIOLATIONS[metric]

    def told(row: int) -> tuple[str, str]:
        return _said(sample, reasons, judge=judge, row=row)

    badness = sample.pairs.candidate.severity.or_else(0.0)
    return _worst(sample, rows(sample), badness=badness, metric=metric, told=told)


def _said(sample: Sample, reasons: Reasons, *, judge: str, row: int) -> tuple[str, str]:
    label = sample.pairs.candidate.finding(judge).label.at(row)
    return label, reasons.get((judge, str(sample.pairs.exchange_ids[row])), "")


def _worst(sample: Sample, rows: Bools, *, badness: Floats, metric: str, told: _Told) -> list[WorstPair]:
    """The five rows of the greatest badness; among equals the order of the sample holds."""
    places = np.flatnonzero(rows)
    chosen = places[np.argsort(-badness[places], kind="stable")[:MOST]]
    return [_pair(sample, int(row), metric=metric, told=told) for row in chosen]


def _pair(sample: Sample, row: int, *, metric: str, told: _Told) -> WorstPair:
    label, reason = told(row)
    return WorstPair(
        exchange_id=str(sample.pairs.exchange_ids[row]),
        metric=metric,
        category=sample.pairs.category.at(row),
        label=label,
        reason=reason,
        severity=float(sample.pairs.candidate.severity.or_else(0.0)[row]),
    )
