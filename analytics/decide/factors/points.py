"""Points 0 to 10 of a component, and what every component is measured from. Measures nothing itself."""

from collections.abc import Callable
from dataclasses import dataclass

from analytics.decide.chance import Chance
from analytics.decide.decision import Interval
from analytics.decide.evidence import Evidence
from analytics.decide.intervals import make_interval
from analytics.decide.loads import Trial, target_trial
from analytics.decide.sample import Rows, Sample
from analytics.decide.score_card import ComponentName, ScoreCard

MOST = 10.0
"""The most points that a component, a factor and the score can have."""


@dataclass(frozen=True, slots=True)
class Points:
    """Points 0 to 10 with their bounds, or None when missing; `note` says why or what they rest on."""

    value: Interval | None
    n: int
    note: str


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


def mean_points(rows: Rows, material: Material, *, purpose: str, note: str, missing: str) -> Points:
    """Ten times a mean in [0, 1]; missing without rows."""
    if not rows.n:
        return Points(None, 0, missing)
    mean = material.chance.mean(rows, purpose=f"score {purpose}", confidence=material.card.confidence)
    value = scale(mean.mean, low=mean.low, high=mean.high, points=lambda share: MOST * share)
    return Points(value, rows.n, note)


def unmeasured(reason: str) -> Measure:
    """A component that nothing measures yet."""
    return lambda _material: Points(None, 0, reason)
