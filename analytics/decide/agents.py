"""The table of agents: what each lane did in each world. It decides nothing; the factor is `factors/agency.py`."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from analytics.decide.agent_run import AgentRun, known_runs
from analytics.decide.chance import Chance
from analytics.decide.columns import Words
from analytics.decide.decision import AgentFigures, Interval
from analytics.decide.intervals import make_interval
from analytics.decide.sample import Rows
from analytics.stats.pass_k import mean_pass_hat
from analytics.stats.shared_draw import buckets_of
from shadow.replay import Lane

EVERY_WORLD = "all"
"""Name of the rows over all worlds together."""


def agent_table(runs: Sequence[AgentRun], *, chance: Chance, confidence: float) -> tuple[AgentFigures, ...]:
    """One row per world and lane, and one per lane over all worlds; empty without runs."""
    worlds = [EVERY_WORLD, *sorted({run.world for run in runs})] if runs else []
    return tuple(
        _row(world, lane, runs, chance=chance, confidence=confidence)
        for world in worlds
        for lane in (Lane.BASELINE, Lane.CANDIDATE)
    )


def economy_rows(runs: Sequence[AgentRun]) -> Rows:
    """Economy of each solved run, clustered by task."""
    return rows_of([(run, run.economy) for run in runs])


def rows_of(values: Sequence[tuple[AgentRun, float | None]]) -> Rows:
    """The runs that have a value, clustered by task."""
    found = [(run, value) for run, value in values if value is not None]
    clusters = Words.of([run.cluster for run, _ in found])
    return Rows(
        values=np.array([value for _, value in found], dtype=np.float64),
        weights=np.ones(len(found)),
        clusters=clusters.codes,
        buckets=buckets_of(clusters.words)[clusters.codes],
    )


def _row(world: str, lane: Lane, runs: Sequence[AgentRun], *, chance: Chance, confidence: float) -> AgentFigures:
    there = [run for run in runs if run.lane is lane and world in {EVERY_WORLD, run.world}]
    known = known_runs(there, lane=lane)
    solved = [run for run in known if run.is_solved]
    economies = economy_rows(known).values
    recoveries = [run.figures.recovery for run in known]
    return AgentFigures(
        world=world,
        lane=str(lane),
        tasks=len({run.cluster for run in known}),
        runs=len(known),
        unknown=len(there) - len(known),
        solved=_share(known, purpose=f"agents {world} {lane}", chance=chance, confidence=confidence),
        pass_hat=mean_pass_hat(_trials(known)),
        economy=float(economies.mean()) if len(economies) else None,
        exact=_mean([float(run.figures.is_exact) for run in known if run.figures.is_exact is not None]),
        steps=sum(run.figures.steps for run in known),
        redundant=sum(run.figures.redundant for run in known),
        cycles=sum(run.figures.cycles for run in known),
        invented=sum(run.figures.invented for run in known),
        invalid=sum(run.figures.invalid for run in known),
        failed_calls=sum(one.failed for one in recoveries),
        recovered=sum(one.recovered for one in recoveries),
        identical_retries=sum(one.identical_retries for one in recoveries),
        injected=sum(one.injected for one in recoveries),
        mended=sum(one.mended for one in recoveries),
        tokens_per_solved=_per(sum(run.figures.completion_tokens for run in known), len(solved)),
        ms_per_solved=_per(sum(run.run_ms or 0.0 for run in known), len(solved)),
    )


def _share(known: Sequence[AgentRun], *, purpose: str, chance: Chance, confidence: float) -> Interval | None:
    rows = rows_of([(run, float(run.is_solved is True)) for run in known])
    if not rows.n:
        return None
    mean = chance.mean(rows, purpose=purpose, confidence=confidence)
    return make_interval(mean.mean, low=max(mean.low, 0.0), high=min(mean.high, 1.0))


def _trials(known: Sequence[AgentRun]) -> list[tuple[int, int]]:
    """Solved trials and trials of each task."""
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for run in known:
        found[run.cluster].append(run.is_solved is True)
    return [(sum(trials), len(trials)) for trials in found.values()]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _per(total: float, solved: int) -> float | None:
    """What a solved run cost, the unsolved ones paid for by the solved."""
    return total / solved if solved else None
