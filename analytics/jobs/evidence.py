"""Makes the evidence of one experiment out of what the store answered. Asks nothing and decides nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analytics.decide.columns import Bools, Figures, Floats, Integers, Words
from analytics.decide.evidence import Answers, Coverage, Evidence, Findings, LaneBooks, Pairs, SelfChecks
from analytics.jobs.reading import Reading, read_evidence, window
from analytics.jobs.tables import Table, figures, flags, floats, texts, words
from judges.agents import VERSION
from shadow.experiment import Arm
from shadow.replay import Lane
from shadow.store.clickhouse import Store

type Rows = Sequence[Mapping[str, Any]]

_REPLAYED = "replayed"
_LANES = (Lane.BASELINE, Lane.CANDIDATE, Lane.BASELINE_AGAIN)


def load_evidence(store: Store, experiment_id: str) -> Evidence:
    """Everything that the store knows of one experiment.

    Raises:
        UsageError: the store knows no such experiment.
    """
    return make_evidence(read_evidence(store, experiment_id))


def make_evidence(reading: Reading) -> Evidence:
    """The evidence that was read; the same reading gives the same evidence."""
    checks = reading.self_checks.to_pylist()
    exchanges = _exchanges(reading, voids=Voids(checks))
    runs = reading.agent_runs
    versions = {judge: _versions(table) for judge, table in reading.findings.items() if len(table)}
    captured, split = window(reading.pairs), _are_of_another(reading, exchanges)
    paired = ~split & exchanges.baseline.drawn & exchanges.candidate.drawn
    return Evidence(
        experiment=reading.experiment,
        pairs=exchanges if paired.all() else exchanges.take(paired),
        reasons={(row["judge"], row["exchange_id"]): row["reason"] for row in reading.reasons.to_pylist()},
        coverage=_coverage(reading),
        books=_books(reading, exchanges, split=split),
        self_checks=_self_checks(checks),
        first_at=captured[0] if captured else None,
        last_at=captured[1] if captured else None,
        suites=tuple(sorted({word for word in exchanges.suite.words if word} | {run.suite for run in runs})),
        judge_versions=versions | ({"agents": VERSION} if runs else {}),
        judge_failures={judge: count for judge, table in reading.findings.items() if (count := _failures(table))},
        migrations=reading.migrations,
        load=reading.load,
        agent_runs=runs,
        measures={one.judge: one for one in reading.measures if one.version == versions.get(one.judge)},
    )


class Voids:
    """Which send times fell into a window in which the measuring client failed its own check."""

    def __init__(self, checks: Rows) -> None:
        self._workers: list[tuple[Floats, Bools]] = []
        for worker in sorted({row["worker_id"] for row in checks}):
            own = [row for row in checks if row["worker_id"] == worker]
            windows = sorted((row["window_start"].timestamp(), not row["passed"]) for row in own)
            starts, failed = zip((-np.inf, False), *windows, strict=True)
            self._workers.append((np.array(starts), np.array(failed, dtype=np.bool_)))

    def among(self, sent_s: Floats) -> Bools:
        """Which of these send times, seconds since the epoch, fell into such a window."""
        void = np.zeros(len(sent_s), dtype=np.bool_)
        for starts, failed in self._workers:
            void |= failed[np.searchsorted(starts, sent_s, side="right") - 1]
        return void


def _exchanges(reading: Reading, *, voids: Voids) -> Pairs:
    """Every exchange of the experiment, also those that lack a lane."""
    table = reading.pairs
    findings = {judge: _findings(found, n=len(table)) for judge, found in reading.findings.items()}

    def lane(name: Lane) -> Answers:
        return _answers(table, lane=name, voids=voids, findings={judge: by[name] for judge, by in findings.items()})

    return Pairs(
        exchange_ids=texts(table["exchange_id"]),
        conversation=words(table["conversation_id"]),
        bucket=table["bucket"].to_numpy().astype(np.int64),
        category=words(table["category"]),
        hazard=words(table["hazard"]),
        suite=words(table["suite"]),
        route=words(table["route"]),
        language=words(table["language"]),
        tenant=words(table["tenant"]),
        prompt_tokens=figures(table["prompt_tokens"]),
        captured_s=floats(table["captured_ms"]) / 1000,
        weight=floats(table["weight"]),
        same_parameters=flags(table["same_parameters"]),
        baseline=lane(Lane.BASELINE),
        candidate=lane(Lane.CANDIDATE),
        baseline_again=lane(Lane.BASELINE_AGAIN),
    )


def _are_of_another(reading: Reading, exchanges: Pairs) -> Bools:
    """Which exchanges were answered by a deployment of before a split, or maybe by one that stood in for a while."""
    found = flags(reading.pairs["foreign"])
    arms: tuple[tuple[Arm, Answers], ...] = (
        ("baseline", exchanges.baseline),
        ("baseline", exchanges.baseline_again),
        ("candidate", exchanges.candidate),
    )
    for arm, answers in arms:
        for start, end in reading.experiment.unsure_spans(arm):
            found = found | answers.drawn & (answers.sent_s >= start.timestamp()) & (answers.sent_s < end.timestamp())
    return found


def _answers(table: Table, *, lane: Lane, voids: Voids, findings: Mapping[str, Findings]) -> Answers:
    sent_s = floats(table[f"{lane}_sent_ms"]) / 1000
    return Answers(
        drawn=flags(table[f"{lane}_drawn"]),
        outcome=words(table[f"{lane}_outcome"]),
        ttft_ms=figures(table[f"{lane}_ttft_ms"]),
        e2e_ms=figures(table[f"{lane}_e2e_ms"]),
        completion_tokens=figures(table[f"{lane}_completion_tokens"]),
        is_void=flags(table[f"{lane}_is_void"]) | voids.among(sent_s),
        sent_s=sent_s,
        findings=findings,
    )


def _findings(table: Table, *, n: int) -> dict[Lane, Findings]:
    """A judge's findings by lane, each spread over the rows of all exchanges."""
    lanes, judged = words(table["lane"]), words(table["finding"]).among(["judgement"])
    labels, places = words(table["label"]), table["place"].to_numpy()
    values, severities = figures(table["value"]).values, floats(table["severity"])

    def of(lane: Lane) -> Findings:
        wanted = lanes.among([lane]) & judged
        rows = places[wanted]
        known = np.zeros(n, dtype=np.bool_)
        known[rows] = True
        return Findings(
            value=Figures(_spread(values[wanted], rows, n=n), known),
            label=_labels(labels.take(wanted), rows, n=n),
            severity=Figures(_spread(severities[wanted], rows, n=n), known),
        )

    return {lane: of(lane) for lane in _LANES}


def _spread(values: Floats, rows: Integers, *, n: int) -> Floats:
    spread = np.zeros(n)
    spread[rows] = values
    return spread


def _labels(found: Words, rows: Integers, *, n: int) -> Words:
    """The labels, and the empty word where nothing was found."""
    every = tuple(sorted({"", *found.words}))
    codes = np.full(n, every.index(""), dtype=np.int64)
    codes[rows] = np.array([every.index(word) for word in found.words], dtype=np.int64)[found.codes]
    return Words(codes, every)


def _versions(table: Table) -> str:
    """The judge's version; several when a part was not judged anew yet."""
    return " and ".join(words(table["version"]).words)


def _failures(table: Table) -> int:
    return int(words(table["finding"]).among(["failed"]).sum())


def _coverage(reading: Reading) -> Coverage:
    """The capture ledger over the minutes of the experiment's live exchanges; zero without any."""
    total = Counter[str]()
    dropped: dict[str, int] = {}
    for row in reading.coverage.to_pylist():
        total[row["disposition"]] += row["requests"]
        if row["disposition"] == "dropped":
            dropped[row["reason"]] = row["requests"]
    return Coverage(
        seen=total["seen"],
        published=total["published"],
        sampled_out=total["sampled_out"],
        dropped=dropped,
        stored=reading.stored,
    )


def _books(reading: Reading, exchanges: Pairs, *, split: Bools) -> LaneBooks:
    dispositions = Counter[str]()
    for row in reading.books.to_pylist():
        dispositions[":".join(filter(None, (row["disposition"], row["reason"])))] += row["records"]
    absent = {
        str(lane): int(np.sum(~split & ~answers.drawn))
        for lane, answers in ((Lane.BASELINE, exchanges.baseline), (Lane.CANDIDATE, exchanges.candidate))
    }
    absent["exchange"] = dispositions[_REPLAYED] - len(exchanges)
    return LaneBooks(
        consumed=dispositions.total(),
        dispositions=dict(dispositions),
        missing={lane: count for lane, count in absent.items() if count > 0},
        split=int(split.sum()),
    )


def _self_checks(rows: Rows) -> SelfChecks:
    failed = [row["reason"] for row in rows if not row["passed"]]
    kinds = Counter(part.partition(":")[0] for reason in failed for part in reason.split("; "))
    return SelfChecks(windows=len(rows), passed=len(rows) - len(failed), reasons=dict(kinds))
