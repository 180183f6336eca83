"""How many trials a test needs before it is likely to settle. Planning only: nothing here looks at data."""

import math

import numpy as np
from scipy.special import ndtri
from scipy.stats import binom

from analytics.stats.sample_size import MOST

_STEP = 16_384


def allowed_events(n: int, *, limit: float, alpha: float = 0.05) -> int | None:
    """The most events of `n` with which a rate is shown to lie below `limit`; None when even none is too many.

    Source: the exact binomial test, which is the Clopper-Pearson upper bound turned round.
    """
    most = int(binom.ppf(alpha, n, limit))
    while most >= 0 and binom.cdf(most, n, limit) > alpha:
        most -= 1
    return most if most >= 0 else None


def rate_power(n: int, *, rate: float, limit: float, alpha: float = 0.05) -> float:
    """Probability that `n` trials with a true `rate` show that it lies below `limit`, in [0, 1]."""
    most = allowed_events(n, limit=limit, alpha=alpha)
    return 0.0 if most is None else float(binom.cdf(most, n, rate))


def trials_for_rate(*, rate: float, limit: float, power: float, alpha: float = 0.05) -> int | None:
    """The least number of trials that show a true `rate` to lie below `limit` with this power; None if beyond `MOST`.

    The power of an exact test is a saw: it falls by a little whenever one event more is allowed only a trial later.

    Args:
        rate: In [0, limit).
        power: In (0, 1).
    """
    if rate >= limit:
        return None
    for start in range(1, MOST, _STEP):
        sizes = np.arange(start, start + _STEP)
        most = binom.ppf(alpha, sizes, limit)
        most = np.where(binom.cdf(most, sizes, limit) > alpha, most - 1, most)
        found = np.flatnonzero((most >= 0) & (binom.cdf(most, sizes, rate) >= power))
        if found.size:
            return int(sizes[found[0]])
    return None


def pairs_for_mean(*, mean: float, deviation: float, power: float, alpha: float = 0.05) -> int | None:
    """Pairs with which a one-sided test of a mean against 0 has this power; None if it is not above 0 or too small.

    Args:
        deviation: Standard deviation of one pair's value, same unit as `mean`.

    Source: the normal approximation, n = ((z_alpha + z_power) deviation / mean)^2.
    """
    if mean <= 0:
        return None
    needed = ((ndtri(1 - alpha) + ndtri(power)) * deviation / mean) ** 2
    return math.ceil(needed) if needed <= MOST else None


def pairs_for_loss(*, loss: float, discordant: float, power: float, alpha: float = 0.05) -> int | None:
    """Pairs with which McNemar's one-sided test finds that the candidate loses `loss` more than it gains.

    Args:
        loss: Share of pairs that only the baseline gets right, less the share that only the candidate does; above 0.
        discordant: The sum of both shares, at least `loss`.

    Source: Connor 1987, Sample size for testing differences in proportions for the paired-sample design.
    """
    if loss <= 0 or discordant < loss:
        return None
    needed = ndtri(1 - alpha) * math.sqrt(discordant) + ndtri(power) * math.sqrt(discordant - loss**2)
    return math.ceil((needed / loss) ** 2)
