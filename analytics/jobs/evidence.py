"""Reads the evidence of one experiment from the store. Decides nothing."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from analytics.decide.evidence import Answer, Coverage, Evidence, LaneBooks, PairFacts, SelfChecks
from judges.judgement import Judgement
from proxy.errors import UsageError
from shadow.experiment import Experiment
from shadow.replay import Lane, ReplayOutcome
from shadow.store.clickhouse import Store
from shadow.store.schema import schema_hash

type _Lanes = Mapping[Lane, Answer]
type Rows = Sequence[Mapping[str, Any]]

_REPLAYED = "replayed"


def load_experiment(store: Store, experiment_id: str) -> Experiment:
    """The experiment's last version as the store has it.

    Raises:
        UsageError: the store knows no such experiment.
    """
    rows = store.read("experiment_now", experiment_id=experiment_id)
    if not rows:
        message = f"the store knows no experiment {experiment_id}; `understudy experiment list` shows those there are"
        raise UsageError(message)
    return Experiment.from_bytes(rows[0]["record"].encode())


def load_evidence(store: Store, experiment_id: str) -> Evidence:
    """Everything that the store knows of one experiment.

    Raises:
        UsageError: the store knows no such experiment.
    """
    experiment = load_experiment(store, experiment_id)
    checks = store.read("evidence_self_checks", experiment_id=experiment_id)
    judgements = store.read("evidence_judgements", experiment_id=experiment_id)
    lanes = _answers(
        store.read("evidence_replays", experiment_id=experiment_id), findings=_findings(judgements), voids=Voids(checks)
    )
    exchanges = store.read("evidence_exchanges", experiment_id=experiment_id)
    captured = sorted(row["captured_at"] for row in exchanges)
    live = sorted(row["captured_at"] for row in exchanges if not row["suite"])
    pairs = tuple(_pairs(exchanges, lanes))
    return Evidence(
        experiment=experiment,
        pairs=pairs,
        coverage=_coverage(store, live),
        books=_books(store.read("lane_books", experiment_id=experiment_id), exchanges, lanes.by_exchange),
        self_checks=_self_checks(checks),
        first_at=captured[0] if captured else None,
        last_at=captured[-1] if captured else None,
        suites=tuple(sorted({row["suite"] for row in exchanges if row["suite"]})),
        judge_versions={row["judge"]: row["version"] for row in judgements},
        judge_failures=dict(Counter(row["judge"] for row in judgements if row["finding"] == "failed")),
        migrations=schema_hash(),
    )


class Voids:
    """Which send times fell into a window in which the measuring client failed its own check."""

    def __init__(self, checks: Rows) -> None:
        self._windows: dict[str, tuple[list[datetime], list[str]]] = {}
        for row in checks:
            starts, reasons = self._windows.setdefault(row["worker_id"], ([], []))
            starts.append(row["window_start"])
            reasons.append("" if row["passed"] else f"self-check: {row['reason']}")

    def reason(self, sent_at: datetime) -> str:
        """Why timings of a replay sent then may not be used, or empty."""
        for starts, reasons in self._windows.values():
            place = bisect_right(starts, sent_at) - 1
            if place >= 0 and reasons[place]:
                return reasons[place]
        return ""


@dataclass(frozen=True, slots=True)
class _Answers:
    by_exchange: Mapping[str, dict[Lane, Answer]]
    conversations: Mapping[str, str]
    weights: Mapping[str, float]
    """Inverse of the probability that the exchange was captured and replayed, as it was at the replay."""


def _findings(rows: Rows) -> Mapping[tuple[str, str], dict[str, Judgement]]:
    found: defaultdict[tuple[str, str], dict[str, Judgement]] = defaultdict(dict)
    for row in rows:
        if row["finding"] == "judgement":
            found[row["exchange_id"], row["lane"]][row["judge"]] = Judgement(
                value=row["value"], label=row["label"], reason=row["reason"], severity=row["severity"]
            )
    return found


def _answers(rows: Rows, *, findings: Mapping[tuple[str, str], dict[str, Judgement]], voids: Voids) -> _Answers:
    by_exchange: defaultdict[str, dict[Lane, Answer]] = defaultdict(dict)
    for row in rows:
        by_exchange[row["exchange_id"]][Lane(row["lane"])] = Answer(
            outcome=ReplayOutcome(row["outcome"]),
            ttft_ms=row["ttft_ms"],
            e2e_ms=row["e2e_ms"],
            completion_tokens=row["completion_tokens"],
            void_reason=row["void_reason"] or voids.reason(row["sent_at"]),
            sent_s=row["sent_at"].timestamp(),
            parameters_hash=row["parameters_hash"],
            findings=findings.get((row["exchange_id"], row["lane"]), {}),
        )
    return _Answers(
        by_exchange,
        {row["exchange_id"]: row["conversation_id"] for row in rows},
        {row["exchange_id"]: row["weight"] for row in rows},
    )


def _pairs(exchanges: Rows, lanes: _Answers) -> Iterable[PairFacts]:
    for row in exchanges:
        answers = lanes.by_exchange.get(row["exchange_id"], {})
        if Lane.BASELINE in answers and Lane.CANDIDATE in answers:
            pair = PairFacts(
                exchange_id=row["exchange_id"],
                conversation_id=lanes.conversations[row["exchange_id"]],
                category=row["category"],
                suite=row["suite"],
                weight=lanes.weights[row["exchange_id"]],
                danger=row["danger"],
                baseline=answers[Lane.BASELINE],
                candidate=answers[Lane.CANDIDATE],
            )
            yield replace(pair, baseline_again=answers.get(Lane.BASELINE_AGAIN))


def _coverage(store: Store, live: Sequence[datetime]) -> Coverage:
    """The capture ledger over the minutes of the experiment's live exchanges; zero without any."""
    if not live:
        return Coverage(seen=0, published=0, sampled_out=0, dropped={}, stored=0)
    rows = store.read("evidence_coverage", first_at=live[0], last_at=live[-1])
    total = Counter[str]()
    dropped: dict[str, int] = {}
    for row in rows:
        total[row["disposition"]] += row["requests"]
        if row["disposition"] == "dropped":
            dropped[row["reason"]] = row["requests"]
    return Coverage(
        seen=total["seen"],
        published=total["published"],
        sampled_out=total["sampled_out"],
        dropped=dropped,
        stored=store.read("evidence_stored", first_at=live[0], last_at=live[-1])[0]["stored"],
    )


def _books(rows: Rows, exchanges: Rows, lanes: Mapping[str, _Lanes]) -> LaneBooks:
    dispositions = Counter[str]()
    for row in rows:
        dispositions[":".join(filter(None, (row["disposition"], row["reason"])))] += row["records"]
    missing = Counter[str]()
    for row in exchanges:
        absent = {Lane.BASELINE, Lane.CANDIDATE} - set(lanes.get(row["exchange_id"], {}))
        missing.update(str(lane) for lane in absent)
    unseen = dispositions[_REPLAYED] - len(exchanges)
    if unseen > 0:
        missing["exchange"] = unseen
    return LaneBooks(consumed=dispositions.total(), dispositions=dict(dispositions), missing=dict(missing))


def _self_checks(rows: Rows) -> SelfChecks:
    failed = [row["reason"] for row in rows if not row["passed"]]
    kinds = Counter(part.partition(":")[0] for reason in failed for part in reason.split("; "))
    return SelfChecks(windows=len(rows), passed=len(rows) - len(failed), reasons=dict(kinds))
