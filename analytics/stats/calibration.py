"""Expected calibration error: how far stated confidence lies from accuracy, in bins."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from analytics.stats.quantile import Floats, Numbers


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin: rows, their mean confidence and their accuracy, both in [0, 1]."""

    n: int
    confidence: float
    accuracy: float

    @property
    def gap(self) -> float:
        """Distance of confidence and accuracy, in [0, 1]."""
        return abs(self.confidence - self.accuracy)


def equal_mass_bins(confidences: Numbers, *, correct: Numbers, bins: int) -> list[Bin]:
    """Bins of as equal a number of rows as can be, by rising confidence; empty ones are left out.

    Source: Kumar, Liang and Ma 2019.
    """
    order = np.argsort(confidences, kind="stable")
    sure, right = np.asarray(confidences)[order], np.asarray(correct, dtype=np.float64)[order]
    return list(_filled(zip(np.array_split(sure, bins), np.array_split(right, bins), strict=True)))


def equal_width_bins(confidences: Numbers, *, correct: Numbers, bins: int) -> list[Bin]:
    """Bins of equal width over [0, 1], each closed above; empty ones are left out.

    Source: Guo, Pleiss, Sun and Weinberger 2017.
    """
    sure, right = np.asarray(confidences), np.asarray(correct, dtype=np.float64)
    places = np.clip(np.ceil(sure * bins) - 1, 0, bins - 1)
    return list(_filled((sure[places == place], right[places == place]) for place in range(bins)))


def calibration_error(bins: Sequence[Bin], *, order: float = 1) -> float:
    """Norm of the gaps weighted by rows, in [0, 1]: order 1 is the ECE, 2 its root mean square, infinity the largest.

    Source: Guo et al. 2017; Kumar, Liang and Ma 2019.
    """
    if math.isinf(order):
        return max(one.gap for one in bins)
    total = sum(one.n for one in bins)
    return float(sum(one.n / total * one.gap**order for one in bins) ** (1 / order))


def debiased_calibration_error(bins: Sequence[Bin]) -> float:
    """The ECE less what sampling noise alone adds to it, in [0, 1].

    Source: Kumar, Liang and Ma 2019; the noise of a bin's accuracy is normal, so the expected gap is a folded normal's.
    """
    total = sum(one.n for one in bins)
    return max(0.0, sum(one.n / total * (one.gap - _bias(one)) for one in bins))


def _bias(one: Bin) -> float:
    spread = math.sqrt(one.accuracy * (1 - one.accuracy) / one.n)
    if spread == 0:
        return 0.0
    ratio = one.gap / spread
    folded = spread * math.sqrt(2 / math.pi) * math.exp(-(ratio**2) / 2) + one.gap * (1 - 2 * float(ndtr(-ratio)))
    return folded - one.gap


def _filled(parts: Iterator[tuple[Floats, Floats]]) -> Iterator[Bin]:
    for sure, right in parts:
        if len(sure):
            yield Bin(len(sure), float(np.mean(sure)), float(np.mean(right)))
