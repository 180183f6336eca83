"""Reads what a report draws beside the decision: distributions of times, severities, costs. Aggregated by the store."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from analytics.decide.decision import Decision
from analytics.report.report import Cost, Distribution, Exhibits, Measure
from shadow.deployment import Deployment
from shadow.store.clickhouse import Row, Store
from shadow.worker.spend import Work, spend_of

_BIN = 0.02
"""Width of a bin on the scale of natural logarithms, as in `report_timings.sql`."""

_NEVER_MS = 2**62


def load_exhibits(store: Store, decision: Decision) -> Exhibits:
    """All exhibits of the decision's experiment; each is empty when the store holds nothing for it."""
    return Exhibits(
        timings=_load_timings(store, decision.experiment_id),
        severities=_load_severities(store, decision.experiment_id),
        costs=_load_costs(store, decision),
    )


def _load_timings(store: Store, experiment_id: str) -> dict[Measure, dict[str, Distribution]]:
    spans = void_spans(store.read("evidence_self_checks", experiment_id=experiment_id))
    edges = {"void_from_ms": [first for first, _ in spans], "void_to_ms": [last for _, last in spans]}
    bins: dict[tuple[str, str], dict[int | None, int]] = defaultdict(dict)
    for row in store.read("report_timings", experiment_id=experiment_id, **edges):
        bins[row["measure"], row["lane"]][row["bin"]] = row["requests"]
    timings: dict[Measure, dict[str, Distribution]] = defaultdict(dict)
    for (measure, lane), counts in bins.items():
        timings[Measure(measure)][lane] = _distribution(counts)
    return dict(timings)


def void_spans(checks: Sequence[Row]) -> list[tuple[int, int]]:
    """Spans in which some worker failed its own check, merged and rising; ms since the epoch, the end left out.

    A window lasts until the same worker's next one, and a worker's last window has no end.

    Args:
        checks: Rows of `evidence_self_checks.sql`, by worker and time.
    """
    following = (*checks[1:], None)
    return _merge(
        sorted(
            (_stamp_ms(check), _end_ms(check, after=after))
            for check, after in zip(checks, following, strict=False)
            if not check["passed"]
        )
    )


def _end_ms(check: Row, *, after: Row | None) -> int:
    return _NEVER_MS if after is None or after["worker_id"] != check["worker_id"] else _stamp_ms(after)


def _merge(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return merged


def _stamp_ms(check: Row) -> int:
    started_at: datetime = check["window_start"]
    return round(started_at.timestamp() * 1000)


def _distribution(counts: Mapping[int | None, int]) -> Distribution:
    edges = sorted(place for place in counts if place is not None)
    return Distribution(
        upto_ms=tuple(math.exp(_BIN * place) for place in edges),
        requests=tuple(counts[place] for place in edges),
        failed=counts.get(None, 0),
    )


def _load_severities(store: Store, experiment_id: str) -> dict[str, dict[float, int]]:
    severities: dict[str, dict[float, int]] = defaultdict(dict)
    for row in store.read("report_severities", experiment_id=experiment_id):
        severities[row["lane"]][row["severity"]] = row["answers"]
    return dict(severities)


def _load_costs(store: Store, decision: Decision) -> tuple[Cost, ...]:
    known = {one.deployment_id: one for one in (decision.baseline, decision.candidate)}
    rows = store.read("experiment_spend", experiment_id=decision.experiment_id)
    return tuple(_cost(row, known[row["deployment_id"]]) for row in rows if row["deployment_id"] in known)


def _cost(row: Mapping[str, float], deployment: Deployment) -> Cost:
    work = Work(prompt_tokens=int(row["prompt_tokens"]), output_tokens=int(row["output_tokens"]), busy_s=row["busy_s"])
    spend = spend_of(work, deployment)
    return Cost(
        deployment_id=deployment.deployment_id,
        prompt_tokens=work.prompt_tokens,
        output_tokens=work.output_tokens,
        busy_s=work.busy_s,
        gpu_seconds=spend.gpu_seconds,
        usd=spend.usd if deployment.is_priced else None,
    )
