"""Why candidates stand in the order that they have, in words. Ranks nothing."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from analytics.decide.decision import Decision
from analytics.decide.ranking import tie_set, tier_of
from analytics.decide.score_card import load_score_card
from analytics.decide.sensitivity import order_turns_at

_WISHES = {
    "chat": "the lower P95 time to first token",
    "high-stakes": "the better failure profile",
    "cost": "the smaller model",
}


def explain_order(ranked: Sequence[Decision], *, tie_points: float | None = None) -> list[str]:
    """For each candidate, in ranking order, why it stands where it does.

    Args:
        tie_points: As `rank` was given.
    """
    tie = load_score_card("default").tie_points if tie_points is None else tie_points
    return [
        reason
        for tier, found in groupby(ranked, key=tier_of)
        for reason in _explain(list(found), first=_FIRST[tier], tie_points=tie)
    ]


_FIRST = ("a GO", "no GO, and no gate fails", "a gate fails")
"""Why the first of each tier stands after the tiers above."""


def _explain(tier: list[Decision], *, first: str, tie_points: float) -> Iterator[str]:
    while tier:
        ordered = sorted(tier, key=lambda one: -one.score.low)
        tied = len(tie_set(ordered, tie_points=tie_points))
        wish = _WISHES.get(tier[0].profile, "what its profile prefers")
        for place in range(tied):
            stands = first if place == 0 else f"not {wish}"
            yield f"{stands}; ties with {tied - 1} more within {tie_points:g} points" if tied > 1 else stands
        first, tier = _fewer(ordered[0], tier[tied:]), tier[tied:]


def _fewer(best: Decision, rest: Sequence[Decision]) -> str:
    """How sure the order is of the weights that were chosen."""
    share = order_turns_at(best, max(rest, key=lambda one: one.score.low)) if rest else None
    if share is None:
        return "fewer points, whatever the weights"
    return f"fewer points, unless {share:.0%} of the weight moves"
