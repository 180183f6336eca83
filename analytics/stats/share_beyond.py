"""Whether the share of requests beyond a limit is below or above what is allowed: two exact binomial p-values."""

from dataclasses import dataclass

from scipy.stats import binom


@dataclass(frozen=True, slots=True)
class SharePValues:
    """One-sided p-values in [0, 1].

    Attributes:
        below: Small when so few lie beyond that the true share must be below the allowed one.
        above: Small when so many lie beyond that it must be above.
    """

    below: float
    above: float


def share_p_values(beyond: int, *, n: int, allowed: float) -> SharePValues:
    """Both tails of `beyond` of `n` under Bin(n, allowed); without data both are 1.

    Source: exact binomial test; `below` equals the distribution-free upper bound of the (1 - allowed) quantile.
    """
    return SharePValues(
        below=float(binom.cdf(beyond, n, allowed)) if n else 1.0,
        above=float(binom.sf(beyond - 1, n, allowed)) if n else 1.0,
    )
