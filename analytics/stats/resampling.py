"""Draws of whole groups with replacement: the engine of every bootstrap here. Which figure is drawn is the caller's."""

import numpy as np
from numpy.typing import NDArray

from analytics.stats.quantile import Floats, interpolate

_CELLS = 2_000_000
"""Draws held in memory at once."""


def resample_ratios(numerators: Floats, denominators: Floats, *, rng: np.random.Generator, resamples: int) -> Floats:
    """Ratios of sums over groups drawn with replacement, shape (resamples,).

    Args:
        numerators: One sum per group.
        denominators: One sum per group, positive.

    Source: Efron and Tibshirani 1993, chapter 8, with the group as unit.
    """
    groups = len(numerators)
    ratios = np.empty(resamples)
    step = max(1, _CELLS // groups)
    for start in range(0, resamples, step):
        stop = min(start + step, resamples)
        drawn = rng.integers(groups, size=(stop - start, groups))
        ratios[start:stop] = numerators[drawn].sum(axis=1) / denominators[drawn].sum(axis=1)
    return ratios


def resample_quantiles(
    values: Floats, *, groups: NDArray[np.intp], level: float, rng: np.random.Generator, resamples: int
) -> Floats:
    """Quantiles of the values of groups drawn with replacement, shape (resamples,); failures are +infinity.

    Args:
        values: One per row, no NaN.
        groups: Group of each row, numbered from 0 without gaps.

    Source: Efron and Tibshirani 1993, chapter 8; the quantile is Hyndman and Fan's definition 7.
    """
    order = np.argsort(values, kind="stable")
    ordered, owners = values[order], groups[order]
    count = int(groups.max()) + 1
    quantiles = np.empty(resamples)
    for index in range(resamples):
        times = np.bincount(rng.integers(count, size=count), minlength=count)
        quantiles[index] = interpolate(np.repeat(ordered, times[owners]), level)
    return quantiles
