"""What a candidate changes for those who use it: each comparison as better, worse, or no difference shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from analytics.decide.decision import Comparison, Interval


class Effect(StrEnum):
    """What the interval of a difference shows; never the estimate alone."""

    WORSE = "worse"
    BETTER = "better"
    NONE = "no difference shown"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class EffectRow:
    """A comparison with what it shows."""

    comparison: Comparison
    effect: Effect


def read_effects(comparisons: Sequence[Comparison]) -> list[EffectRow]:
    """Every comparison with its effect: what is worse first, what is missing last."""
    order = list(Effect)
    rows = [EffectRow(one, effect_of(one)) for one in comparisons]
    return sorted(rows, key=lambda row: order.index(row.effect))


def effect_of(comparison: Comparison) -> Effect:
    """Worse or better only where the whole interval lies beyond 0, and beyond the noise floor where that was drawn.

    Where both were measured on the same exchanges, the interval of what exceeds the noise must lie beyond 0 too.
    """
    difference = comparison.difference
    if difference is None:
        return Effect.MISSING
    floor = 0.0 if comparison.excess is not None else comparison.noise or 0.0
    beyond = _sign(difference, floor=floor)
    if comparison.excess is not None and _sign(comparison.excess, floor=0.0) != beyond:
        return Effect.NONE
    if beyond == 0:
        return Effect.NONE
    return Effect.BETTER if (beyond > 0) == comparison.higher_is_better else Effect.WORSE


def _sign(value: Interval, *, floor: float) -> int:
    """On which side of 0 and of the floor the whole interval lies: 1, -1, or 0 for neither."""
    if value.low is not None and value.low > max(0.0, floor):
        return 1
    return -1 if value.high is not None and value.high < min(0.0, floor) else 0
