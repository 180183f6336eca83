"""Weights that give the categories of a suite the shares that they have in production."""

from collections.abc import Sequence

from analytics.decide.evidence import PairFacts


def production_weights(suite: Sequence[PairFacts], *, live: Sequence[PairFacts]) -> list[float] | None:
    """One weight per suite pair, such that each category weighs what it weighs in live traffic.

    None when some category of the suite does not occur in live traffic: then production says nothing of its share.

    Source: direct standardisation, Fleiss, Levin and Paik 2003, chapter 19.
    """
    target, own = _totals(live), _totals(suite)
    if not suite or not own.keys() <= target.keys():
        return None
    total = sum(target[category] for category in own)
    return [pair.weight * target[pair.category] / total / own[pair.category] for pair in suite]


def _totals(pairs: Sequence[PairFacts]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for pair in pairs:
        totals[pair.category] = totals.get(pair.category, 0.0) + pair.weight
    return totals
