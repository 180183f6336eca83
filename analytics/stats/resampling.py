"""Draws of whole groups with replacement: the engine of every bootstrap here. Which figure is drawn is the caller's.

Many groups are put together into `MOST_GROUPS` random ones first, so that the cost of a bootstrap stops growing: sums
over groups of independent groups have the same spread, which is then known to one part in sixty-four.
"""

import numpy as np
from numpy.typing import NDArray

from analytics.stats.quantile import Floats, interpolate

MOST_GROUPS = 2_048
"""Groups that are drawn as they are. Source: Wolter 2007, chapter 2, the method of random groups."""
_CELLS = 2_000_000
"""Draws held in memory at once."""
_MOST_ROWS = 4_096
"""Rows up to which a drawn quantile is interpolated."""
_GRID = 1_024
"""Places between which the quantile of many rows is sought."""

type Owners = NDArray[np.intp]


def resample_ratios(numerators: Floats, denominators: Floats, *, rng: np.random.Generator, resamples: int) -> Floats:
    """Ratios of sums over groups drawn with replacement, shape (resamples,).

    Args:
        numerators: One sum per group.
        denominators: One sum per group, positive.

    Source: Efron and Tibshirani 1993, chapter 8, with the group as unit.
    """
    owners = random_groups(len(numerators), rng=rng)
    upper, lower = np.bincount(owners, weights=numerators), np.bincount(owners, weights=denominators)
    groups = len(upper)
    ratios = np.empty(resamples)
    step = max(1, _CELLS // groups)
    for start in range(0, resamples, step):
        stop = min(start + step, resamples)
        drawn = rng.integers(groups, size=(stop - start, groups))
        ratios[start:stop] = upper[drawn].sum(axis=1) / lower[drawn].sum(axis=1)
    return ratios


def resample_quantiles(
    values: Floats, *, groups: Owners, level: float, rng: np.random.Generator, resamples: int
) -> Floats:
    """Quantiles of the values of groups drawn with replacement, shape (resamples,); failures are +infinity.

    Args:
        values: One per row, no NaN.
        groups: Group of each row, numbered from 0 without gaps.

    Source: Efron and Tibshirani 1993, chapter 8; the quantile is that of `drawn_quantiles`.
    """
    count = int(groups.max()) + 1
    owners = random_groups(count, rng=rng)[groups]
    fewer = min(count, MOST_GROUPS)
    times = np.stack([np.bincount(rng.integers(fewer, size=fewer), minlength=fewer) for _ in range(resamples)])
    return drawn_quantiles(values, owners=owners, times=times.astype(np.float64), level=level)


def drawn_quantiles(values: Floats, *, owners: Owners, times: Floats, level: float) -> Floats:
    """Quantiles of the values, each as often as its group is drawn, shape (draws,).

    Args:
        owners: Group of each row.
        times: How often each group is drawn, whole numbers, shape (draws, groups); every draw holds a row.

    Source: Hyndman and Fan's definition 7, and with more than `_MOST_ROWS` rows the order statistic there.
    """
    order = np.argsort(values, kind="stable")
    ordered, placed = values[order], owners[order]
    if len(ordered) > _MOST_ROWS:
        return _order_statistics(ordered, owners=placed, times=times, level=level)
    return np.array([interpolate(np.repeat(ordered, drawn[placed].astype(np.intp)), level) for drawn in times])


def random_groups(count: int, *, rng: np.random.Generator) -> Owners:
    """The random group of each group, of `MOST_GROUPS` nearly equal ones; each its own when there are no more."""
    own = np.arange(count)
    return own if count <= MOST_GROUPS else rng.permutation(count) % MOST_GROUPS


def _order_statistics(ordered: Floats, *, owners: Owners, times: Floats, level: float) -> Floats:
    """The order statistic at `level` of each draw: first roughly, then on a grid over where those of all draws lie.

    It is exact to a thousandth of the width of that range.
    """
    wanted = np.ceil(times @ np.bincount(owners, minlength=times.shape[1]) * level)
    low, high = 0, len(ordered)
    for cells in (_GRID // 4, _GRID):
        edges = np.unique(np.linspace(low, high, cells + 1).astype(np.intp))
        reached = times @ _counts_below(owners, edges=edges, groups=times.shape[1])
        places = np.sum(reached < wanted[:, None], axis=1)
        low, high = int(edges[places.min() - 1]), int(edges[places.max()])
    return ordered[edges[places] - 1]


def _counts_below(owners: Owners, *, edges: Owners, groups: int) -> Floats:
    """Rows of each group before each edge, shape (groups, edges)."""
    before = np.bincount(owners[: edges[0]], minlength=groups)
    between = owners[edges[0] : edges[-1]]
    cells = np.repeat(np.arange(1, len(edges)), np.diff(edges))
    flat = np.bincount(between * len(edges) + cells, minlength=groups * len(edges)).reshape(groups, len(edges))
    flat[:, 0] += before
    return np.cumsum(flat, axis=1, dtype=np.float64)
