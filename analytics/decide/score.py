"""The score: components into factors, factors into points 0 to 10. What is missing leaves a gap, never a guess."""

from analytics.decide.decision import Component, Factor, Score
from analytics.decide.factors import accuracy, agency, efficiency, failures
from analytics.decide.factors.points import MOST, Material, Part, Plan
from analytics.decide.score_card import Weights

_PLANS = (efficiency.PLAN, accuracy.PLAN, failures.PLAN, agency.PLAN)
FAILURES = failures.PLAN.title
"""Name of the factor that orders a tie in the high-stakes profile."""


def make_score(material: Material) -> Score:
    """The weighted score; shares and weights of what is not applicable go to the rest in proportion."""
    weights = _weights(material)
    factors = tuple(_factor(plan, weight=weights[plan.key], material=material) for plan in _PLANS)
    return Score(
        factors=factors,
        low=round(sum(factor.weight * factor.low for factor in factors), 9),
        high=round(sum(factor.weight * factor.high for factor in factors), 9),
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


def _factor(plan: Plan, *, weight: float, material: Material) -> Factor:
    whole = _applicable_share(plan, material)
    parts = tuple(_component(part, whole=whole, material=material) for part in plan.parts)
    known = sum(part.share * part.value.estimate for part in parts if part.value is not None)
    gap = sum(part.share * MOST for part in parts if part.applicable and part.value is None)
    return Factor(
        name=plan.title,
        weight=min(weight, 1.0),
        components=parts,
        low=min(round(known, 9), MOST),
        high=min(round(known + gap, 9), MOST),
    )


def _component(part: Part, *, whole: float, material: Material) -> Component:
    excuse = material.card.not_applicable.get(part.name)
    if excuse is not None:
        return Component(name=part.name, value=None, n=0, share=0.0, note=excuse, applicable=False)
    points = part.measure(material)
    return Component(
        name=part.name, value=points.value, n=points.n, share=min(part.share / whole, 1.0), note=points.note
    )
