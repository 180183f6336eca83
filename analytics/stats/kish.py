"""How many independent examples a clustered, weighted sample is worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class EffectiveCount:
    """Events and examples as if all were independent and equally weighted; `n` is at most the number of clusters."""

    events: float
    n: float


def effective_count(events: ArrayLike, *, weights: ArrayLike, clusters: ArrayLike) -> EffectiveCount:
    """Effective events and examples when answers within a cluster are taken as fully alike, the careful extreme.

    Unweighted single-row clusters give the plain counts exactly; duplicating rows within clusters changes nothing.

    Source: Kish 1965, (sum of weights) squared over the sum of squared cluster weights.
    """
    flags, rows = np.asarray(events, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if not len(flags):
        return EffectiveCount(0.0, 0.0)
    _, owners = np.unique(np.asarray(clusters), return_inverse=True)
    sizes = np.bincount(owners, weights=rows)
    scale = float(sizes.sum() / (sizes @ sizes))
    return EffectiveCount(float((rows * flags).sum()) * scale, float(sizes.sum()) * scale)
