"""A quantile of values of which some are +infinity (requests that failed), with bounds free of any distribution."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

type Floats = NDArray[np.float64]
type Numbers = Sequence[float] | Floats


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile with one-sided bounds; a bound that the sample is too small for is infinite."""

    estimate: float
    low: float
    high: float


def linear_quantile(values: Numbers, level: float) -> float:
    """The quantile by linear interpolation; +infinity as soon as it leans on a value that is.

    Args:
        values: At least one, no NaN.
        level: In [0, 1].

    Source: Hyndman and Fan 1996, definition 7, which is numpy's default.
    """
    return interpolate(np.sort(np.asarray(values, dtype=np.float64)), level)


def interpolate(ordered: Numbers, level: float) -> float:
    """`linear_quantile` of values that are in rising order already."""
    place = (len(ordered) - 1) * level
    below, above = float(ordered[math.floor(place)]), float(ordered[math.ceil(place)])
    if not math.isfinite(above):
        return below if place == math.floor(place) else above
    return below + (above - below) * (place - math.floor(place))


def bounded_quantile(values: Numbers, level: float, *, confidence: float = 0.95) -> Quantile:
    """The quantile with the order statistics that bound it, each one-sided at `confidence`.

    The upper bound lies below a limit exactly when the binomial test of the share beyond that limit says so.

    Source: David and Nagaraja 2003, Order Statistics, section 7.1.
    """
    ordered, n = np.sort(np.asarray(values, dtype=np.float64)), len(values)
    at_most = binom.cdf(np.arange(n), n, level)
    last = int(np.sum(at_most <= 1 - confidence))
    enough = np.flatnonzero(at_most >= confidence)
    return Quantile(
        estimate=interpolate(ordered, level),
        low=float(ordered[last - 1]) if last else -math.inf,
        high=float(ordered[int(enough[0])]) if enough.size else math.inf,
    )
