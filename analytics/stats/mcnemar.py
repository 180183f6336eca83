"""Whether two lanes differ on the same examples: the exact McNemar test."""

from scipy.stats import binom


def mcnemar_p(first_only: int, second_only: int) -> float:
    """Two-sided exact p-value from the examples on which exactly one lane succeeded; 1 when there are none.

    Source: McNemar 1947; exact as a binomial test with share one half, the smaller tail doubled.
    """
    discordant = first_only + second_only
    return min(1.0, 2 * float(binom.cdf(min(first_only, second_only), discordant, 0.5)))
