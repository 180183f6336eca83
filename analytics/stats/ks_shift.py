"""Whether a figure, such as an answer's length, is distributed alike on both lanes: Kolmogorov-Smirnov by swapping."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.stats.swapping import signs, swap_p

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shift:
    """How far two lanes are apart, in the test's own measure, and the p-value of no difference."""

    distance: float
    p: float


def ks_shift(baseline: Floats, candidate: Floats, *, groups: NDArray[np.intp], seed: int, swaps: int = 999) -> Shift:
    """Largest distance of the two distributions, in [0, 1], and its p-value.

    Args:
        baseline, candidate: One finite value per pair; shape (n,), n >= 1.
        groups: Conversation of each pair, 0 to the number of conversations; shape (n,).

    Source: Kolmogorov 1933, Smirnov 1939; the p-value by swapping lanes within conversations.
    """
    values = np.concatenate([baseline, candidate])
    order = np.argsort(values, kind="stable")
    steps = np.concatenate([np.ones(len(baseline)), -np.ones(len(candidate))])[order] / len(baseline)
    owner = np.concatenate([groups, groups])[order]
    ends = np.flatnonzero(np.append(np.diff(values[order]) > 0, True))
    distance = float(np.abs(np.cumsum(steps)[ends]).max())
    rng = np.random.default_rng(seed)
    count = int(groups.max()) + 1
    drawn = [
        np.abs(np.cumsum(row[owner] * steps)[ends]).max()
        for block in signs(count, swaps=swaps, rng=rng)
        for row in block
    ]
    return Shift(distance, swap_p(distance, np.asarray(drawn)))
