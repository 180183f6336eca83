"""Which load levels a decision rests on: the last run at the experiment's target load, both lanes complete."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shadow.experiment import Experiment
from shadow.load.level import KEPT_PER_STREAM, Load, LoadLevel, LoadRequest, Loop
from shadow.replay import Lane


@dataclass(frozen=True, slots=True)
class Trial:
    """One load that one run put on both lanes: the blocks of each, in order."""

    run_id: str
    load: Load
    baseline: tuple[LoadLevel, ...]
    candidate: tuple[LoadLevel, ...]

    def lane(self, lane: Lane) -> tuple[LoadLevel, ...]:
        """The blocks of a lane."""
        return self.candidate if lane is Lane.CANDIDATE else self.baseline


def trials_of(levels: Iterable[LoadLevel], experiment: Experiment) -> tuple[Trial, ...]:
    """The last trial at each load, by load. Left out is what another deployment than the experiment's answered."""
    same = {Lane.BASELINE: experiment.baseline.fingerprint, Lane.CANDIDATE: experiment.candidate.fingerprint}
    runs: defaultdict[tuple[str, Load], list[LoadLevel]] = defaultdict(list)
    for level in sorted(levels, key=lambda one: (one.started_at, one.block.number)):
        if level.fingerprint == same.get(level.lane):
            runs[level.block.run_id, level.load].append(level)
    latest: dict[Load, Trial] = {}
    for (run_id, load), found in runs.items():
        baseline, candidate = (tuple(one for one in found if one.lane is lane) for lane in same)
        if baseline and candidate and (load not in latest or _begin(latest[load]) < candidate[0].started_at):
            latest[load] = Trial(run_id, load, baseline, candidate)
    return tuple(latest[load] for load in sorted(latest))


def _begin(trial: Trial) -> datetime:
    return trial.candidate[0].started_at


def target_loads(experiment: Experiment) -> tuple[Load, ...]:
    """The loads that the candidate has to stand, the one that is closer to production first."""
    target = experiment.target
    rate = () if target.requests_per_second is None else (Load(Loop.OPEN, target.requests_per_second),)
    streams = () if target.concurrency is None else (Load(Loop.CLOSED, float(target.concurrency)),)
    return (*rate, *streams)


def target_trial(levels: Iterable[LoadLevel], experiment: Experiment) -> Trial | None:
    """The trial at the target load; None where there is no target, or nobody has put that load on both lanes."""
    found = {trial.load: trial for trial in trials_of(levels, experiment)}
    return next((found[load] for load in target_loads(experiment) if load in found), None)


def unresolved_reasons(levels: Sequence[LoadLevel]) -> tuple[str, ...]:
    """Why a lane's figures at a load decide nothing: void, not in steady state, or too few requests.

    Source: MEASURES section 1, load stage.
    """
    reasons = [f"block {level.block.number} is void: {level.void_reason}" for level in levels if level.void_reason]
    reasons += [
        f"block {level.block.number} was not in steady state: {level.unsteady_reason}"
        for level in levels
        if level.unsteady_reason
    ]
    kept = len(kept_requests(levels))
    wanted = KEPT_PER_STREAM * max((level.streams for level in levels), default=0.0)
    if kept < wanted:
        reasons.append(f"{kept} requests were kept, {wanted:.0f} are needed")
    return tuple(reasons)


def kept_requests(levels: Sequence[LoadLevel]) -> list[LoadRequest]:
    """The kept requests of all blocks, failed ones included."""
    return [request for level in levels for request in level.kept]


def first_tokens_ms(levels: Sequence[LoadLevel]) -> list[float]:
    """First-token times of the kept requests, ms; failed ones are +infinity. In an open loop from the schedule."""
    return [request.first_token_ms(level.load.loop) for level in levels for request in level.kept]


def sent_times_s(levels: Sequence[LoadLevel]) -> list[float]:
    """When each of them was sent, seconds since the epoch."""
    return [level.started_at.timestamp() + request.sent_s for level in levels for request in level.kept]
