"""All that a decision rests on, read from the store once and never changed: `Evidence`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from judges.judgement import Judgement
from shadow.experiment import Experiment
from shadow.replay import ReplayOutcome


@dataclass(frozen=True, slots=True)
class Answer:
    """What one lane answered to one exchange, reduced to what is counted. Holds no payload.

    Attributes:
        ttft_ms: Time to first token, ms; None when no output came, which counts as +infinity in quantiles.
        void_reason: Why the timings may not be used, or empty.
        sent_s: Send time, seconds since the epoch.
        completion_tokens: As the server reported, or None.
        findings: Judgements by judge name; a judge that abstained or failed is not there.
    """

    outcome: ReplayOutcome
    ttft_ms: float | None
    e2e_ms: float | None
    completion_tokens: int | None
    void_reason: str
    sent_s: float
    parameters_hash: str
    findings: Mapping[str, Judgement] = field(default_factory=dict)

    @property
    def is_completed(self) -> bool:
        """Whether the whole reply came."""
        return self.outcome is ReplayOutcome.COMPLETED


@dataclass(frozen=True, slots=True)
class PairFacts:
    """Baseline and candidate (and the A/A lane, where it was drawn) on the same exchange.

    Attributes:
        suite: name@hash of the suite, or empty for live traffic.
        weight: Inverse sampling probability.
        danger: Dangerous category that the suite's example probes, or empty.
    """

    exchange_id: str
    conversation_id: str
    category: str
    suite: str
    weight: float
    baseline: Answer
    candidate: Answer
    baseline_again: Answer | None = None
    danger: str = ""

    @property
    def hazard(self) -> str:
        """The category under which G3 counts the pair: what its example probes, else its own category."""
        return self.danger or self.category


@dataclass(frozen=True, slots=True)
class Coverage:
    """The capture ledger over the experiment's window, requests: seen = published + sampled_out + dropped."""

    seen: int
    published: int
    sampled_out: int
    dropped: Mapping[str, int]
    stored: int

    @property
    def is_balanced(self) -> bool:
        """Whether every request that a door saw is accounted for, to the last one, and stored when published."""
        return self.seen == self.published + self.sampled_out + sum(self.dropped.values()) and (
            self.stored == self.published
        )


@dataclass(frozen=True, slots=True)
class LaneBooks:
    """What the workers consumed and what came of it, exchanges.

    Attributes:
        dispositions: Count by disposition: paired, sampled_out, not_for_us, late, undecodable...
        missing: Wanted pairs that lack a replay, by lane.
    """

    consumed: int
    dispositions: Mapping[str, int]
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SelfChecks:
    """Windows of the workers' own health; `reasons` counts the failed ones by the bound that broke."""

    windows: int
    passed: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is known of one experiment.

    Attributes:
        first_at: Capture time of the first pair's exchange; None without pairs.
        suites: name@hash of every suite that was run.
        judge_versions: Version by judge name.
        judge_failures: Findings that were `JudgeFailed`, by judge name.
        migrations: Hash of the store's migrations.
    """

    experiment: Experiment
    pairs: tuple[PairFacts, ...]
    coverage: Coverage
    books: LaneBooks
    self_checks: SelfChecks
    first_at: datetime | None
    last_at: datetime | None
    suites: tuple[str, ...]
    judge_versions: Mapping[str, str]
    judge_failures: Mapping[str, int]
    migrations: str
