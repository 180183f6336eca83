"""The judging job: unjudged pairs in, findings out. Resumable and idempotent: what is judged is not read again."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import batched
from typing import Any, TypedDict, assert_never
from urllib.parse import urlsplit

from judges.judgement import Abstained, Case, Finding, Judge, JudgeFailed, Judgement
from judges.panel import Row, run_panel
from proxy.errors import Refused, UsageError
from proxy.exchange import Exchange
from shadow.experiment import Experiment
from shadow.replay import Lane, Replay
from shadow.store.clickhouse import Store
from shadow.store.rows import replay_from_row

type RunJudges = Callable[[Sequence[Case], frozenset[str]], list[Row]]
"""Asks the judges of these names about the cases."""


def missing(store: Store, *, experiment_id: str, judges: Sequence[Judge]) -> dict[str, frozenset[str]]:
    """Exchanges of which some lane lacks a finding in a judge's present version, with the names of those judges."""
    panel = {f"{judge.name}@{judge.version}": judge.name for judge in judges}
    rows = store.read("unjudged_exchanges", experiment_id=experiment_id, panel=list(panel))
    return {row["exchange_id"]: frozenset(panel[one] for one in row["missing"]) for row in rows}


def unjudged(store: Store, *, experiment_id: str, judges: Sequence[Judge]) -> list[str]:
    """Exchanges of which some lane lacks a finding by some judge in its present version."""
    return list(missing(store, experiment_id=experiment_id, judges=judges))


def judge_experiment(
    store: Store,
    *,
    experiment_id: str,
    judges: Sequence[Judge],
    batch: int,
    run: RunJudges | None = None,
    advance: Callable[[int], None] = lambda _exchanges: None,
) -> int:
    """Judge all that is unjudged now; only judges whose findings are missing or of another version are asked.

    Args:
        batch: Exchanges judged and written at a time; a stop in between loses at most one batch of work.
        run: Asks judges by their names; in this process, without deadlines, by default.
        advance: Told the number of exchanges after each batch.

    Returns:
        Findings written.
    """
    ask = run or (lambda cases, names: run_panel([one for one in judges if one.name in names], cases))
    by_judges: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for exchange_id, names in missing(store, experiment_id=experiment_id, judges=judges).items():
        by_judges[names].append(exchange_id)
    written = 0
    for names, exchange_ids in by_judges.items():
        for part in batched(exchange_ids, batch, strict=False):
            cases = list(cases_of(store, experiment_id=experiment_id, exchange_ids=part))
            rows = [judgement_row(row, case=cases[row.case_index]) for row in ask(cases, names)]
            written += store.insert("judgements", rows)
            advance(len(part))
    return written


def load_experiment(store: Store, experiment_id: str) -> Experiment:
    """The experiment's last version.

    Raises:
        UsageError: the store knows no such experiment.
    """
    rows = store.read("experiment_now", experiment_id=experiment_id)
    if not rows:
        message = f"the store knows no experiment {experiment_id}"
        raise UsageError(message)
    return Experiment.from_bytes(rows[0]["record"].encode())


def refuse_arm(experiment: Experiment, *, base_url: str, model: str) -> None:
    """Refuse a judge that is one of the two that are judged: models prefer what they would have said themselves.

    Raises:
        Refused: server, model name or served model is that of the baseline or of the candidate.
    """
    for role, arm in (("baseline", experiment.baseline), ("candidate", experiment.candidate)):
        if _server(arm.base_url) == _server(base_url) or arm.model.casefold() == model.casefold():
            message = f"the LLM judge is the {role} of {experiment.experiment_id}: name another server and model"
            raise Refused(message)


def _server(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    host = {"localhost": "127.0.0.1", "::1": "127.0.0.1"}.get(parts.hostname or "", parts.hostname or "")
    return host, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


@dataclass(frozen=True, slots=True)
class JudgeCoverage:
    """What became of one judge's work on an experiment: answers judged, abstained on and failed on.

    Attributes:
        why: The commonest kinds of failure, then of abstention.
    """

    judge: str
    version: str
    judged: int
    abstained: int
    failed: int
    why: tuple[str, ...]


def coverage_of(store: Store, *, experiment_id: str) -> list[JudgeCoverage]:
    """One entry per judge."""
    return [
        JudgeCoverage(
            judge=row["judge"],
            version=row["version"],
            judged=row["judged"],
            abstained=row["abstained"],
            failed=row["failed"],
            why=(*row["failures"], *row["abstentions"]),
        )
        for row in store.read("judge_coverage", experiment_id=experiment_id)
    ]


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
