"""Candidates in order: who passes before who fails, then points, and within a virtual tie the workload's profile."""

import math
from collections.abc import Sequence

from analytics.decide.decision import Decision, GateStatus, Verdict
from analytics.decide.score import FAILURES
from analytics.decide.score_card import load_score_card
from shadow.experiment import Profile

_DIGITS = 6
"""Decimals to which differences of points are compared: in binary, 8.3 - 8.0 exceeds 0.3."""


def rank(decisions: Sequence[Decision], *, tie_points: float | None = None) -> list[Decision]:
    """Best first, whatever the order given; a candidate that fails a gate never stands above one that passes.

    Args:
        tie_points: Who is this close to the best of those left ties with it; by default the default score card's.
    """
    tie = load_score_card("default").tie_points if tie_points is None else tie_points
    ranked: list[Decision] = []
    for tier in range(3):
        left = sorted((one for one in decisions if tier_of(one) == tier), key=lambda one: (-one.score.low, _name(one)))
        while left:
            tied = tie_set(left, tie_points=tie)
            ranked += sorted(tied, key=lambda one: (_preference(one, profile=tied[0].profile), _name(one)))
            left = left[len(tied) :]
    return ranked


def tie_set(ordered: Sequence[Decision], *, tie_points: float) -> list[Decision]:
    """Those that tie with the first; an incomplete score counts by its lower end.

    Args:
        ordered: At least one, by falling score.
    """
    best = ordered[0].score.low
    return [one for one in ordered if round(best - one.score.low, _DIGITS) <= tie_points]


def tier_of(decision: Decision) -> int:
    """0 for GO, 2 where a gate fails, 1 for all others; points decide only within a tier."""
    if decision.verdict is Verdict.GO:
        return 0
    fails = decision.verdict is Verdict.NO_GO or any(gate.status is GateStatus.FAIL for gate in decision.gates)
    return 2 if fails else 1


def _preference(decision: Decision, *, profile: str) -> tuple[float, float]:
    """Smaller is better: first what the profile wants, then the points."""
    match Profile(profile):
        case Profile.CHAT:
            wanted = _p95_ms(decision)
        case Profile.HIGH_STAKES:
            wanted = -sum(factor.low for factor in decision.score.factors if factor.name == FAILURES)
        case Profile.COST:
            wanted = float(decision.candidate.parameters or math.inf)
    return wanted, -decision.score.low


def _p95_ms(decision: Decision) -> float:
    found = [gate.value.estimate for gate in decision.gates if gate.unit == "ms" and gate.value is not None]
    return found[0] if found else math.inf


def _name(decision: Decision) -> tuple[str, str]:
    return decision.candidate.deployment_id, decision.experiment_id
