"""Evidence against "the mean is at most so high", of bounded values, as bets that may be read and stopped any time."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from analytics.stats.quantile import Floats

SHARES: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
"""The bets that are placed side by side, as shares of the highest bet that cannot lose everything."""


def log_e_values(values: ArrayLike, *, limit: float, lowest: float = 0.0, shares: Sequence[float] = SHARES) -> Floats:
    """Natural log of the e-value against a mean of `limit` or less, after each value in order of arrival.

    Under any such mean the e-value exceeds 1 / alpha at some time with probability alpha at most. One value stands
    for one conversation: turns of the same conversation are not independent.

    Args:
        values: Shape (n,); none below `lowest`.
        limit: Above `lowest`.
        lowest: The least value that can occur.
        shares: Each in (0, 1); equal stakes on each.

    Raises:
        ValueError: a value is below `lowest`, or `limit` is not above it.

    Source: Waudby-Smith and Ramdas 2024, the hedged capital process with a fixed grid of bets; Ville's inequality.
    """
    found = np.asarray(values, dtype=np.float64)
    if limit <= lowest or not np.all(found >= lowest):
        msg = f"values must be at least {lowest}, and the limit {limit} above that"
        raise ValueError(msg)
    gains = (found[:, np.newaxis] - limit) / (limit - lowest)
    capital = np.cumsum(np.log1p(gains * np.asarray(shares)), axis=0)
    logs: Floats = logsumexp(capital, axis=1) - np.log(len(shares))
    return logs
