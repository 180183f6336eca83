"""The score: components into factors, factors into points 0 to 10. What is missing leaves a gap, never a guess."""

import numpy as np

from analytics.decide.chance import DRAWS
from analytics.decide.columns import Floats
from analytics.decide.decision import Component, Factor, Interval, Score
from analytics.decide.factors import accuracy, agency, efficiency, failures
from analytics.decide.factors.points import MOST, Material, Part, Plan
from analytics.decide.intervals import make_interval
from analytics.decide.pace import hours_for
from analytics.decide.score_card import Weights

_DRAWN_DIGITS = 3
_PLANS = (efficiency.PLAN, accuracy.PLAN, failures.PLAN, agency.PLAN)
FAILURES = failures.PLAN.title
"""Name of the factor that orders a tie in the high-stakes profile."""


def make_score(material: Material) -> Score:
    """The weighted score; shares and weights of what is not applicable go to the rest in proportion."""
    weights = _weights(material)
    found = [_factor(plan, weight=weights[plan.key], material=material) for plan in _PLANS]
    factors = tuple(factor for factor, _ in found)
    low = round(sum(factor.weight * factor.low for factor in factors), 9)
    draws = sum((factor.weight * drawn for factor, drawn in found), np.zeros(DRAWS))
    return Score(
        factors=factors,
        low=low,
        high=round(sum(factor.weight * factor.high for factor in factors), 9),
        interval=_interval(low, draws, material=material),
        draws=tuple(round(one, _DRAWN_DIGITS) for one in draws.tolist()),
    )


def missing_components(score: Score) -> list[Component]:
    """Applicable components without a value."""
    return [part for factor in score.factors for part in factor.components if part.applicable and part.value is None]


def _applicable_share(plan: Plan, material: Material) -> float:
    return sum(part.share for part in plan.parts if part.name not in material.card.not_applicable)


def _weights(material: Material) -> dict[str, float]:
    declared: Weights = material.card.weights
    given = {plan.key: getattr(declared, plan.key) if _applicable_share(plan, material) > 0 else 0.0 for plan in _PLANS}
    total = sum(given.values())
    return {key: weight / total if total else 0.0 for key, weight in given.items()}


def _factor(plan: Plan, *, weight: float, material: Material) -> tuple[Factor, Floats]:
    """The factor, and the points of what is known of it in each draw."""
    whole = _applicable_share(plan, material)
    found = [_component(part, whole=whole, material=material) for part in plan.parts]
    parts = tuple(part for part, _ in found)
    draws = sum((part.share * drawn for part, drawn in found), np.zeros(DRAWS))
    known = sum(part.share * part.value.estimate for part in parts if part.value is not None)
    gap = sum(part.share * MOST for part in parts if part.applicable and part.value is None)
    low = min(round(known, 9), MOST)
    factor = Factor(
        name=plan.title,
        weight=min(weight, 1.0),
        components=parts,
        low=low,
        high=min(round(known + gap, 9), MOST),
        interval=_interval(low, draws, material=material),
    )
    return factor, draws


def _interval(points: float, draws: Floats, *, material: Material) -> Interval | None:
    low, high = np.quantile(draws, (1 - material.card.confidence, material.card.confidence))
    return make_interval(points, low=min(float(low), points), high=max(float(high), points))


def _component(part: Part, *, whole: float, material: Material) -> tuple[Component, Floats]:
    """The component, and its points in each draw; 0 where it has none."""
    excuse = material.card.not_applicable.get(part.name)
    if excuse is not None:
        unasked = Component(name=part.name, value=None, n=0, share=0.0, note=excuse, applicable=False)
        return unasked, np.zeros(DRAWS)
    points = part.measure(material)
    share = min(part.share / whole, 1.0)
    component = Component(
        name=part.name,
        value=points.value,
        n=points.n,
        share=share,
        note=points.note,
        needed=points.needed,
        needed_hours=hours_for(points.needed, per_hour=points.per_hour),
    )
    steady = points.value.estimate if points.value else 0.0
    return component, np.full(DRAWS, steady) if points.draws is None else np.array(points.draws)
