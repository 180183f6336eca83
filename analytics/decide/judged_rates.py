"""Rates that rest on what judges flag, as counted and as they are behind the judges' errors. Decides nothing.

What gates make of a judge's errors is theirs: they take a correction only where it is the stricter one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from analytics.decide.columns import Bools
from analytics.decide.decision import Interval, JudgedRate
from analytics.decide.evidence import Answers
from analytics.decide.judge_measure import JudgeMeasure
from analytics.decide.sample import Sample
from analytics.decide.score_card import ScoreCard
from analytics.stats.kish import EffectiveCount, effective_count
from analytics.stats.proportion import lower_bound, upper_bound
from analytics.stats.rogan_gladen import CorrectedRate, corrected_rate
from judges.fault import CATASTROPHIC, SEVERITY
from shadow.replay import Lane

FLAGS: Mapping[str, frozenset[str]] = {
    "refusal": frozenset({"refusal_safety", "refusal_capability", "partial"}),
    "taxonomy": frozenset(label for label, severity in SEVERITY.items() if severity >= CATASTROPHIC),
    "grounding": frozenset({"unsupported"}),
    "nli": frozenset({"contradicted"}),
    "llm_judge": frozenset({"unfaithful", "worse"}),
}
"""Labels that count as a flag, by judge, where nobody names others."""
_METRICS = {
    "refusal": "refusal rate",
    "taxonomy": "catastrophic rate",
    "grounding": "answers with unsupported claims",
    "nli": "answers that contradict",
    "llm_judge": "answers called unfaithful or worse",
}


@dataclass(frozen=True, slots=True)
class Flagged:
    """What a judge flagged among the answers of which it found something.

    Attributes:
        n: Answers.
        events: Flagged ones.
        effective: The same as independent answers of equal weight.
    """

    n: int
    events: int
    effective: EffectiveCount

    @property
    def share(self) -> float:
        """Weighted; 0 without answers."""
        return self.effective.events / self.effective.n if self.n else 0.0

    def corrected(self, measure: JudgeMeasure | None, *, confidence: float) -> CorrectedRate | None:
        """The rate behind the judge's errors, each bound one-sided at `confidence`; None where it cannot be told."""
        if measure is None:
            return None
        level = 2 * confidence - 1
        return corrected_rate(self.effective.events, self.effective.n, quality=measure.quality, level=level)


def count_flagged(sample: Sample, known: Bools, flags: Bools) -> Flagged:
    """The count of flags among the rows that are known."""
    pairs = sample.pairs
    effective = effective_count(flags[known], weights=pairs.weight[known], clusters=pairs.conversation.codes[known])
    return Flagged(int(known.sum()), int(np.sum(flags & known)), effective)


def judge_rates(sample: Sample, measures: Mapping[str, JudgeMeasure], *, card: ScoreCard) -> tuple[JudgedRate, ...]:
    """One row per judge of flags and lane that it judged, baseline first."""
    return tuple(_rates(sample, measures, card=card))


def _rates(sample: Sample, measures: Mapping[str, JudgeMeasure], *, card: ScoreCard) -> Iterator[JudgedRate]:
    for judge, metric in _METRICS.items():
        measure = measures.get(judge)
        flags = FLAGS[judge] if measure is None else frozenset(measure.flags)
        for lane, answers in ((Lane.BASELINE, sample.pairs.baseline), (Lane.CANDIDATE, sample.pairs.candidate)):
            flagged = _flagged(sample, answers, judge=judge, flags=flags)
            if flagged.n:
                yield _rate(flagged, measure, metric=metric, judge=judge, lane=lane, flags=flags, card=card)


def _flagged(sample: Sample, answers: Answers, *, judge: str, flags: frozenset[str]) -> Flagged:
    finding = answers.finding(judge)
    return count_flagged(sample, finding.value.known, finding.label.among(flags))


def _rate(
    flagged: Flagged,
    measure: JudgeMeasure | None,
    *,
    metric: str,
    judge: str,
    lane: Lane,
    flags: frozenset[str],
    card: ScoreCard,
) -> JudgedRate:
    effective, confidence = flagged.effective, card.confidence
    found = flagged.corrected(measure, confidence=confidence)
    return JudgedRate(
        metric=metric,
        judge=judge,
        lane=str(lane),
        flags=tuple(sorted(flags)),
        n=flagged.n,
        flagged=flagged.events,
        raw=Interval(
            estimate=flagged.share,
            low=lower_bound(effective.events, n=effective.n, confidence=confidence),
            high=upper_bound(effective.events, n=effective.n, confidence=confidence),
        ),
        corrected=None if found is None else Interval(estimate=found.rate, low=found.low, high=found.high),
        sensitivity=_share(measure.quality.true_positives, measure.quality.positives) if measure else None,
        specificity=_share(measure.quality.true_negatives, measure.quality.negatives) if measure else None,
        labelled=measure.quality.positives + measure.quality.negatives if measure else 0,
    )


def _share(hits: int, total: int) -> float | None:
    return hits / total if total else None
