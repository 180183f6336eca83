"""How far annotators agree beyond chance: pure formulas over nominal labels."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

type Ratings = Sequence[Mapping[str, str]]
"""One mapping per unit: annotator to label; whoever did not rate a unit is not in it."""

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Agreement:
    """What can be said of some ratings; a figure that they do not allow is None.

    Attributes:
        observed: Share of pairs of annotators that agree, over units with several, in [0, 1].
        cohen: Of exactly two annotators, over the units that both rated.
        fleiss: Of units that all have the same number of ratings, at least two.
        alpha: Krippendorff's, nominal; takes missing ratings.
    """

    units: int
    annotators: int
    observed: float | None
    cohen: float | None
    fleiss: float | None
    alpha: float | None


def agreement_of(ratings: Ratings) -> Agreement:
    """All figures of some ratings; units with fewer than two ratings say nothing."""
    shared = [unit for unit in ratings if len(unit) >= _PAIR]
    names = sorted({name for unit in shared for name in unit})
    return Agreement(
        units=len(shared),
        annotators=len(names),
        observed=_observed(shared) if shared else None,
        cohen=cohen_kappa([(unit[names[0]], unit[names[1]]) for unit in shared]) if len(names) == _PAIR else None,
        fleiss=fleiss_kappa(shared) if len({len(unit) for unit in shared}) == 1 else None,
        alpha=krippendorff_alpha(shared),
    )


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Kappa of two annotators, at most 1; None without units or where chance alone agrees always.

    Source: Cohen 1960.
    """
    if not pairs:
        return None
    n = len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = sum(one == other for one, other in pairs) / n
    expected = sum(first[label] * second[label] for label in first) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def fleiss_kappa(units: Ratings) -> float | None:
    """Kappa of any number of annotators, the same number for each unit; None where it is not defined.

    Source: Fleiss 1971.
    """
    if not units:
        return None
    total = Counter(label for unit in units for label in unit.values())
    expected = sum((count / total.total()) ** 2 for count in total.values())
    return None if expected == 1 else (_observed(units) - expected) / (1 - expected)


def krippendorff_alpha(units: Ratings) -> float | None:
    """Alpha for nominal labels, at most 1; units with one rating are left out; None where it is not defined.

    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section C.
    """
    shared = [Counter(unit.values()) for unit in units if len(unit) >= _PAIR]
    total = Counter[str]()
    for unit in shared:
        total += unit
    n = total.total()
    expected = sum(count * (n - count) for count in total.values())
    if expected == 0:
        return None
    observed = sum(count * (unit.total() - count) / (unit.total() - 1) for unit in shared for count in unit.values())
    return 1 - (n - 1) * observed / expected


def _observed(units: Ratings) -> float:
    """Mean over the units of the share of agreeing pairs."""
    shares = []
    for unit in units:
        counts, n = Counter(unit.values()), len(unit)
        shares.append(sum(count * (count - 1) for count in counts.values()) / (n * (n - 1)))
    return sum(shares) / len(shares)
