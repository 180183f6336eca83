"""How fast live traffic brings what a figure rests on, and so how long more of it takes. Decides nothing."""

import math

import numpy as np

from analytics.decide.columns import Bools
from analytics.decide.sample import Sample

_HOUR_S = 3_600


def live_per_hour(sample: Sample, rows: Bools) -> float | None:
    """These rows per hour, of live traffic alone, from its first pair to its last; None where it brings none.

    Suites are sent when somebody sends them, so that their pace says nothing of traffic's.

    Args:
        rows: One per pair.
    """
    live = sample.pairs.is_live
    found = int(np.sum(live & rows))
    if not found:
        return None
    captured = sample.pairs.captured_s[live]
    span_s = float(captured.max() - captured.min())
    return found / span_s * _HOUR_S if span_s > 0 else None


def hours_for(needed: int | None, *, per_hour: float | None) -> float | None:
    """Hours in which so many come; None where either is not known."""
    return needed / per_hour if needed is not None and per_hour else None


def tell_hours(hours: float | None) -> str:
    """The time in words, or that live traffic does not bring what is needed."""
    if hours is None:
        return "which live traffic does not bring at any observed rate: send a suite"
    shown = f"{math.ceil(hours * 60)} minutes" if hours < 1 else f"{hours:,.1f} hours"
    return f"{shown} of traffic at the observed rate"
