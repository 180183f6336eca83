"""Why candidates stand in the order that they have, in words. Ranks nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from analytics.decide.decision import Decision
from analytics.decide.factors.points import MOST
from analytics.decide.ranking import Lead, lead_of, tie_set, tier_of
from analytics.decide.sensitivity import order_turns_at, weights_at_equality
from analytics.report.figures import write_changes, write_figure, write_range

_WISHES = {
    "chat": "the lower P95 time to first token",
    "high-stakes": "the better failure profile",
    "cost": "the smaller model",
}
_FIRST = ("a GO", "no GO, and no gate fails", "a gate fails")
"""Why the first of each tier stands after the tiers above."""


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate's place among others, in words.

    Attributes:
        points: Its points with their interval.
        because: Why it stands where it does.
        ahead: Its lead over the next one, draw by draw over the same conversations; empty for the last one.
        weights: At which single weight the two would have equal points; empty where none does it, and for the last one.
    """

    points: str
    because: str
    ahead: str
    weights: str


def explain_order(ranked: Sequence[Decision], *, tie_points: float | None = None) -> list[Place]:
    """For each candidate, in ranking order, why it stands where it does.

    Args:
        tie_points: As `rank` was given.
    """
    because = [
        reason
        for tier, found in groupby(ranked, key=tier_of)
        for reason in _explain(list(found), first=_FIRST[tier], tie_points=tie_points)
    ]
    return [
        Place(points=_points(one), because=reason, ahead=_ahead(one, after), weights=_weights(one, after))
        for one, reason, after in zip(ranked, because, [*ranked, None][1:], strict=True)
    ]


def _explain(tier: list[Decision], *, first: str, tie_points: float | None) -> Iterator[str]:
    while tier:
        ordered = sorted(tier, key=lambda one: -one.score.low)
        tied = len(tie_set(ordered, tie_points=tie_points))
        within = ordered[0].tie_points if tie_points is None else tie_points
        wish = _WISHES.get(tier[0].profile, "what its profile prefers")
        for place in range(tied):
            stands = first if place == 0 else f"not {wish}"
            yield f"{stands}; ties with {tied - 1} more within {within:g} points" if tied > 1 else stands
        first, tier = _fewer(ordered[0], tier[tied:]), tier[tied:]


def _fewer(best: Decision, rest: Sequence[Decision]) -> str:
    """How sure the order is of the weights that were chosen."""
    share = order_turns_at(best, max(rest, key=lambda one: one.score.low)) if rest else None
    if share is None:
        return "fewer points, whatever the weights"
    return f"fewer points, unless {share:.0%} of the weight moves"


def _points(decision: Decision) -> str:
    score = decision.score
    known, interval = write_range(score.low, score.high), score.interval
    if interval is None or interval.low is None or interval.high is None:
        return known
    return f"{known} (by chance {write_range(interval.low, min(interval.high + score.high - score.low, MOST))})"


def _ahead(upper: Decision, lower: Decision | None) -> str:
    if lower is None:
        return ""
    lead = lead_of(upper, lower)
    if lead is None:
        return "its lead over the next is not known: the two were not decided with the same draws"
    return _told(lead)


def _weights(upper: Decision, lower: Decision | None) -> str:
    if lower is None or tier_of(upper) != tier_of(lower):
        return ""
    found = weights_at_equality(upper, lower).items()
    return ", ".join(
        f"{name} {write_figure(now, unit='share')} to {write_figure(then, unit='share')}" for name, (now, then) in found
    )


def _told(lead: Lead) -> str:
    sure = "beyond chance" if lead.is_beyond_chance else "not beyond chance"
    return (
        f"points over the next: {write_changes(lead.points)}, {sure}; "
        f"ahead in {write_figure(lead.ahead_share, unit='share')} of the draws"
    )
