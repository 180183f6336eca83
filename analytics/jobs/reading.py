"""Asks the store everything that a decision rests on. What the answers mean is in `evidence.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow.compute as pc

from analytics.decide.agent_run import AgentRun
from analytics.decide.judge_measure import JudgeMeasure
from analytics.jobs.agent_runs import load_agent_runs
from analytics.jobs.loads import load_levels
from analytics.jobs.qualities import quality_of
from analytics.jobs.tables import Table, placed
from proxy.errors import UsageError
from shadow.experiment import Experiment
from shadow.load.level import LoadLevel
from shadow.store.clickhouse import Store
from shadow.store.schema import schema_hash


@dataclass(frozen=True, slots=True)
class Reading:
    """What the store answered: tables by question, and by judge for what the judges found.

    Attributes:
        pairs: One row per exchange, in rising order of their ids.
        findings: `place` is the row in `pairs`.
        migrations: Hash of the store's migrations.
        measures: Of every judge and version that was measured, whether it judged here or not.
    """

    experiment: Experiment
    pairs: Table
    findings: Mapping[str, Table]
    reasons: Table
    self_checks: Table
    coverage: Table
    stored: int
    books: Table
    migrations: str
    load: tuple[LoadLevel, ...] = ()
    agent_runs: tuple[AgentRun, ...] = ()
    measures: tuple[JudgeMeasure, ...] = ()


def read_experiment(store: Store, experiment_id: str) -> Experiment:
    """The experiment's last version as the store has it.

    Raises:
        UsageError: the store knows no such experiment.
    """
    rows = store.read("experiment_now", experiment_id=experiment_id)
    if not rows:
        message = f"the store knows no experiment {experiment_id}; `understudy experiment list` shows those there are"
        raise UsageError(message)
    return Experiment.from_bytes(rows[0]["record"].encode())


def read_evidence(store: Store, experiment_id: str) -> Reading:
    """Everything that the store knows of one experiment.

    Raises:
        UsageError: the store knows no such experiment.
    """
    experiment = read_experiment(store, experiment_id)
    pairs = store.table(
        "evidence_pairs",
        experiment_id=experiment_id,
        baseline=experiment.baseline.fingerprint,
        candidate=experiment.candidate.fingerprint,
    )
    keys = pairs["key"].combine_chunks()
    judges = [row["judge"] for row in store.read("evidence_judges", experiment_id=experiment_id)]
    first_at, last_at = window(pairs, live=True) or (_NEVER, _NEVER)
    return Reading(
        experiment=experiment,
        pairs=pairs,
        findings={
            judge: placed(store.table("evidence_findings", experiment_id=experiment_id, judge=judge), keys)
            for judge in judges
        },
        reasons=store.table("evidence_reasons", experiment_id=experiment_id),
        self_checks=store.table("evidence_self_checks", experiment_id=experiment_id),
        coverage=store.table("evidence_coverage", first_at=first_at, last_at=last_at),
        stored=store.read("evidence_stored", first_at=first_at, last_at=last_at)[0]["stored"],
        books=store.table("lane_books", experiment_id=experiment_id),
        migrations=schema_hash(),
        load=load_levels(store, experiment),
        agent_runs=load_agent_runs(store, experiment),
        measures=quality_of(store),
    )


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""A window in which nothing was captured."""


def window(pairs: Table, *, live: bool = False) -> tuple[datetime, datetime] | None:
    """When the first and the last exchange were captured, of live ones alone if wanted; None without any."""
    captured = pairs["captured_ms"]
    if live:
        captured = captured.filter(pc.equal(pairs["suite"], ""))
    found = pc.min_max(captured).as_py()
    if found["min"] is None:
        return None
    first, last = (datetime.fromtimestamp(found[end] / 1000, UTC) for end in ("min", "max"))
    return first, last
