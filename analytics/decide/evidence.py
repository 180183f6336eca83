"""All that a decision rests on, read from the store once and never changed: `Evidence`. Holds no payload.

Pairs are columns: every array has one entry per pair, in the order of `Pairs.exchange_ids`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics.decide.agent_run import AgentRun
from analytics.decide.columns import Bools, Figures, Floats, Integers, Places, Words
from analytics.decide.judge_measure import JudgeMeasure
from shadow.experiment import Experiment
from shadow.load.level import LoadLevel
from shadow.replay import ReplayOutcome

type Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What one judge found in one lane; where it abstained or failed, nothing is known.

    Attributes:
        value: In [0, 1], 1 is best.
        label: From the judge's closed list; empty where nothing is known.
        severity: 0 to 10.
    """

    value: Figures
    label: Words
    severity: Figures

    @classmethod
    def none(cls, n: int) -> "Findings":
        """A judge that found nothing in `n` pairs."""
        return cls(Figures.unknown(n), Words.same("", n), Figures.unknown(n))

    def take(self, rows: Places) -> "Findings":
        """These rows, in their order."""
        return Findings(self.value.take(rows), self.label.take(rows), self.severity.take(rows))


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one lane answered, one entry per pair, reduced to what is counted.

    Attributes:
        drawn: Whether the lane answered at all; the A/A lane does for some pairs. Elsewhere the rest says nothing.
        ttft_ms: Time to first token, ms; unknown when no output came, which counts as +infinity in quantiles.
        completion_tokens: As the server reported.
        is_void: Whether the timings may not be used.
        sent_s: Send time, seconds since the epoch.
        findings: By judge name.
    """

    drawn: Bools
    outcome: Words
    ttft_ms: Figures
    e2e_ms: Figures
    completion_tokens: Figures
    is_void: Bools
    sent_s: Floats
    findings: Mapping[str, Findings] = field(default_factory=dict)

    def __len__(self) -> int:
        """Pairs."""
        return len(self.drawn)

    @property
    def is_completed(self) -> Bools:
        """Where the whole reply came."""
        return self.drawn & self.outcome.among([ReplayOutcome.COMPLETED])

    @property
    def was_sent(self) -> Bools:
        """Where a request left, whatever came of it."""
        return self.drawn & ~self.outcome.among([ReplayOutcome.NOT_SENT])

    @property
    def first_token_ms(self) -> Floats:
        """Time to first token, ms; +infinity where the request failed or nothing was said."""
        return self.ttft_ms.where(self.is_completed).or_else(np.inf)

    @property
    def has_timings(self) -> Bools:
        """Where the lane was drawn and its timings may be used."""
        return self.drawn & ~self.is_void

    def finding(self, judge: str) -> Findings:
        """What a judge found; nothing where it has no rows."""
        found = self.findings.get(judge)
        return Findings.none(len(self)) if found is None else found

    def value(self, judge: str) -> Figures:
        """A judge's values, in [0, 1]."""
        return self.finding(judge).value

    @property
    def severity(self) -> Figures:
        """Severity of the taxonomy's labels, 0 to 10."""
        return self.finding("taxonomy").severity

    def take(self, rows: Places) -> "Answers":
        """These rows, in their order."""
        return Answers(
            drawn=self.drawn[rows],
            outcome=self.outcome.take(rows),
            ttft_ms=self.ttft_ms.take(rows),
            e2e_ms=self.e2e_ms.take(rows),
            completion_tokens=self.completion_tokens.take(rows),
            is_void=self.is_void[rows],
            sent_s=self.sent_s[rows],
            findings={judge: found.take(rows) for judge, found in self.findings.items()},
        )


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Baseline and candidate (and the A/A lane, where it was drawn) on the same exchanges.

    Attributes:
        bucket: Of the conversation, by its name, in [0, `BUCKETS`): what is drawn together for all candidates.
        hazard: The category under which G3 counts the pair: what its example probes, else its own category.
        suite: name@hash of the suite, or empty for live traffic.
        route: API shape.
        prompt_tokens: As the baseline's server reported.
        captured_s: Capture time, seconds since the epoch.
        weight: Inverse sampling probability.
        same_parameters: Whether every lane was sent the same request.
    """

    exchange_ids: Texts
    conversation: Words
    bucket: Integers
    category: Words
    hazard: Words
    suite: Words
    route: Words
    language: Words
    tenant: Words
    prompt_tokens: Figures
    captured_s: Floats
    weight: Floats
    same_parameters: Bools
    baseline: Answers
    candidate: Answers
    baseline_again: Answers

    def __len__(self) -> int:
        """Pairs."""
        return len(self.exchange_ids)

    @property
    def lanes(self) -> tuple[Answers, Answers, Answers]:
        """Baseline, candidate and the A/A lane."""
        return self.baseline, self.candidate, self.baseline_again

    @property
    def is_live(self) -> Bools:
        """Which are production traffic."""
        return self.suite.among([""])

    @property
    def is_probe(self) -> Bools:
        """Which probe a danger: they say how the candidate fails, and are no held-out examples."""
        places = {word: place for place, word in enumerate(self.hazard.words)}
        own = np.array([places.get(word, -1) for word in self.category.words], dtype=np.int64)
        probes: Bools = own[self.category.codes] != self.hazard.codes
        return probes

    def take(self, rows: Places) -> "Pairs":
        """These rows, in their order."""
        return Pairs(
            exchange_ids=self.exchange_ids[rows],
            conversation=self.conversation.take(rows),
            bucket=self.bucket[rows],
            category=self.category.take(rows),
            hazard=self.hazard.take(rows),
            suite=self.suite.take(rows),
            route=self.route.take(rows),
            language=self.language.take(rows),
            tenant=self.tenant.take(rows),
            prompt_tokens=self.prompt_tokens.take(rows),
            captured_s=self.captured_s[rows],
            weight=self.weight[rows],
            same_parameters=self.same_parameters[rows],
            baseline=self.baseline.take(rows),
            candidate=self.candidate.take(rows),
            baseline_again=self.baseline_again.take(rows),
        )


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
        split: Exchanges left out, since a deployment was another one when it answered them.
    """

    consumed: int
    dispositions: Mapping[str, int]
    missing: Mapping[str, int]
    split: int = 0


@dataclass(frozen=True, slots=True)
class SelfChecks:
    """Windows of the workers' own health; `reasons` counts the failed ones by the bound that broke."""

    windows: int
    passed: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything that is known of one experiment.

    Attributes:
        reasons: What a judge said of the candidate's failures, by judge and exchange, for people to read.
        first_at: Capture time of the first pair's exchange; None without pairs.
        suites: name@hash of every suite that was run.
        judge_versions: Version by judge name.
        judge_failures: Findings that were `JudgeFailed`, by judge name.
        migrations: Hash of the store's migrations.
        load: Every complete block of the experiment's load runs.
        agent_runs: Runs of the agentic suite in a closed loop, on either lane.
        measures: How often the judges are right, by name: of those that were measured in the version that judged here.
    """

    experiment: Experiment
    pairs: Pairs
    reasons: Mapping[tuple[str, str], str]
    coverage: Coverage
    books: LaneBooks
    self_checks: SelfChecks
    first_at: datetime | None
    last_at: datetime | None
    suites: tuple[str, ...]
    judge_versions: Mapping[str, str]
    judge_failures: Mapping[str, int]
    migrations: str
    load: tuple[LoadLevel, ...] = ()
    agent_runs: tuple[AgentRun, ...] = ()
    measures: Mapping[str, JudgeMeasure] = field(default_factory=dict)
