"""Evidence that tests build on: a sound experiment of which single things are then spoilt by keyword.

Tests speak of pairs one by one; `columns` makes of them what the decision reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import numpy as np

from analytics.decide.columns import Figures, Words
from analytics.decide.evidence import Answers, Coverage, Evidence, Findings, LaneBooks, Pairs, SelfChecks
from analytics.decide.sample import Sample
from analytics.decide.score_card import load_score_card
from analytics.stats.shared_draw import buckets_of
from judges.judgement import Judgement
from judges.taxonomy import SEVERITY
from shadow.replay import ReplayOutcome
from tests.records import NOON, deployment, experiment

DANGEROUS = "payments"
CARD = load_score_card("default").model_copy(
    update={
        "not_applicable": {
            "instruction following": "no such judge in these tests",
            "calibration": "answers carry no confidence",
            "step economy": "single calls are replayed",
            "error recovery": "no tool errors are injected",
        }
    }
)
"""The default card with what these tests never measure declared beforehand, so that GO can be reached."""

LIVE = 640
SUITE = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What one lane answered to one exchange."""

    outcome: ReplayOutcome
    ttft_ms: float | None
    e2e_ms: float | None
    completion_tokens: int | None
    void_reason: str
    sent_s: float
    parameters_hash: str
    findings: Mapping[str, Judgement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PairFacts:
    """Baseline and candidate (and the A/A lane, where it was drawn) on the same exchange."""

    exchange_id: str
    conversation_id: str
    category: str
    suite: str
    weight: float
    baseline: Answer
    candidate: Answer
    baseline_again: Answer | None = None
    danger: str = ""
    route: str = "chat"
    language: str = "en"
    tenant: str = ""
    prompt_tokens: int | None = 100


def columns(pairs: Iterable[PairFacts]) -> Pairs:
    """The pairs as the decision reads them, in the order given."""
    rows = list(pairs)
    hashes = [{lane.parameters_hash for lane in _lanes(row)} for row in rows]
    return Pairs(
        exchange_ids=np.array([row.exchange_id for row in rows], dtype=object),
        conversation=Words.of([row.conversation_id for row in rows]),
        bucket=buckets_of(row.conversation_id for row in rows),
        category=Words.of([row.category for row in rows]),
        hazard=Words.of([row.danger or row.category for row in rows]),
        suite=Words.of([row.suite for row in rows]),
        route=Words.of([row.route for row in rows]),
        language=Words.of([row.language for row in rows]),
        tenant=Words.of([row.tenant for row in rows]),
        prompt_tokens=Figures.of(row.prompt_tokens for row in rows),
        captured_s=np.array([row.baseline.sent_s for row in rows], dtype=np.float64),
        weight=np.array([row.weight for row in rows], dtype=np.float64),
        same_parameters=np.array([len(found) == 1 for found in hashes], dtype=np.bool_),
        baseline=_lane([row.baseline for row in rows]),
        candidate=_lane([row.candidate for row in rows]),
        baseline_again=_lane([row.baseline_again for row in rows]),
    )


def sample_of(pairs: Iterable[PairFacts]) -> Sample:
    """The sample of the pairs."""
    return Sample.of(columns(pairs))


def _lanes(row: PairFacts) -> list[Answer]:
    return [lane for lane in (row.baseline, row.candidate, row.baseline_again) if lane is not None]


def _lane(answers: Sequence[Answer | None]) -> Answers:
    blank = answer()
    rows = [blank if one is None else one for one in answers]
    judges = sorted({judge for one in answers if one is not None for judge in one.findings})
    return Answers(
        drawn=np.array([one is not None for one in answers], dtype=np.bool_),
        outcome=Words.of([str(row.outcome) for row in rows]),
        ttft_ms=Figures.of(row.ttft_ms for row in rows),
        e2e_ms=Figures.of(row.e2e_ms for row in rows),
        completion_tokens=Figures.of(row.completion_tokens for row in rows),
        is_void=np.array([bool(row.void_reason) for row in rows], dtype=np.bool_),
        sent_s=np.array([row.sent_s for row in rows], dtype=np.float64),
        findings={judge: _findings([one.findings.get(judge) if one else None for one in answers]) for judge in judges},
    )


def _findings(found: Sequence[Judgement | None]) -> Findings:
    return Findings(
        value=Figures.of(one.value if one else None for one in found),
        label=Words.of([one.label if one else "" for one in found]),
        severity=Figures.of(one.severity if one else None for one in found),
    )


def _reasons(pairs: Iterable[PairFacts]) -> dict[tuple[str, str], str]:
    return {(judge, row.exchange_id): found.reason for row in pairs for judge, found in row.candidate.findings.items()}


def answer(number: int = 0, *, label: str = "ok", **changes: Any) -> Answer:
    """A whole answer after 200 ms with a failure label; a wanted finding is added by `findings`."""
    taxonomy = Judgement(1 - SEVERITY[label] / 10, label, f"label {label}", severity=SEVERITY[label])
    fields: dict[str, Any] = {
        "outcome": ReplayOutcome.COMPLETED,
        "ttft_ms": 200.0,
        "e2e_ms": 1_000.0,
        "completion_tokens": 40,
        "void_reason": "",
        "sent_s": NOON.timestamp() + number,
        "parameters_hash": "f" * 32,
    }
    found = {"taxonomy": taxonomy, **changes.pop("findings", {})}
    return Answer(**(fields | changes), findings=found)


def failed(number: int = 0, *, outcome: ReplayOutcome = ReplayOutcome.TIMED_OUT, **changes: Any) -> Answer:
    """An answer that never came."""
    return answer(number, label="timeout", outcome=outcome, ttft_ms=None, completion_tokens=None, **changes)


def check(*, right: bool) -> dict[str, Judgement]:
    """The finding of the suite's checks."""
    return {"suite_check": Judgement(float(right), "pass" if right else "fail", "checks")}


def pair(number: int, *, candidate: Answer | None = None, baseline: Answer | None = None, **changes: Any) -> PairFacts:
    """A live pair in the dangerous category, a conversation of its own, with an A/A lane."""
    fields: dict[str, Any] = {
        "exchange_id": f"exchange-{number:05d}",
        "conversation_id": f"conversation-{number:05d}",
        "category": DANGEROUS,
        "suite": "",
        "weight": 1.0,
        "baseline": baseline or answer(number),
        "candidate": candidate or answer(number),
        "baseline_again": answer(number),
    }
    return PairFacts(**(fields | changes))


def suite_pair(number: int, *, baseline: bool = True, candidate: bool = True, **changes: Any) -> PairFacts:
    """A suite pair about tools that asks for JSON too, whose lanes are right or wrong."""
    formats = {"json_format": Judgement(1.0, "ok", "fits"), "tool_calls": Judgement(1.0, "ok", "fits")}
    lanes: dict[str, Any] = {
        "baseline": answer(number, findings=check(right=baseline) | formats),
        "candidate": answer(number, findings=check(right=candidate) | formats),
        "baseline_again": answer(number, findings=check(right=baseline) | formats),
    }
    return pair(number, **({"category": "arithmetic", "suite": "heldout@0123", **lanes} | changes))


def sound_pairs(*, live: int = LIVE, suite: int = SUITE) -> list[PairFacts]:
    """Enough clean pairs to pass every gate."""
    return [pair(number) for number in range(live)] + [suite_pair(live + number) for number in range(suite)]


def evidence(pairs: Iterable[PairFacts] | None = None, **changes: Any) -> Evidence:
    """Evidence of the pairs, valid in every respect."""
    found = tuple(sound_pairs() if pairs is None else pairs)
    live = sum(not one.suite for one in found)
    fields: dict[str, Any] = {
        "experiment": trial(),
        "pairs": columns(found),
        "reasons": _reasons(found),
        "coverage": Coverage(seen=live + 3, published=live, sampled_out=2, dropped={"too_large": 1}, stored=live),
        "books": LaneBooks(consumed=len(found), dispositions={"replayed": len(found)}, missing={}),
        "self_checks": SelfChecks(windows=10, passed=10, reasons={}),
        "first_at": NOON,
        "last_at": NOON + timedelta(seconds=len(found)),
        "suites": ("heldout@0123",),
        "judge_versions": {"taxonomy": "1", "suite_check": "1"},
        "judge_failures": {},
        "migrations": "m" * 16,
    }
    return Evidence(**(fields | changes))


def trial(**changes: Any) -> Any:
    """The experiment, whose deployments declare the bytes of their weights."""
    fields: dict[str, Any] = {
        "baseline": deployment("baseline", weight_bytes=16_000_000_000),
        "candidate": deployment("candidate", weight_bytes=8_000_000_000),
        "dangerous_categories": (DANGEROUS,),
    }
    return experiment(**(fields | changes))


def spoilt(pairs: list[PairFacts], count: int, *, candidate: Answer) -> list[PairFacts]:
    """The pairs with the candidate's answer of `count` of them replaced, spread evenly; send times stay."""
    step = max(1, len(pairs) // max(count, 1))
    chosen = {index * step for index in range(count)}
    return [
        replace(one, candidate=replace(candidate, sent_s=one.candidate.sent_s, findings=_kept(one, candidate)))
        if index in chosen
        else one
        for index, one in enumerate(pairs)
    ]


def _kept(one: PairFacts, candidate: Answer) -> dict[str, Judgement]:
    return {**one.candidate.findings, **candidate.findings}
