"""An upper bound of a share that changes slowly in time: whole blocks of time are drawn, not single requests."""

import numpy as np
from numpy.typing import ArrayLike

from analytics.stats.resampling import resample_ratios


def block_upper_bound(
    events: ArrayLike,
    *,
    times_s: ArrayLike,
    block_s: float,
    rng: np.random.Generator,
    resamples: int,
    confidence: float = 0.95,
) -> float | None:
    """Upper bound of the share of events, in [0, 1]; None when all lie within one block.

    Args:
        times_s: When each request was sent, s; blocks count from the first.
        block_s: Length of a block, s.

    Source: Carlstein 1986, non-overlapping blocks; Kunsch 1989 on why blocks.
    """
    flags, times = np.asarray(events, dtype=np.float64), np.asarray(times_s, dtype=np.float64)
    if not len(flags):
        return None
    places = np.floor((times - times.min()) / block_s)
    _, owners = np.unique(places, return_inverse=True)
    if int(owners.max()) == 0:
        return None
    counts = np.bincount(owners, weights=flags)
    sizes = np.bincount(owners).astype(np.float64)
    drawn = resample_ratios(counts, sizes, rng=rng, resamples=resamples)
    return float(np.quantile(drawn, confidence))
