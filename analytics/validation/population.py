"""The answers that trials draw from: every lane of a condition, made by the simulator's own planner and judged.

No server and no clock: the words, faults and first-token times are those that the simulator would send.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from analytics.decide.columns import Figures, Words
from analytics.decide.evidence import Answers, Findings, Pairs
from analytics.stats.shared_draw import buckets_of
from analytics.validation.conditions import ORDINARY, TTFT_MS, TTFT_SIGMA, Condition
from judges.judgement import Case, Finding, Judge, Judgement
from judges.panel import run_panel
from proxy.exchange import Chunk, Exchange, Shape
from proxy.wire.assemble import read_reply
from shadow.replay import Lane, Replay, ReplayOutcome, Timings
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.faults import Fault
from shadow.simulator.planning import Planner
from shadow.suites.example import Example
from shadow.suites.suite import Suite, to_exchange

MODEL: Final = "validation"
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_SEEDS: Final[Mapping[Lane, int]] = {Lane.BASELINE: 1, Lane.BASELINE_AGAIN: 2, Lane.CANDIDATE: 3}
_ITL_MS: Final = 8.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One example as the exchange that all lanes answer."""

    example: Example
    exchange: Exchange


def ask(suites: Sequence[Suite]) -> list[Asked]:
    """Every example of the suites, in order."""
    return [
        Asked(example, to_exchange(example, suite_id=suite.id, experiment_id=MODEL, captured_at=_AT, model=MODEL))
        for suite in suites
        for example in suite.examples
    ]


class Respondent:
    """Answers what was asked, lane by lane.

    Args:
        answers: File of the suites' references, which every lane knows.
    """

    def __init__(self, asked: Sequence[Asked], *, answers: Path, judges: Sequence[Judge]) -> None:
        self._asked = asked
        self._answers = answers
        self._judges = judges
        self._ordinary = Condition("ordinary")
        self._baseline = self._replays(Lane.BASELINE, self._ordinary)
        self._first = self._judged(self._baseline)
        self._again = self._judged(self._replays(Lane.BASELINE_AGAIN, self._ordinary))

    def population(self, condition: Condition) -> Pairs:
        """Every example answered by all three lanes, the candidate as the condition says."""
        return Pairs(
            exchange_ids=np.array([one.exchange.exchange_id for one in self._asked], dtype=object),
            conversation=Words.of([one.exchange.conversation_id for one in self._asked]),
            bucket=buckets_of(one.exchange.conversation_id for one in self._asked),
            category=Words.of([one.example.category for one in self._asked]),
            hazard=Words.of([one.example.danger or one.example.category for one in self._asked]),
            suite=Words.of([one.exchange.suite for one in self._asked]),
            route=Words.same(str(Shape.CHAT), len(self._asked)),
            language=Words.same("", len(self._asked)),
            tenant=Words.same("", len(self._asked)),
            prompt_tokens=Figures.of(replay.reply.usage.prompt_tokens for replay in self._baseline),
            captured_s=np.zeros(len(self._asked)),
            weight=np.ones(len(self._asked)),
            same_parameters=np.ones(len(self._asked), dtype=np.bool_),
            baseline=self._first,
            candidate=self._judged(self._replays(Lane.CANDIDATE, condition)),
            baseline_again=self._again,
        )

    def _replays(self, lane: Lane, condition: Condition) -> list[Replay]:
        spoilt, spared = (self._planner(lane, condition, faults) for faults in (condition.all_faults, ORDINARY))
        return [
            self._replay(one, lane, spoilt if condition.spoils(one.example.category) else spared) for one in self._asked
        ]

    def _planner(self, lane: Lane, condition: Condition, faults: Mapping[Fault, float]) -> Planner:
        return Planner(
            Behaviour(
                model=MODEL,
                seed=_SEEDS[lane],
                answers=self._answers,
                ttft_ms=TTFT_MS * condition.ttft_factor,
                ttft_sigma=TTFT_SIGMA,
                itl_ms=_ITL_MS,
                faults=faults,
            )
        )

    def _replay(self, asked: Asked, lane: Lane, planner: Planner) -> Replay:
        planned = planner.plan(Shape.CHAT, asked.exchange.request)
        said = read_reply(Shape.CHAT, streamed=False, chunks=[Chunk(0, planned.body)])
        offsets = planned.schedule.offsets_ms
        return Replay(
            experiment_id=MODEL,
            exchange_id=asked.exchange.exchange_id,
            conversation_id=asked.exchange.conversation_id,
            lane=lane,
            deployment_id=lane,
            fingerprint="",
            outcome=ReplayOutcome.COMPLETED,
            status=200,
            reply=said.reply,
            timings=Timings(schedule_delay_ms=0.0, ttft_ms=offsets[0], e2e_ms=offsets[-1]),
            sent_at=_AT,
            in_flight=1,
            parameters_hash="",
        )

    def _judged(self, replays: Sequence[Replay]) -> Answers:
        cases = list(self._cases(replays))
        found: dict[str, list[Finding]] = {}
        for row in run_panel(self._judges, cases):
            found.setdefault(row.judge, []).append(row.finding)
        return Answers(
            drawn=np.ones(len(replays), dtype=np.bool_),
            outcome=Words.same(str(ReplayOutcome.COMPLETED), len(replays)),
            ttft_ms=Figures.of(replay.timings.ttft_ms for replay in replays),
            e2e_ms=Figures.of(replay.timings.e2e_ms for replay in replays),
            completion_tokens=Figures.of(replay.reply.usage.completion_tokens for replay in replays),
            is_void=np.zeros(len(replays), dtype=np.bool_),
            sent_s=np.zeros(len(replays)),
            findings={judge: _column(findings) for judge, findings in found.items()},
        )

    def _cases(self, replays: Sequence[Replay]) -> Iterator[Case]:
        for asked, answer, reference in zip(self._asked, replays, self._baseline, strict=True):
            example = asked.example
            yield Case(
                exchange=asked.exchange,
                answer=answer,
                reference=reference,
                checks=example.checks,
                danger=example.danger,
                canary=example.canary,
                expected=example.reference,
            )


def _column(findings: Sequence[Finding]) -> Findings:
    known = [one if isinstance(one, Judgement) else None for one in findings]
    return Findings(
        value=Figures.of(one.value if one else None for one in known),
        label=Words.of([one.label if one else "" for one in known]),
        severity=Figures.of(one.severity if one else None for one in known),
    )
