"""Exact one-sided bounds of a proportion (Clopper-Pearson). What is counted is the caller's."""

from scipy.special import betainc, betaincinv


def upper_bound(events: float, *, n: float, confidence: float = 0.95) -> float:
    """The largest proportion that `events` of `n` do not refute, in [0, 1]; 1 without data.

    Args:
        events: At most `n`; fractional where `n` is an effective number.

    Source: Clopper and Pearson 1934, as the quantile of a beta distribution.
    """
    if events >= n:
        return 1.0
    return float(betaincinv(events + 1, n - events, confidence))


def lower_bound(events: float, *, n: float, confidence: float = 0.95) -> float:
    """The smallest proportion that `events` of `n` do not refute, in [0, 1]; 0 without events.

    Source: Clopper and Pearson 1934, as the quantile of a beta distribution.
    """
    if events <= 0:
        return 0.0
    return float(betaincinv(events, n - events + 1, 1 - confidence))


def p_at_most(events: float, *, n: float, share: float) -> float:
    """Probability of `events` or more of `n` if the true proportion were `share`: small says it is above.

    Source: the binomial tail as a regularised incomplete beta function, which also takes effective numbers.
    """
    if events <= 0:
        return 1.0
    return float(betainc(events, n - events + 1, share))
