"""When the requests of an open loop are due: production's own gaps brought to a rate, or chance without any."""

import random
from collections.abc import Sequence
from itertools import accumulate, cycle, islice


def arrivals_s(count: int, *, rate_per_s: float, gaps_s: Sequence[float], seed: str) -> tuple[float, ...]:
    """Times of so many requests, s, the first at 0.

    Args:
        rate_per_s: Requests per second on average.
        gaps_s: Recorded gaps, taken again from the first when they are used up; bursts stay bursts. Without any, gaps
            are drawn: independent arrivals, as of many users who know nothing of each other.
        seed: Of what is drawn.

    Source: Schroeder, Wierman and Harchol-Balter 2006, on open loops; Poisson arrivals.
    """
    mean_s = sum(gaps_s) / len(gaps_s) if gaps_s else 0.0
    if mean_s <= 0:
        drawn = random.Random(seed)  # noqa: S311 - a schedule, no secret
        gaps = [drawn.expovariate(rate_per_s) for _ in range(count - 1)]
    else:
        gaps = [gap / (mean_s * rate_per_s) for gap in islice(cycle(gaps_s), count - 1)]
    return tuple(accumulate(gaps, initial=0.0))
