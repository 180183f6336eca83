"""Wiring of jobs, decision and report: the only place of this package where objects are built."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from analytics.decide.decision import Decision
from analytics.decide.ranking import rank
from analytics.decide.score_card import load_score_card
from analytics.decide.verdict import decide
from analytics.jobs.evidence import load_evidence
from analytics.jobs.exhibits import load_exhibits
from analytics.jobs.judging import judge_experiment, unjudged
from analytics.jobs.specimens import load_specimens
from analytics.report.report import Report
from analytics.report.writing import write_index, write_report
from analytics.settings import AnalyticsSettings
from judges.judgement import Judge
from judges.main import open_panel
from judges.settings import JudgeSettings
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store


@contextmanager
def opened_store() -> Iterator[Store]:
    """The store that the settings name, for the length of the block."""
    store = Store.connect(ClickHouseSettings())
    try:
        yield store
    finally:
        store.close()


def open_judges() -> list[Judge]:
    """The whole panel; loads the embedding model, which takes seconds."""
    return open_panel(JudgeSettings())


def count_unjudged(experiment_id: str, *, judges: Sequence[Judge]) -> int:
    """Exchanges that some judge of the panel has not judged in its present version."""
    with opened_store() as store:
        return len(unjudged(store, experiment_id=experiment_id, judges=judges))


def run_judges(
    experiment_id: str, *, judges: Sequence[Judge], advance: Callable[[int], None] = lambda _exchanges: None
) -> int:
    """Judge all that is unjudged now; returns the findings written."""
    with opened_store() as store:
        batch = AnalyticsSettings().judge_batch
        return judge_experiment(store, experiment_id=experiment_id, judges=judges, batch=batch, advance=advance)


@dataclass(frozen=True, slots=True)
class Written:
    """A decision and where its report is."""

    decision: Decision
    report: Path


def run_decisions(experiment_ids: Sequence[str], *, folder: Path | None = None) -> tuple[list[Written], Path]:
    """Decide each experiment, keep the decisions in the store, and write reports and their index.

    Returns:
        Decisions in ranking order, and the path of the index page.

    Raises:
        UsageError: the store knows no such experiment, or its score card cannot be read.
    """
    settings = AnalyticsSettings()
    target = folder or settings.report_dir
    with opened_store() as store:
        written = {one: _decide_one(store, one, settings=settings, folder=target) for one in experiment_ids}
    ranked = rank([one.decision for one in written.values()])
    index = write_index(ranked, folder=target)
    return [written[decision.experiment_id] for decision in ranked], index


def _decide_one(store: Store, experiment_id: str, *, settings: AnalyticsSettings, folder: Path) -> Written:
    evidence = load_evidence(store, experiment_id)
    card = load_score_card(evidence.experiment.score_card)
    decision = decide(evidence, card, seed=settings.seed, resamples=settings.resamples)
    now = datetime.now(UTC)
    store.insert("decisions", [_decision_row(decision, decided_at=now)])
    specimens = load_specimens(store, experiment_id=experiment_id, worst=decision.worst_pairs)
    report = Report(decision=decision, specimens=specimens, exhibits=load_exhibits(store, decision), made_at=now)
    return Written(decision, write_report(report, folder=folder))


def _decision_row(decision: Decision, *, decided_at: datetime) -> dict[str, object]:
    record = decision.to_json()
    return {
        "decision_id": hashlib.sha256(record.encode()).hexdigest()[:32],
        "experiment_id": decision.experiment_id,
        "decided_at": decided_at,
        "verdict": str(decision.verdict),
        "record": record,
    }
