"""How many more examples would settle a gate if all goes on as it did. A plan, not a promise."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri
from scipy.stats import binom

from analytics.stats.quantile import Floats

type _Settles = Callable[[Floats, Floats], NDArray[np.bool_]]

MOST = 200_000
"""Examples beyond which a search gives up."""
_STEP = 8_192


def more_for_share(beyond: int, *, n: int, allowed: float, alpha: float = 0.05) -> int | None:
    """Requests still needed until the binomial test of a share says below or above; 0 when it does; None if never.

    Without data a clean run is assumed.
    """

    def settles(events: Floats, sizes: Floats) -> NDArray[np.bool_]:
        below = binom.cdf(events, sizes, allowed) <= alpha
        above = binom.sf(events - 1, sizes, allowed) <= alpha
        return np.asarray(below | above)

    return _search(beyond, n=n, settles=settles)


def more_for_rate(events: float, *, n: float, below: float, above: float, confidence: float = 0.95) -> int | None:
    """Examples still needed until a Clopper-Pearson bound settles a rate; 0 when it does; None if never.

    Without data a clean run is assumed.

    Args:
        below: The upper bound must lie below this.
        above: Or the lower bound above this.
    """

    def settles(counts: Floats, sizes: Floats) -> NDArray[np.bool_]:
        high = betaincinv(counts + 1, np.maximum(sizes - counts, 1e-9), confidence)
        low = np.where(counts > 0, betaincinv(np.maximum(counts, 1e-9), sizes - counts + 1, 1 - confidence), 0.0)
        return np.asarray((high < below) | (low > above))

    return _search(events, n=n, settles=settles)


def more_for_mean(mean: float, *, reach: float, n: int) -> int | None:
    """Rows still needed until a mean lies further from 0 than its bound reaches; None if never.

    Args:
        reach: Distance from the mean to the bound that faces 0, with `n` rows; it shrinks with the root of the rows.
    """
    if mean == 0 or not math.isfinite(reach):
        return None
    needed = math.ceil(n * (reach / mean) ** 2) - n
    return max(needed, 0) if needed <= MOST else None


def more_for_p(p_value: float, *, n: int, wanted: float) -> int | None:
    """Rows still needed until a one-sided p-value is as small as wanted; None if never.

    Args:
        p_value: With `n` rows; its deviate grows with the root of the rows.
        wanted: In (0, 1).

    Source: the normal approximation, n' = n (z_wanted / z)^2.
    """
    have, want = -ndtri(p_value), -ndtri(wanted)
    if have <= 0:
        return None
    needed = math.ceil(n * (want / have) ** 2) - n
    return max(needed, 0) if needed <= MOST else None


def _search(events: float, *, n: float, settles: _Settles) -> int | None:
    """The least number of further rows, at the rate seen so far, with which the question is settled."""
    rate = events / n if n else 0.0
    for start in range(0, MOST, _STEP):
        sizes = n + np.arange(start, start + _STEP, dtype=np.float64)
        counts = np.where(sizes == n, events, np.floor(rate * sizes + 0.5))
        filled = sizes > 0
        found = np.flatnonzero(filled & settles(counts, np.maximum(sizes, 1.0)))
        if found.size:
            return start + int(found[0])
    return None
