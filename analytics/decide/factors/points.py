"""Points 0 to 10 of a component, and what every component is measured from. Measures nothing itself."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from analytics.decide.chance import Chance
from analytics.decide.decision import Interval
from analytics.decide.evidence import Evidence
from analytics.decide.intervals import make_interval
from analytics.decide.loads import Trial, target_trial
from analytics.decide.sample import Rows, Sample
from analytics.decide.score_card import ComponentName, ScoreCard
from analytics.stats.quantile import Floats
from analytics.stats.shared_draw import drawn_ratios

MOST = 10.0
"""The most points that a component, a factor and the score can have."""


@dataclass(frozen=True, slots=True)
class Points:
    """Points 0 to 10 with their bounds, or None when missing; `note` says why or what they rest on.

    Attributes:
        draws: The points in each draw that all candidates share; None where chance has no part in them.
        needed: How many more answers are wanting, where that is why it is missing.
        per_hour: How many of them live traffic brings.
    """

    value: Interval | None
    n: int
    note: str
    draws: tuple[float, ...] | None = None
    needed: int | None = None
    per_hour: float | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What every component is measured from."""

    evidence: Evidence
    sample: Sample
    card: ScoreCard
    chance: Chance
    timings_valid: bool

    @property
    def trial(self) -> Trial | None:
        """The target load as it was put on both lanes, where it was."""
        return target_trial(self.evidence.load, self.evidence.experiment)


type Measure = Callable[[Material], Points]


@dataclass(frozen=True, slots=True)
class Part:
    """One component: its name, its share of the factor in [0, 1], and how it is measured."""

    name: ComponentName
    share: float
    measure: Measure


@dataclass(frozen=True, slots=True)
class Plan:
    """One factor: its key in the score card's weights, its title, and its components, whose shares sum to 1."""

    key: str
    title: str
    parts: tuple[Part, ...]


def scale(estimate: float, *, low: float, high: float, points: Callable[[float], float]) -> Interval | None:
    """Points of a figure and of its bounds, each cut to [0, 10], the lower bound first."""
    value, *ends = (min(max(points(one), 0.0), MOST) for one in (estimate, low, high))
    return make_interval(value, low=min(ends), high=max(ends))


def drawn_points(figures: Floats, *, points: Callable[[float], float]) -> tuple[float, ...]:
    """Points of a figure in each draw, cut to [0, 10]."""
    return tuple(min(max(points(one), 0.0), MOST) for one in figures.tolist())


def mean_draws(rows: Rows, material: Material) -> Floats:
    """The weighted mean of at least one row in each draw."""
    return drawn_ratios(rows.values * rows.weights, rows.weights, buckets=rows.buckets, times=material.chance.times)


def mean_points(rows: Rows, material: Material, *, purpose: str, note: str, missing: str) -> Points:
    """Ten times a mean in [0, 1]; missing without rows."""
    if not rows.n:
        return Points(None, 0, missing)
    mean = material.chance.mean(rows, purpose=f"score {purpose}", confidence=material.card.confidence)
    value = scale(mean.mean, low=mean.low, high=mean.high, points=_tenfold)
    return Points(value, rows.n, note, drawn_points(mean_draws(rows, material), points=_tenfold))


def halving(ratio: float) -> float:
    """Five points at equality, five more for twice as good."""
    return 5 + 5 * math.log2(ratio) if ratio > 0 else 0.0


def _tenfold(share: float) -> float:
    return MOST * share


def unmeasured(reason: str) -> Measure:
    """A component that nothing measures yet."""
    return lambda _material: Points(None, 0, reason)
