"""The rate behind the flags of a judge that errs, with an interval that knows how well the judge was measured."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from analytics.stats.quantile import Floats

_LEAST_YOUDEN: Final = 0.05
"""Sensitivity + specificity - 1 below which flags tell nothing of the rate."""


@dataclass(frozen=True, slots=True)
class JudgeQuality:
    """Counts on labelled answers: how often the judge flagged what is bad, and let pass what is good."""

    true_positives: int
    false_negatives: int
    true_negatives: int
    false_positives: int

    @property
    def positives(self) -> int:
        """Answers labelled bad."""
        return self.true_positives + self.false_negatives

    @property
    def negatives(self) -> int:
        """Answers labelled good."""
        return self.true_negatives + self.false_positives


@dataclass(frozen=True, slots=True)
class CorrectedRate:
    """A rate in [0, 1] and its two-sided interval."""

    rate: float
    low: float
    high: float


def corrected_rate(
    flagged: float, answers: float, *, quality: JudgeQuality, level: float = 0.95
) -> CorrectedRate | None:
    """The rate of what a judge looks for, from what it flagged and how it errs.

    Args:
        flagged: Answers that the judge flagged, of `answers`; fractional where they are effective numbers.
        level: Of the two-sided interval, in (0, 1).

    Returns:
        None where no rate can be told: no answers, an unmeasured side, or a judge that hardly beats chance.

    Raises:
        ValueError: flagged is not in [0, answers].

    Source: Rogan and Gladen 1978 for the rate; Lang and Reiczigel 2014 for the interval.
    """
    if not 0 <= flagged <= answers:
        message = f"{flagged} flagged of {answers}"
        raise ValueError(message)
    if not answers or not quality.positives or not quality.negatives:
        return None
    sensitivity = quality.true_positives / quality.positives
    specificity = quality.true_negatives / quality.negatives
    if sensitivity + specificity - 1 < _LEAST_YOUDEN:
        return None
    rate = _solve(flagged / answers, sensitivity, specificity)
    low, high = _lang_reiczigel(flagged, answers, quality, level=level)
    return CorrectedRate(rate, min(low, rate), max(high, rate))


def drawn_corrected(apparent: Floats, *, quality: JudgeQuality, rng: np.random.Generator) -> Floats:
    """Corrected rates of drawn shares of flags, the judge's errors drawn too; a draw near chance keeps its share.

    Args:
        apparent: Shares of flags, in [0, 1].

    Source: sensitivity and specificity from their posteriors under a uniform prior, as Gelman and Carpenter 2020 do.
    """
    sensitivity = rng.beta(quality.true_positives + 1, quality.false_negatives + 1, size=len(apparent))
    specificity = rng.beta(quality.true_negatives + 1, quality.false_positives + 1, size=len(apparent))
    youden = sensitivity + specificity - 1
    tells = youden >= _LEAST_YOUDEN
    rates = np.clip((apparent + specificity - 1) / np.where(tells, youden, 1.0), 0.0, 1.0)
    return np.where(tells, rates, apparent)


def _solve(apparent: float, sensitivity: float, specificity: float) -> float:
    return _clip((apparent + specificity - 1) / (sensitivity + specificity - 1))


def _clip(rate: float) -> float:
    return min(max(rate, 0.0), 1.0)


def _lang_reiczigel(flagged: float, answers: float, quality: JudgeQuality, *, level: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    n, n_se, n_sp = answers + z * z, quality.positives + 2, quality.negatives + 2
    apparent = (flagged + z * z / 2) / n
    sensitivity, specificity = (quality.true_positives + 1) / n_se, (quality.true_negatives + 1) / n_sp
    youden = sensitivity + specificity - 1
    if youden <= 0:
        return 0.0, 1.0
    rate = (apparent + specificity - 1) / youden
    of_se, of_sp = sensitivity * (1 - sensitivity) / n_se, specificity * (1 - specificity) / n_sp
    shift = 2 * z * z * (rate * of_se - (1 - rate) * of_sp)
    variance = (apparent * (1 - apparent) / n + rate * rate * of_se + (1 - rate) ** 2 * of_sp) / youden**2
    half = z * math.sqrt(variance)
    return _clip(rate + shift - half), _clip(rate + shift + half)
