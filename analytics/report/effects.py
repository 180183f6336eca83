"""What a candidate changes for those who use it: each comparison as better, worse, or no difference shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from analytics.decide.decision import Comparison


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
    """Worse or better only where the whole interval lies beyond 0 and beyond the noise floor, where that was drawn."""
    difference = comparison.difference
    if difference is None:
        return Effect.MISSING
    floor = comparison.noise or 0.0
    if difference.low is not None and difference.low > max(0.0, floor):
        return Effect.BETTER if comparison.higher_is_better else Effect.WORSE
    if difference.high is not None and difference.high < min(0.0, floor):
        return Effect.WORSE if comparison.higher_is_better else Effect.BETTER
    return Effect.NONE
