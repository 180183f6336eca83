"""Makes a report of a decision: its worst pairs' texts, its exhibits, and the decision before it, from the store."""

from datetime import datetime

from analytics.decide.decision import Decision
from analytics.jobs.decisions import load_decisions
from analytics.jobs.exhibits import load_exhibits
from analytics.jobs.specimens import load_specimens
from analytics.report.report import Dated, Report
from proxy.errors import BadRecord, UsageError
from shadow.store.clickhouse import Store


def compose_report(store: Store, decision: Decision, *, made_at: datetime, previous: Dated | None) -> Report:
    """The report of a decision, with what the store holds now of its pairs."""
    return Report(
        decision=decision,
        specimens=load_specimens(store, experiment_id=decision.experiment_id, worst=decision.worst_pairs),
        exhibits=load_exhibits(store, decision),
        made_at=made_at,
        previous=previous,
    )


def find_previous(store: Store, experiment_id: str, *, before: datetime) -> Dated | None:
    """The decision that held before; None without one, or when it is of a version that cannot be read any more."""
    try:
        found = load_decisions(store, experiment_id, until=before, most=1)
    except BadRecord:
        return None
    return found[0] if found else None


def restore_report(store: Store, experiment_id: str, *, until: datetime, made_at: datetime) -> Report:
    """The report of the decision that held at a time, made again.

    Raises:
        UsageError: nothing had been decided of the experiment by then.
        BadRecord: as for `load_decisions`.
    """
    found = load_decisions(store, experiment_id, until=until, most=1)
    if not found:
        message = f"nothing was decided of {experiment_id} by then; decide it with `understudy decide {experiment_id}`"
        raise UsageError(message)
    latest = found[0]
    before = load_decisions(store, experiment_id, until=latest.decided_at, most=2)[1:]
    return compose_report(store, latest.decision, made_at=made_at, previous=before[0] if before else None)
