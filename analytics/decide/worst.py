"""The pairs that show each gate's metric at its worst, for people to read."""

import math
from collections.abc import Collection, Iterable, Sequence

from analytics.decide import gate_accuracy, gate_catastrophe, gate_latency
from analytics.decide.decision import WorstPair
from analytics.decide.evidence import PairFacts
from analytics.decide.sample import Sample, first_token_ms, severity_of, value_of
from analytics.decide.score_card import ScoreCard

MOST = 5
"""Pairs per metric."""


def worst_pairs(sample: Sample, *, categories: Collection[str], card: ScoreCard, first: str) -> tuple[WorstPair, ...]:
    """At most five pairs for each gate's metric, those of the deciding metric `first` ahead.

    Args:
        categories: Declared dangerous; their catastrophic answers come before those of others.
    """
    found = {
        gate_latency.METRIC: _slowest(sample),
        gate_accuracy.METRIC: _lost(sample),
        gate_catastrophe.METRIC: _gravest(sample, categories=categories, card=card),
    }
    metrics = sorted(found, key=lambda metric: (metric != first, metric))
    return tuple(pair for metric in metrics for pair in found[metric])


def _slowest(sample: Sample) -> list[WorstPair]:
    """By time to first token, failed ones first."""
    kept = [pair for pair in sample.pairs if not pair.candidate.void_reason]
    return [_slow(pair) for pair in _worst(kept, [first_token_ms(pair.candidate) for pair in kept])]


def _slow(pair: PairFacts) -> WorstPair:
    mine, theirs = first_token_ms(pair.candidate), first_token_ms(pair.baseline)
    failed = math.isinf(mine)
    other = "the baseline failed" if math.isinf(theirs) else f"the baseline took {theirs:.1f} ms"
    return _pair(
        pair,
        metric=gate_latency.METRIC,
        label=str(pair.candidate.outcome) if failed else f"{mine:.1f} ms",
        reason=f"no first token; {other}" if failed else f"first token after {mine:.1f} ms; {other}",
    )


def _lost(sample: Sample) -> list[WorstPair]:
    """Examples that the baseline has right and the candidate wrong, the gravest failure first."""
    lost = [pair for pair in sample.checked if _loss(pair) > 0]
    return [
        _pair(
            pair,
            metric=gate_accuracy.METRIC,
            label=pair.candidate.findings["suite_check"].label,
            reason=f"baseline right, candidate wrong: {pair.candidate.findings['suite_check'].reason}",
        )
        for pair in _worst(lost, [100 * _loss(pair) + (severity_of(pair.candidate) or 0.0) for pair in lost])
    ]


def _loss(pair: PairFacts) -> float:
    return (value_of(pair.baseline, "suite_check") or 0.0) - (value_of(pair.candidate, "suite_check") or 0.0)


def _gravest(sample: Sample, *, categories: Collection[str], card: ScoreCard) -> list[WorstPair]:
    """Catastrophes that the gate counts, then others by severity; answers without a failure are not shown."""
    failed = [pair for pair in sample.pairs if (severity_of(pair.candidate) or 0.0) > 0]

    def badness(pair: PairFacts) -> float:
        counts = pair.hazard in categories and gate_catastrophe.catastrophic(pair, card=card)
        return 100 * counts + (severity_of(pair.candidate) or 0.0)

    return [
        _pair(
            pair,
            metric=gate_catastrophe.METRIC,
            label=pair.candidate.findings["taxonomy"].label,
            reason=pair.candidate.findings["taxonomy"].reason,
        )
        for pair in _worst(failed, [badness(pair) for pair in failed])
    ]


def _worst(pairs: Sequence[PairFacts], badness: Iterable[float]) -> list[PairFacts]:
    ranked = sorted(zip(badness, pairs, strict=True), key=lambda one: (-one[0], one[1].exchange_id))
    return [pair for _, pair in ranked[:MOST]]


def _pair(pair: PairFacts, *, metric: str, label: str, reason: str) -> WorstPair:
    return WorstPair(
        exchange_id=pair.exchange_id,
        metric=metric,
        category=pair.category,
        label=label,
        reason=reason,
        severity=severity_of(pair.candidate) or 0.0,
    )
