"""Whether a lane's stated confidence is how often it is right: on the suites' examples that carry log-probabilities."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from analytics.decide.chance import Chance
from analytics.decide.columns import Bools, Floats, Integers
from analytics.decide.decision import Calibration, Reliability
from analytics.decide.evidence import Answers
from analytics.decide.intervals import make_interval
from analytics.decide.sample import Sample
from analytics.decide.score_card import ScoreCard
from analytics.stats.calibration import (
    Bin,
    calibration_error,
    debiased_calibration_error,
    equal_mass_bins,
    equal_width_bins,
)
from analytics.stats.resampling import random_groups
from analytics.stats.shared_draw import BUCKETS
from shadow.replay import Lane

LEAST = 300
"""Examples below which calibration is missing. Source: MEASURES section 3."""
_DRAWS = 400
_EVERYTHING = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What a lane said of its answers: how sure it was, in [0, 1], and whether it was right."""

    sure: Floats
    right: Floats
    owners: Integers

    @property
    def bins(self) -> int:
        return max(min(10, len(self.sure) // 50), 1)

    def take(self, rows: Bools) -> "_Told":
        return _Told(self.sure[rows], self.right[rows], self.owners[rows])


def measure_calibrations(sample: Sample, *, card: ScoreCard, chance: Chance) -> tuple[Calibration, ...]:
    """Each lane as a whole and in each category, where there are enough examples; baseline first."""
    lanes = {Lane.BASELINE: sample.told.baseline, Lane.CANDIDATE: sample.told.candidate}
    return tuple(
        found for lane, answers in lanes.items() for found in _lane(sample, lane, answers, card=card, chance=chance)
    )


def count_told(sample: Sample) -> int:
    """The candidate's checked examples that carry a confidence."""
    return int(_known(sample.told.candidate).sum())


def drawn_errors(sample: Sample, chance: Chance) -> Floats:
    """The candidate's error over all categories in each draw that all candidates share, shape (`DRAWS`,)."""
    known = _known(sample.told.candidate)
    told = _told(sample, sample.told.candidate, known)
    return _errors(told, buckets=sample.told.bucket[known], draws=chance.times)


def _lane(sample: Sample, lane: Lane, answers: Answers, *, card: ScoreCard, chance: Chance) -> Iterator[Calibration]:
    known, categories = _known(answers), sample.told.category
    for category in (_EVERYTHING, *categories.counts(known)):
        rows = known if category == _EVERYTHING else known & categories.among([category])
        if int(rows.sum()) >= LEAST:
            yield _measure(_told(sample, answers, rows), lane=lane, category=category, card=card, chance=chance)


def _told(sample: Sample, answers: Answers, rows: Bools) -> _Told:
    return _Told(
        answers.value("confidence").values[rows],
        answers.value("suite_check").values[rows],
        sample.told.conversation.codes[rows],
    )


def _known(answers: Answers) -> Bools:
    return answers.value("confidence").known & answers.value("suite_check").known


def _measure(told: _Told, *, lane: Lane, category: str, card: ScoreCard, chance: Chance) -> Calibration:
    mass = equal_mass_bins(told.sure, correct=told.right, bins=told.bins)
    width = equal_width_bins(told.sure, correct=told.right, bins=told.bins)
    debiased = debiased_calibration_error(mass)
    low, high = np.quantile(_draws(told, chance=chance), (1 - card.confidence, card.confidence))
    return Calibration(
        lane=str(lane),
        category=category,
        n=len(told.sure),
        error=make_interval(debiased, low=min(float(low), debiased), high=max(float(high), debiased)),
        error_equal_mass=calibration_error(mass),
        error_equal_width=calibration_error(width),
        noise=calibration_error(mass) - debiased,
        brier=float(np.mean((told.sure - told.right) ** 2)),
        recalibrated=_recalibrated(told),
        reliability=tuple(Reliability(n=one.n, confidence=one.confidence, accuracy=one.accuracy) for one in mass),
    )


def _draws(told: _Told, *, chance: Chance) -> Floats:
    """Debiased errors over conversations drawn with replacement."""
    rng = chance.stream("calibration")
    _, owners = np.unique(told.owners, return_inverse=True)
    groups = random_groups(int(owners.max()) + 1, rng=rng)[owners]
    count = int(groups.max()) + 1
    draws = (np.bincount(rng.integers(count, size=count), minlength=count).astype(np.float64) for _ in range(_DRAWS))
    return _errors(told, buckets=groups, draws=draws, count=count)


def _errors(told: _Told, *, buckets: Integers, draws: Iterable[Floats], count: int = BUCKETS) -> Floats:
    """Debiased errors over the rows as often as they are drawn; the bins stay those of the whole."""
    order = np.argsort(told.sure, kind="stable")
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.repeat(np.arange(told.bins), [len(part) for part in np.array_split(order, told.bins)])
    cells, size = buckets * told.bins + places, count * told.bins
    tables = [
        np.bincount(cells, weights=weights, minlength=size).reshape(count, told.bins)
        for weights in (np.ones(len(order)), told.sure, told.right)
    ]
    return np.array([_drawn_error([times @ table for table in tables]) for times in draws])


def _drawn_error(tables: Sequence[Floats]) -> float:
    bins = (Bin(int(n), float(a / n), float(b / n)) for n, a, b in zip(*tables, strict=True) if n)
    return debiased_calibration_error(list(bins))


def _recalibrated(told: _Told) -> float | None:
    """The debiased error of half the conversations after a monotone map that was fitted on the other half.

    Source: Zadrozny and Elkan 2002.
    """
    fitted, kept = told.take(told.owners % 2 == 0), told.take(told.owners % 2 == 1)
    if min(len(fitted.sure), len(kept.sure)) < LEAST // 2:
        return None
    order = np.argsort(fitted.sure, kind="stable")
    steps = isotonic_regression(fitted.right[order]).x
    mapped = np.interp(kept.sure, fitted.sure[order], steps)
    return debiased_calibration_error(equal_mass_bins(mapped, correct=kept.right, bins=kept.bins))
