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
        p_positive: The same of a true mean above 0.
    """

    mean: float
    low: float
    high: float
    clusters: int
    p_negative: float
    p_positive: float


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
        clusters: One per row; numbers are at least 0.

    Source: Liang and Zeger 1986 with the CR1 factor G / (G - 1); Cameron, Gelbach and Miller 2008 for the bootstrap.
    """
    totals, sizes = _sums(values, weights=weights, clusters=clusters)
    plain = _sandwich(totals, sizes, confidence=confidence)
    if plain.clusters < 2:  # noqa: PLR2004 - one cluster has no spread
        return plain
    drawn = resample_ratios(totals, sizes, rng=rng, resamples=resamples)
    low, high = np.quantile(drawn, (1 - confidence, confidence))
    return ClusteredMean(
        mean=plain.mean,
        low=min(plain.low, float(low)),
        high=max(plain.high, float(high)),
        clusters=plain.clusters,
        p_negative=max(plain.p_negative, float((1 + np.sum(drawn >= 0)) / (resamples + 1))),
        p_positive=max(plain.p_positive, float((1 + np.sum(drawn <= 0)) / (resamples + 1))),
    )


def sandwich_mean(
    values: ArrayLike, *, weights: ArrayLike, clusters: ArrayLike, confidence: float = 0.95
) -> ClusteredMean:
    """Weighted mean with the bounds of the CR1 sandwich alone, for very many means at once.

    Args and source: as for `clustered_mean`.
    """
    return _sandwich(*_sums(values, weights=weights, clusters=clusters), confidence=confidence)


def _sums(values: ArrayLike, *, weights: ArrayLike, clusters: ArrayLike) -> tuple[Floats, Floats]:
    """Sums of weighted values and of weights, one per cluster, in rising order of the clusters."""
    named = np.asarray(clusters)
    owners = named if named.dtype.kind == "i" else np.unique(named, return_inverse=True)[1]
    rows, shares = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    present = np.bincount(owners) > 0
    return np.bincount(owners, weights=rows * shares)[present], np.bincount(owners, weights=shares)[present]


def _sandwich(totals: Floats, sizes: Floats, *, confidence: float) -> ClusteredMean:
    mean, count = float(totals.sum() / sizes.sum()), len(sizes)
    if count < 2:  # noqa: PLR2004 - as above
        return ClusteredMean(mean, -math.inf, math.inf, count, 1.0, 1.0)
    error = _standard_error(totals, sizes, mean=mean)
    reach = float(student.ppf(confidence, count - 1)) * error
    below, above = (_p_beyond(sign * mean, error, count) for sign in (1, -1))
    return ClusteredMean(mean, mean - reach, mean + reach, count, below, above)


def _standard_error(totals: Floats, sizes: Floats, *, mean: float) -> float:
    residuals = (totals - mean * sizes) / sizes.sum()
    groups = len(sizes)
    return math.sqrt(groups / (groups - 1) * float(residuals @ residuals))


def _p_beyond(mean: float, error: float, clusters: int) -> float:
    """One-sided p-value of a true mean below 0."""
    if error == 0:
        return 0.0 if mean < 0 else 1.0
    return float(student.cdf(mean / error, clusters - 1))
