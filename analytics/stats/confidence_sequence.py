"""An interval of a proportion that holds at every moment at once, however often one looks."""

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import betaln

_TUNED_ALPHA = 0.05
_EDGE = 1e-12


@dataclass(frozen=True, slots=True)
class _Mixture:
    """Beta mixture of the likelihood ratio, tightest near `tightest_at` trials."""

    events: int
    n: int
    tightest_at: float

    def log_value(self, share: float) -> float:
        """Log of the test martingale against a true proportion of `share`, in (0, 1)."""
        spread = share * (1 - share)
        weight = self.tightest_at * spread / _tuning() - spread
        a, b = weight / (1 - share), weight / share
        drawn = float(betaln(a + self.events, b + self.n - self.events) - betaln(a, b))
        return drawn - self.events * math.log(share) - (self.n - self.events) * math.log1p(-share)


def _tuning() -> float:
    wanted = 2 * math.log(1 / _TUNED_ALPHA)
    return wanted + math.log(1 + wanted)


def confidence_sequence(events: int, *, n: int, tightest_at: float, confidence: float = 0.95) -> tuple[float, float]:
    """Two-sided bounds of a proportion, in [0, 1], valid at all `n` together; (0, 1) without data.

    Args:
        events: At most `n`.
        tightest_at: Number of trials near which the interval is to be narrowest; at least 8.

    Source: Howard, Ramdas, McAuliffe and Sekhon 2021, the beta-binomial mixture of proposition 7.
    """
    if n == 0:
        return 0.0, 1.0
    mixture = _Mixture(events, n, tightest_at)
    threshold = math.log(1 / (1 - confidence))

    def excess(share: float) -> float:
        return mixture.log_value(share) - threshold

    middle = min(max(events / n, _EDGE), 1 - _EDGE)
    low = float(brentq(excess, _EDGE, middle)) if events and excess(_EDGE) > 0 else 0.0
    high = float(brentq(excess, middle, 1 - _EDGE)) if events < n and excess(1 - _EDGE) > 0 else 1.0
    return low, high
