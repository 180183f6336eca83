"""Decisions in the store: kept when they are made, read again for reports and comparisons. Decides nothing."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from analytics.decide.decision import Decision
from analytics.report.report import Dated
from proxy.errors import BadRecord
from shadow.store.clickhouse import Store


def keep_decision(store: Store, decision: Decision, *, decided_at: datetime) -> str:
    """Insert the decision; the same record decided again is the same row, with the later time.

    Returns:
        The decision's id.
    """
    row = _decision_row(decision, decided_at=decided_at)
    store.insert("decisions", [row])
    return str(row["decision_id"])


def load_decisions(store: Store, experiment_id: str, *, until: datetime, most: int) -> list[Dated]:
    """The experiment's last decisions up to a time, the last first; empty when it has none.

    Raises:
        BadRecord: one was written by a version whose records this one cannot read.
    """
    rows = store.read("decisions_of", experiment_id=experiment_id, until=until, most=most)
    return [_dated(row, experiment_id=experiment_id) for row in rows]


def load_last_decisions(store: Store) -> list[Dated]:
    """The last decision of every experiment that has one, by experiment.

    Raises:
        BadRecord: as for `load_decisions`.
    """
    return [_dated(row, experiment_id=row["experiment_id"]) for row in store.read("last_decisions")]


def _dated(row: Mapping[str, Any], *, experiment_id: str) -> Dated:
    try:
        return Dated(Decision.model_validate_json(row["record"]), decided_at=row["decided_at"])
    except ValidationError as error:
        message = (
            f"decision {row['decision_id']} of {experiment_id} is no record of this version "
            f"({error.error_count()} fields do not fit); decide again with `understudy decide {experiment_id}`"
        )
        raise BadRecord(message) from None


def _decision_row(decision: Decision, *, decided_at: datetime) -> dict[str, object]:
    record = decision.to_json()
    return {
        "decision_id": hashlib.sha256(record.encode()).hexdigest()[:32],
        "experiment_id": decision.experiment_id,
        "decided_at": decided_at,
        "verdict": str(decision.verdict),
        "record": record,
    }
