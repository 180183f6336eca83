"""G2: the candidate's accuracy on held-out examples against the baseline's on the same examples."""

from dataclasses import dataclass

import numpy as np

from analytics.decide.chance import Chance
from analytics.decide.columns import Figures, Floats
from analytics.decide.decision import GateResult, GateStatus, Interval
from analytics.decide.intervals import make_interval
from analytics.decide.pace import hours_for, live_per_hour
from analytics.decide.production import production_weights
from analytics.decide.sample import Rows, Sample
from analytics.decide.score_card import ScoreCard
from analytics.stats.clustered_mean import ClusteredMean
from analytics.stats.mcnemar import mcnemar_p
from analytics.stats.sample_size import more_for_mean

GATE = "G2"
METRIC = "G2 held-out accuracy"


@dataclass(frozen=True, slots=True, eq=False)
class _Examples:
    """Those that were checked in both lanes: how right each lane is, in [0, 1], and what each example weighs.

    Attributes:
        standardised: Weights as in production; None where live traffic lacks a category.
    """

    sample: Sample
    baseline: Figures
    candidate: Figures
    standardised: Floats | None

    @classmethod
    def of(cls, sample: Sample) -> "_Examples":
        checked, pairs = sample.is_checked, sample.pairs
        baseline, candidate = (lane.value("suite_check").where(checked) for lane in (pairs.baseline, pairs.candidate))
        return cls(sample, baseline, candidate, production_weights(sample, chosen=checked))

    @property
    def n(self) -> int:
        return int(self.baseline.known.sum())

    @property
    def gaps(self) -> Floats:
        """The candidate's less the baseline's, one per example."""
        gap = self.candidate - self.baseline
        return gap.values[gap.known]

    @property
    def lost(self) -> int:
        """Examples on which only the baseline is right, or righter."""
        return int(np.sum(self.gaps < 0))

    @property
    def won(self) -> int:
        return int(np.sum(self.gaps > 0))

    def combined(self, baseline: float, candidate: float) -> Rows:
        """Rows of `candidate * c + baseline * b`."""
        values = candidate * self.candidate.values + baseline * self.baseline.values
        return self.sample.rows(Figures(values, self.baseline.known), weights=self.standardised)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the gate rests on; accuracies in [0, 1] and weighted as the excess is.

    Attributes:
        excess: Of c - ratio x b over the examples.
        gap: Of c - b over the examples.
    """

    excess: ClusteredMean
    gap: ClusteredMean
    baseline: float
    candidate: float


def judge_accuracy(sample: Sample, *, card: ScoreCard, chance: Chance) -> GateResult:
    """Whether accuracy keeps its share of the baseline's, by the bounds of D = c - ratio x b, clustered.

    The figure is the ratio of accuracies; its bounds are those of D divided by the baseline's accuracy, so that they
    lie on the same side of the threshold as D's lie of 0.
    """
    examples = _Examples.of(sample)
    found = _estimate(examples, card=card, chance=chance)
    status = _status(found, n=examples.n, card=card)
    decidable = found is not None and _is_decidable(found, n=examples.n, card=card)
    needed = _needed(found, n=examples.n, card=card) if status is GateStatus.UNRESOLVED else None
    per_hour = live_per_hour(sample, sample.is_checked)
    return GateResult(
        gate=GATE,
        title=f"held-out accuracy at least {card.accuracy.least_ratio:.0%} of the baseline's",
        status=status,
        value=_ratio(found, card=card),
        threshold=card.accuracy.least_ratio,
        unit="ratio",
        n=examples.n,
        events=examples.lost,
        p_value=found.excess.p_negative if found is not None and decidable else 1.0,
        needed=needed,
        per_hour=per_hour,
        needed_hours=hours_for(needed, per_hour=per_hour),
        detail=_detail(found, n=examples.n, card=card),
        remarks=_remarks(found, examples=examples, card=card),
    )


def accuracy_rows(sample: Sample) -> tuple[Rows, bool]:
    """The candidate's checked examples with production weights, and whether production gave them."""
    examples = _Examples.of(sample)
    return examples.combined(0, 1), examples.standardised is not None


def _estimate(examples: _Examples, *, card: ScoreCard, chance: Chance) -> _Found | None:
    if not examples.n:
        return None

    def mean(baseline: float, candidate: float) -> ClusteredMean:
        return chance.mean(examples.combined(baseline, candidate), purpose=GATE, confidence=card.confidence)

    return _Found(
        excess=mean(-card.accuracy.least_ratio, 1),
        gap=mean(-1, 1),
        baseline=mean(1, 0).mean,
        candidate=mean(0, 1).mean,
    )


def _status(found: _Found | None, *, n: int, card: ScoreCard) -> GateStatus:
    if found is None or not _is_decidable(found, n=n, card=card):
        return GateStatus.UNRESOLVED
    if found.excess.low >= 0:
        return GateStatus.PASS
    return GateStatus.FAIL if found.excess.high < 0 else GateStatus.UNRESOLVED


def _is_decidable(found: _Found, *, n: int, card: ScoreCard) -> bool:
    return n >= card.accuracy.least_examples and found.baseline >= card.accuracy.least_baseline


def _ratio(found: _Found | None, *, card: ScoreCard) -> Interval | None:
    if found is None or found.baseline <= 0:
        return None
    mean, low, high = (
        card.accuracy.least_ratio + one / found.baseline
        for one in (found.excess.mean, found.excess.low, found.excess.high)
    )
    return make_interval(mean, low=low, high=high)


def _needed(found: _Found | None, *, n: int, card: ScoreCard) -> int | None:
    least = card.accuracy.least_examples - n
    if found is None:
        return least
    if found.baseline < card.accuracy.least_baseline:
        return None
    excess = found.excess
    reach = excess.mean - excess.low if excess.mean > 0 else excess.high - excess.mean
    more = more_for_mean(excess.mean, reach=reach, n=n)
    return max(least, more, 1) if more is not None else (least if least > 0 else None)


def _detail(found: _Found | None, *, n: int, card: ScoreCard) -> str:
    if found is None:
        return "No held-out example was checked in both lanes."
    right = f"The candidate is right on {found.candidate:.1%} and the baseline on {found.baseline:.1%} of {n} examples"
    if found.baseline < card.accuracy.least_baseline:
        return f"{right}; a baseline below {card.accuracy.least_baseline:.0%} proves nothing."
    if n < card.accuracy.least_examples:
        return f"{right}; at least {card.accuracy.least_examples} examples are needed."
    excess = found.excess
    return f"{right}; accuracy beyond {card.accuracy.least_ratio:.0%} of the baseline's: {_signed(excess)}."


def _remarks(found: _Found | None, *, examples: _Examples, card: ScoreCard) -> tuple[str, ...]:
    if found is None:
        return ()
    lost, won = examples.lost, examples.won
    shown = "is shown" if found.gap.low >= -card.accuracy.margin else "is not shown"
    weighing = (
        "Examples weigh as their suite says, since live traffic lacks some of its categories."
        if examples.standardised is None
        else "Categories weigh as in live traffic."
    )
    return (
        f"Non-inferiority at {card.accuracy.margin * 100:g} points {shown}: difference {_signed(found.gap)}.",
        f"Exact McNemar: only the baseline right on {lost}, only the candidate on {won}, p {mcnemar_p(lost, won):.4g}.",
        weighing,
        *_simpson(found, examples),
    )


def _simpson(found: _Found, examples: _Examples) -> tuple[str, ...]:
    """The crude difference beside the standardised one, and a warning where their signs differ."""
    if examples.standardised is None:
        return ()
    crude = float(examples.gaps.mean())
    flip = " The sign flips: the mix of categories decides." if crude * found.gap.mean < 0 else ""
    return (f"Difference {crude * 100:+.1f} points crude, {found.gap.mean * 100:+.1f} points standardised.{flip}",)


def _signed(mean: ClusteredMean) -> str:
    return f"{mean.mean * 100:+.1f} points, {mean.low * 100:+.1f} to {mean.high * 100:+.1f}"
