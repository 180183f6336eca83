"""The judging job: unjudged pairs in, findings out. Resumable and idempotent: what is judged is not read again."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import batched
from typing import Any, TypedDict, assert_never

from judges.judgement import Abstained, Case, Finding, Judge, JudgeFailed, Judgement
from judges.panel import Row, run_panel
from proxy.exchange import Exchange
from shadow.replay import Lane, Replay
from shadow.store.clickhouse import Store
from shadow.store.rows import replay_from_row


def unjudged(store: Store, *, experiment_id: str, judges: Sequence[Judge]) -> list[str]:
    """Exchanges of which some lane lacks a finding by some judge in its present version."""
    panel = [f"{judge.name}@{judge.version}" for judge in judges]
    rows = store.read("unjudged_exchanges", experiment_id=experiment_id, panel=panel)
    return [row["exchange_id"] for row in rows]


def judge_experiment(
    store: Store,
    *,
    experiment_id: str,
    judges: Sequence[Judge],
    batch: int,
    advance: Callable[[int], None] = lambda _exchanges: None,
) -> int:
    """Judge all that is unjudged now.

    Args:
        batch: Exchanges judged and written at a time; a stop in between loses at most one batch of work.
        advance: Told the number of exchanges after each batch.

    Returns:
        Findings written.
    """
    written = 0
    for exchange_ids in batched(unjudged(store, experiment_id=experiment_id, judges=judges), batch, strict=False):
        cases = list(cases_of(store, experiment_id=experiment_id, exchange_ids=exchange_ids))
        rows = [judgement_row(row, case=cases[row.case_index]) for row in run_panel(judges, cases)]
        written += store.insert("judgements", rows)
        advance(len(exchange_ids))
    return written


def cases_of(store: Store, *, experiment_id: str, exchange_ids: Sequence[str]) -> Iterator[Case]:
    """One case per replay; an exchange whose baseline lane is missing yields none."""
    lanes: defaultdict[str, dict[Lane, Replay]] = defaultdict(dict)
    for row in store.read("replays_of", experiment_id=experiment_id, exchange_ids=list(exchange_ids)):
        replay = replay_from_row(row)
        lanes[replay.exchange_id][replay.lane] = replay
    for row in store.read("exchanges_of", exchange_ids=list(exchange_ids)):
        exchange = Exchange.from_bytes(row["record"].encode())
        reference = lanes[exchange.exchange_id].get(Lane.BASELINE)
        if reference is not None:
            for answer in lanes[exchange.exchange_id].values():
                yield Case(exchange=exchange, answer=answer, reference=reference, **_labels(row))


class _Labels(TypedDict):
    checks: tuple[dict[str, object], ...]
    danger: str
    canary: str
    expected: str


def _labels(row: Mapping[str, Any]) -> _Labels:
    """What the suite's example says of a right answer; nothing on live traffic."""
    return {
        "checks": tuple(json.loads(row["checks"] or "[]")),
        "danger": row["danger"],
        "canary": row["canary"],
        "expected": row["expected"],
    }


def judgement_row(row: Row, *, case: Case) -> dict[str, Any]:
    """Row of `judgements`."""
    return {
        "experiment_id": case.answer.experiment_id,
        "exchange_id": case.exchange.exchange_id,
        "lane": str(case.answer.lane),
        "judge": row.judge,
        "version": row.version,
    } | _finding(row.finding)


def _finding(finding: Finding) -> dict[str, Any]:
    blank: dict[str, Any] = {"value": None, "label": "", "severity": 0.0, "spans": "[]"}
    match finding:
        case Judgement():
            return {
                "finding": "judgement",
                "value": finding.value,
                "label": finding.label,
                "severity": finding.severity,
                "reason": finding.reason,
                "spans": json.dumps([asdict(span) for span in finding.spans]),
            }
        case Abstained():
            return blank | {"finding": "abstained", "reason": finding.reason}
        case JudgeFailed():
            return blank | {"finding": "failed", "reason": finding.error}
        case _:
            assert_never(finding)
