"""Evidence against "the rate is at least so high", as a bet that may be read, and stopped, at any time."""

import math

TARGET_SHARE = 0.2
"""The rate that the bet is tuned for, as a share of the limit."""


def log_e_value(events: int, *, n: int, limit: float) -> float:
    """Natural log of the e-value against a true rate of `limit` or more, after `n` trials.

    Under any such rate the e-value exceeds 1 / alpha at some time with probability alpha at most: a gate that
    passes once the log reaches log(1 / alpha) may be looked at after every trial.

    Args:
        limit: In (0, 1).

    Source: Ville's inequality for the likelihood ratio of `TARGET_SHARE * limit` to `limit`.
    """
    hoped = TARGET_SHARE * limit
    return events * math.log(hoped / limit) + (n - events) * (math.log1p(-hoped) - math.log1p(-limit))


def trials_needed(*, limit: float, confidence: float = 0.95, events: int = 0) -> int:
    """Trials after which `events` among them refute a rate of `limit` or more."""
    wanted = math.log(1 / (1 - confidence)) - log_e_value(events, n=events, limit=limit)
    return events + math.ceil(wanted / log_e_value(0, n=1, limit=limit))
