"""The score: components into factors, factors into points 0 to 10. What is missing leaves a gap, never a guess."""

from collections.abc import Mapping

from analytics.decide.components import COMPONENTS, Material
from analytics.decide.decision import Component, Factor, Score
from analytics.decide.score_card import ComponentName, Weights

_MOST = 10.0
_PARTS: Mapping[str, Mapping[ComponentName, float]] = {
    "efficiency": {"latency": 1 / 3, "throughput": 1 / 3, "memory": 1 / 3},
    "accuracy": {"stratified accuracy": 0.6, "instruction following": 0.2, "format compliance": 0.2},
    "failures": {"taxonomy": 1 / 3, "P99 severity": 1 / 3, "calibration": 1 / 3},
    "agency": {"tool calls": 0.5, "step economy": 0.25, "error recovery": 0.25},
}
"""Shares of the components within their factor. Source: MEASURES section 3."""
_NAMES = {
    "efficiency": "inference efficiency",
    "accuracy": "task accuracy",
    "failures": "failure profile",
    "agency": "agentic competence",
}
FAILURES = _NAMES["failures"]
"""Name of the factor that orders a tie in the high-stakes profile."""


def make_score(material: Material) -> Score:
    """The weighted score; shares and weights of what is not applicable go to the rest in proportion."""
    weights = _weights(material)
    factors = tuple(_factor(key, weight=weights[key], material=material) for key in _PARTS)
    return Score(
        factors=factors,
        low=round(sum(factor.weight * factor.low for factor in factors), 9),
        high=round(sum(factor.weight * factor.high for factor in factors), 9),
    )


def missing_components(score: Score) -> list[Component]:
    """Applicable components without a value."""
    return [part for factor in score.factors for part in factor.components if part.applicable and part.value is None]


def _applicable_share(key: str, material: Material) -> float:
    return sum(share for name, share in _PARTS[key].items() if name not in material.card.not_applicable)


def _weights(material: Material) -> dict[str, float]:
    declared: Weights = material.card.weights
    given = {key: getattr(declared, key) if _applicable_share(key, material) > 0 else 0.0 for key in _PARTS}
    total = sum(given.values())
    return {key: weight / total if total else 0.0 for key, weight in given.items()}


def _factor(key: str, *, weight: float, material: Material) -> Factor:
    whole = _applicable_share(key, material)
    parts = tuple(_component(name, share=share, whole=whole, material=material) for name, share in _PARTS[key].items())
    known = sum(part.share * part.value.estimate for part in parts if part.value is not None)
    gap = sum(part.share * _MOST for part in parts if part.applicable and part.value is None)
    return Factor(
        name=_NAMES[key],
        weight=min(weight, 1.0),
        components=parts,
        low=min(round(known, 9), _MOST),
        high=min(round(known + gap, 9), _MOST),
    )


def _component(name: ComponentName, *, share: float, whole: float, material: Material) -> Component:
    excuse = material.card.not_applicable.get(name)
    if excuse is not None:
        return Component(name=name, value=None, n=0, share=0.0, note=excuse, applicable=False)
    points = COMPONENTS[name](material)
    return Component(name=name, value=points.value, n=points.n, share=min(share / whole, 1.0), note=points.note)
