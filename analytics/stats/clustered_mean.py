"""A weighted mean of rows that belong to conversations, with the wider of two intervals. Rows are not independent."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from analytics.stats.quantile import Floats
from analytics.stats.resampling import resample_ratios


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """A mean with one-sided bounds, infinite with fewer than two clusters.

    Attributes:
        p_negative: One-sided p-value of a true mean below 0, the larger of both methods; 1 when nothing is known.
    """

    mean: float
    low: float
    high: float
    clusters: int
    p_negative: float


def clustered_mean(
    values: ArrayLike,
    *,
    weights: ArrayLike,
    clusters: ArrayLike,
    rng: np.random.Generator,
    resamples: int,
    confidence: float = 0.95,
) -> ClusteredMean:
    """Weighted mean; each bound is the wider of the CR1 sandwich with Student's t and the cluster bootstrap.

    Duplicating all rows within their clusters changes nothing.

    Args:
        values: At least one row.
        weights: Positive, one per row.
        clusters: One per row.

    Source: Liang and Zeger 1986 with the CR1 factor G / (G - 1); Cameron, Gelbach and Miller 2008 for the bootstrap.
    """
    _, owners = np.unique(np.asarray(clusters), return_inverse=True)
    rows, shares = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    totals = np.bincount(owners, weights=rows * shares)
    sizes = np.bincount(owners, weights=shares)
    mean = float(totals.sum() / sizes.sum())
    count = len(sizes)
    if count < 2:  # noqa: PLR2004 - one cluster has no spread
        return ClusteredMean(mean, -math.inf, math.inf, count, 1.0)
    error = _standard_error(totals, sizes, mean=mean)
    drawn = resample_ratios(totals, sizes, rng=rng, resamples=resamples)
    reach = float(student.ppf(confidence, count - 1)) * error
    low, high = np.quantile(drawn, (1 - confidence, confidence))
    return ClusteredMean(
        mean=mean,
        low=min(mean - reach, float(low)),
        high=max(mean + reach, float(high)),
        clusters=count,
        p_negative=max(_p_negative(mean, error, count), float((1 + np.sum(drawn >= 0)) / (resamples + 1))),
    )


def _standard_error(totals: Floats, sizes: Floats, *, mean: float) -> float:
    residuals = (totals - mean * sizes) / sizes.sum()
    groups = len(sizes)
    return math.sqrt(groups / (groups - 1) * float(residuals @ residuals))


def _p_negative(mean: float, error: float, clusters: int) -> float:
    if error == 0:
        return 0.0 if mean < 0 else 1.0
    return float(student.cdf(mean / error, clusters - 1))
