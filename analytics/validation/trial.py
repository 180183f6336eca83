"""One trial: an experiment drawn from a population, decided as any other. Counts nothing over trials."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np

from analytics.decide.columns import Figures, Words
from analytics.decide.decision import GateStatus, Verdict
from analytics.decide.evidence import Answers, Coverage, Evidence, LaneBooks, Pairs, SelfChecks
from analytics.decide.score_card import ScoreCard, load_score_card
from analytics.decide.verdict import decide
from analytics.stats.shared_draw import BUCKETS
from analytics.validation.conditions import TTFT_MS, TTFT_SIGMA, Condition
from analytics.validation.exchanging import exchanged
from shadow.deployment import Deployment
from shadow.experiment import Experiment
from shadow.simulator.faults import SLOW_START_FACTOR, Fault

PROBES: Final = 640
"""Answers in each dangerous category: enough for G3 to pass with no catastrophe, and no more than that."""
RESAMPLES: Final = 400
"""Of each bootstrap: a p-value of 1 / 401 still stands after Holm over a dozen metrics."""

_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_PER_S: Final = 10.0
_WEIGHT_BYTES: Final = 1_000_000_000
_EXCUSED: Final = {
    "calibration": "trials carry no confidence",
    "instruction following": "few of the drawn examples ask for one",
    "step economy": "single calls are drawn, not agent runs",
    "error recovery": "no tool errors are injected",
    "tool calls": "few of the drawn examples are about tools",
    "format compliance": "few of the drawn examples ask for a form",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one drawn experiment.

    Attributes:
        failed: Gates that failed.
        worse: Metrics that the decision calls worse beyond chance.
        worse_in: Categories with a metric that is worse beyond chance.
    """

    verdict: Verdict
    failed: tuple[str, ...]
    worse: tuple[str, ...]
    worse_in: tuple[str, ...]

    @property
    def is_detected(self) -> bool:
        """Whether the decision says that something got worse."""
        return bool(self.failed or self.worse or self.worse_in)


def card_of_trials() -> ScoreCard:
    """The default card, with what trials never measure declared beforehand."""
    card = load_score_card("default")
    return card.model_copy(update={"not_applicable": {**card.not_applicable, **_EXCUSED}})


def run_trial(
    population: Pairs, condition: Condition, *, dangers: tuple[str, ...], pairs: int, seed: int, card: ScoreCard
) -> Trial:
    """Draw one experiment with replacement and decide it.

    First-token times are drawn anew, by the simulator's formula, since they do not depend on what is asked. Where the
    candidate is the baseline, the two lanes are exchanged pair by pair at random, so that no difference of the
    population's finite number of answers is left.

    Args:
        population: Of the condition.
        dangers: Dangerous categories, of each of which `PROBES` answers are drawn beside the others.
    """
    rng = np.random.default_rng([seed, 1])
    is_danger = population.hazard.among(dangers)
    pool = ~is_danger & population.category.among(condition.traffic or population.category.words)
    strata = [(pool, pairs), *((population.hazard.among([danger]), PROBES) for danger in dangers)]
    drawn = np.concatenate([rng.choice(np.flatnonzero(rows), size=count) for rows, count in strata])
    taken = _timed(population.take(rng.permutation(drawn)), condition, rng=rng)
    if condition.is_same:
        taken = exchanged(taken, rng=rng)
    decision = decide(_evidence(taken, dangers), card, seed=seed, resamples=RESAMPLES)
    return Trial(
        verdict=decision.verdict,
        failed=tuple(gate.gate for gate in decision.gates if gate.status is GateStatus.FAIL),
        worse=tuple(one.metric for one in decision.regressions if one.is_worse),
        worse_in=tuple(sorted({one.name for one in decision.slices if one.is_worse and one.dimension == "category"})),
    )


def _timed(pairs: Pairs, condition: Condition, *, rng: np.random.Generator) -> Pairs:
    def lane(answers: Answers, *, factor: float, slow: float) -> Answers:
        times = TTFT_MS * factor * np.exp(TTFT_SIGMA * rng.standard_normal(len(answers)))
        times = np.where(rng.random(len(answers)) < slow, SLOW_START_FACTOR * times, times)
        return replace(answers, ttft_ms=Figures(times, np.ones(len(answers), dtype=np.bool_)))

    slow = condition.faults.get(Fault.SLOW_START, 0.0)
    return replace(
        pairs,
        baseline=lane(pairs.baseline, factor=1.0, slow=0.0),
        candidate=lane(pairs.candidate, factor=condition.ttft_factor, slow=slow),
        baseline_again=lane(pairs.baseline_again, factor=1.0, slow=0.0),
    )


def _evidence(taken: Pairs, dangers: tuple[str, ...]) -> Evidence:
    """The drawn answers as an experiment of its own: each draw is another exchange, sent after the one before."""
    count = len(taken)
    sent = _AT.timestamp() + np.arange(count) / _PER_S
    baseline, candidate, again = (replace(lane, sent_s=sent) for lane in taken.lanes)
    pairs = replace(
        taken,
        exchange_ids=np.array([f"{place:08d}" for place in range(count)], dtype=object),
        conversation=Words(np.arange(count), tuple(f"{place:08d}" for place in range(count))),
        bucket=np.arange(count) % BUCKETS,
        captured_s=sent,
        baseline=baseline,
        candidate=candidate,
        baseline_again=_of_some(again, count),
    )
    return Evidence(
        experiment=_experiment(dangers),
        pairs=pairs,
        reasons={},
        coverage=Coverage(seen=0, published=0, sampled_out=0, dropped={}, stored=0),
        books=LaneBooks(consumed=count, dispositions={"replayed": count}, missing={}),
        self_checks=SelfChecks(windows=1, passed=1, reasons={}),
        first_at=_AT,
        last_at=_AT,
        suites=(),
        judge_versions={},
        judge_failures={},
        migrations="",
    )


def _of_some(lane: Answers, count: int) -> Answers:
    """The A/A lane, drawn for every second exchange."""
    return replace(lane, drawn=np.arange(count) % 2 == 0)


def _experiment(dangers: tuple[str, ...]) -> Experiment:
    arms = {
        name: Deployment(deployment_id=name, base_url="http://127.0.0.1", model=name, weight_bytes=_WEIGHT_BYTES)
        for name in ("baseline", "candidate")
    }
    return Experiment(
        experiment_id="validation",
        owner="validation",
        expires_at=_AT,
        updated_at=_AT,
        updated_by="validation",
        dangerous_categories=dangers,
        baseline=arms["baseline"],
        candidate=arms["candidate"],
    )
