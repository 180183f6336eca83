"""One bootstrap draw for several samples that hold the same groups: a group is drawn by its name, whoever holds it.

Samples that were measured apart can then be compared draw by draw, as pairs are. What is estimated is the caller's.
"""

import zlib
from collections.abc import Iterable

import numpy as np

from analytics.stats.quantile import Floats
from analytics.stats.resampling import Owners, drawn_quantiles

BUCKETS = 2_048
"""Groups whose names fall together are drawn together. Source: Wolter 2007, chapter 2, the method of random groups."""


def buckets_of(names: Iterable[str]) -> Owners:
    """The bucket of each name, in [0, `BUCKETS`); the same name has the same bucket everywhere."""
    return np.array([zlib.crc32(name.encode("utf-8", "replace")) % BUCKETS for name in names], dtype=np.intp)


def draw_times(*, rng: np.random.Generator, draws: int) -> Floats:
    """How often each bucket is drawn, shape (draws, `BUCKETS`): independent of what a sample holds.

    Source: Hanley and MacGibbon 2006, and Chamandy and others 2012, the bootstrap with Poisson weights.
    """
    return rng.poisson(1.0, size=(draws, BUCKETS)).astype(np.float64)


def drawn_ratios(numerators: Floats, denominators: Floats, *, buckets: Owners, times: Floats) -> Floats:
    """Ratios of sums over the rows as often as they are drawn, shape (draws,).

    Args:
        numerators: One per row, at least one row.
        denominators: One per row, positive.
        buckets: One per row.
        times: As `draw_times` gives them.
    """
    upper, lower = (np.bincount(buckets, weights=rows, minlength=BUCKETS) for rows in (numerators, denominators))
    drawn = _never_empty(times, buckets=buckets)
    ratios: Floats = (drawn @ upper) / (drawn @ lower)
    return ratios


def shared_quantiles(values: Floats, *, buckets: Owners, times: Floats, level: float) -> Floats:
    """Quantiles of the rows as often as they are drawn, shape (draws,); failures are +infinity.

    Args: as for `drawn_ratios`.
    """
    return drawn_quantiles(values, owners=buckets, times=_never_empty(times, buckets=buckets), level=level)


def _never_empty(times: Floats, *, buckets: Owners) -> Floats:
    """The draws; one that holds no row of the sample counts every row once."""
    is_empty = times[:, np.unique(buckets)].sum(axis=1) == 0
    return np.where(is_empty[:, None], 1.0, times)
