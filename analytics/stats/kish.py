"""How many independent examples a clustered, weighted sample is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class EffectiveCount:
    """Events and examples as if all were independent and equally weighted; `n` is at most the number of clusters."""

    events: float
    n: float


def effective_count(events: Sequence[bool], *, weights: Sequence[float], clusters: Sequence[str]) -> EffectiveCount:
    """Effective events and examples when answers within a cluster are taken as fully alike, the careful extreme.

    Unweighted single-row clusters give the plain counts exactly; duplicating rows within clusters changes nothing.

    Source: Kish 1965, (sum of weights) squared over the sum of squared cluster weights.
    """
    if not events:
        return EffectiveCount(0.0, 0.0)
    _, owners = np.unique(np.asarray(clusters), return_inverse=True)
    rows = np.asarray(weights, dtype=np.float64)
    sizes = np.bincount(owners, weights=rows)
    scale = float(sizes.sum() / (sizes @ sizes))
    return EffectiveCount(float((rows * np.asarray(events)).sum()) * scale, float(sizes.sum()) * scale)
