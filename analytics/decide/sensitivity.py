"""How far what was chosen may move before the outcome changes: thresholds of gates, weights of factors."""

from collections.abc import Sequence

from analytics.decide import gate_accuracy
from analytics.decide.decision import Decision, Factor, GateResult, GateStatus, Score, Turning, WeightRange
from analytics.decide.factors.points import MOST


def turnings(gates: Sequence[GateResult]) -> tuple[Turning, ...]:
    """The threshold at which each gate would turn from its status: the bound of its figure that faces it."""
    return tuple(Turning(gate=gate.gate, threshold=gate.threshold, turns_at=_turns_at(gate)) for gate in gates)


def _turns_at(gate: GateResult) -> float | None:
    """A gate below a limit passes by its upper bound and fails by its lower one; G2, above one, the other way."""
    if gate.value is None or gate.status is GateStatus.UNRESOLVED:
        return None
    passes_by_high = gate.gate != gate_accuracy.GATE
    return gate.value.high if (gate.status is GateStatus.PASS) == passes_by_high else gate.value.low


def weight_ranges(score: Score, *, tie_points: float) -> tuple[WeightRange, ...]:
    """The range of each weight in which the points move by no more than `tie_points`, the other weights in proportion.

    Left out are factors without a weight, which nothing applies to, and one that has all of it.
    """
    return tuple(_range(one, points=score.low, tie_points=tie_points) for one in score.factors if 0 < one.weight < 1)


def _range(factor: Factor, *, points: float, tie_points: float) -> WeightRange:
    others = min(max((points - factor.weight * factor.low) / (1 - factor.weight), 0.0), MOST)
    slope = abs(factor.low - others)
    reach = tie_points / slope if slope > tie_points else 1.0
    return WeightRange(
        factor=factor.name,
        weight=factor.weight,
        low=max(factor.weight - reach, 0.0),
        high=min(factor.weight + reach, 1.0),
        points_at_none=others,
        points_at_all=factor.low,
    )


def weights_at_equality(upper: Decision, lower: Decision) -> dict[str, tuple[float, float]]:
    """Weight now, and weight at which two candidates have equal points, by factor; without those that never do it.

    The other weights follow in proportion.
    """
    lead = upper.score.low - lower.score.low
    found = {}
    for mine, theirs in zip(upper.score.factors, lower.score.factors, strict=True):
        gap = mine.low - theirs.low
        rest = (lead - mine.weight * gap) / (1 - mine.weight) if mine.weight < 1 else gap
        if rest * gap < 0 and mine.weight > 0:
            found[mine.name] = (mine.weight, rest / (rest - gap))
    return found


def order_turns_at(upper: Decision, lower: Decision) -> float | None:
    """Share of the weight that must move until two candidates have equal points; None where no weights do it."""
    weights = [factor.weight for factor in upper.score.factors]
    lead = [mine.low - theirs.low for mine, theirs in zip(upper.score.factors, lower.score.factors, strict=True)]
    return weight_to_move(weights, lead)


def weight_to_move(weights: Sequence[float], lead: Sequence[float]) -> float | None:
    """The least weight that must change hands between factors until the lead is gone, in [0, 1]; None if none does.

    Args:
        weights: Of the factors, at least 0.
        lead: How many points the first candidate is ahead in each factor; its weighted sum is at least 0.

    Source: a linear programme over the simplex; weight goes from the factors of the greatest lead to that of the least.
    """
    left = sum(weight * one for weight, one in zip(weights, lead, strict=True))
    least, moved = min(lead, default=0.0), 0.0
    for weight, one in sorted(zip(weights, lead, strict=True), key=lambda pair: -pair[1]):
        gain = one - least
        if gain <= 0:
            break
        step = min(weight, left / gain)
        moved, left = moved + step, left - step * gain
        if left <= 0 or step < weight:
            return moved
    return None
