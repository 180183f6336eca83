"""From estimates, which may be infinite, to intervals of the record, which may not."""

import math

from analytics.decide.decision import Interval


def make_interval(estimate: float, *, low: float, high: float) -> Interval | None:
    """The interval; an infinite bound becomes None, and so does the whole when the estimate is infinite."""
    if not math.isfinite(estimate):
        return None
    return Interval(estimate=estimate, low=_finite(low), high=_finite(high))


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None
