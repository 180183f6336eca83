"""Candidates in order: who passes before who fails, then points, and within a virtual tie the workload's profile."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.decide.decision import Decision, GateStatus, Interval, Verdict
from analytics.decide.score import FAILURES
from shadow.experiment import Profile

_TAIL = 0.05
_DIGITS = 6
"""Decimals to which differences of points are compared: in binary, 8.3 - 8.0 exceeds 0.3."""


def rank(decisions: Sequence[Decision], *, tie_points: float | None = None) -> list[Decision]:
    """Best first, whatever the order given; a candidate that fails a gate never stands above one that passes.

    Args:
        tie_points: Who is this close to the best of those left ties with it; by default what the best one's score
            card says.
    """
    ranked: list[Decision] = []
    for tier in range(3):
        left = sorted((one for one in decisions if tier_of(one) == tier), key=lambda one: (-one.score.low, _name(one)))
        while left:
            tied = tie_set(left, tie_points=tie_points)
            ranked += sorted(tied, key=lambda one: (_preference(one, profile=tied[0].profile), _name(one)))
            left = left[len(tied) :]
    return ranked


def tie_set(ordered: Sequence[Decision], *, tie_points: float | None = None) -> list[Decision]:
    """Those that tie with the first; an incomplete score counts by its lower end.

    Args:
        ordered: At least one, by falling score.
        tie_points: As for `rank`.
    """
    best = ordered[0].score.low
    within = ordered[0].tie_points if tie_points is None else tie_points
    return [one for one in ordered if round(best - one.score.low, _DIGITS) <= within]


@dataclass(frozen=True, slots=True)
class Lead:
    """How far one candidate's points are above another's, over the same drawn conversations.

    Attributes:
        points: With one-sided bounds at 95 % each.
        ahead_share: Share of the draws in which it is ahead, a draw of equal points counting half, in [0, 1].
    """

    points: Interval
    ahead_share: float

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the lead keeps its sign between its bounds."""
        low, high = self.points.low, self.points.high
        return low is not None and high is not None and (low > 0 or high < 0)


def lead_of(upper: Decision, lower: Decision) -> Lead | None:
    """The lead of one candidate over another; None unless both were drawn alike: by one seed, with as many draws."""
    mine, theirs = np.array(upper.score.draws), np.array(lower.score.draws)
    if upper.seed != lower.seed or not len(mine) or len(mine) != len(theirs):
        return None
    gaps, lead = mine - theirs, upper.score.low - lower.score.low
    low, high = np.quantile(gaps, (_TAIL, 1 - _TAIL))
    points = Interval(estimate=lead, low=min(float(low), lead), high=max(float(high), lead))
    return Lead(points, float(np.mean(gaps > 0) + np.mean(gaps == 0) / 2))


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
