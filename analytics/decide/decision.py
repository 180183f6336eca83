"""The verdict with everything that it rests on: the record that the report reads and pipelines parse."""

import json
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shadow.deployment import Deployment


class Verdict(StrEnum):
    """The answer."""

    GO = "GO"
    NO_GO = "NO-GO"
    INSUFFICIENT = "INSUFFICIENT EVIDENCE"

    @property
    def exit_code(self) -> int:
        """Exit code for pipelines: 0 GO, 1 NO-GO, 2 INSUFFICIENT EVIDENCE."""
        return {Verdict.GO: 0, Verdict.NO_GO: 1, Verdict.INSUFFICIENT: 2}[self]


class GateStatus(StrEnum):
    """What a gate says: the interval against the threshold, never the point estimate alone."""

    PASS = "PASS"  # noqa: S105 - a gate's word
    FAIL = "FAIL"
    UNRESOLVED = "UNRESOLVED"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Frozen):
    """An estimate with its bounds; a bound that the method does not give is None."""

    estimate: float
    low: float | None = None
    high: float | None = None


class ValidityCheck(_Frozen):
    """One precondition of any verdict."""

    name: str
    passed: bool
    detail: str
    needed: int | None = Field(default=None, description="How many more pairs would let it hold, where that is so.")
    needed_hours: float | None = Field(default=None, description="Hours of traffic that bring them, as observed.")


class GateResult(_Frozen):
    """One hard criterion."""

    gate: str = Field(description="G1 to G3, and G4 to G7 where the score card declares them.")
    title: str
    status: GateStatus
    value: Interval | None = Field(description="The gated figure with its one-sided 95 % bounds; None without data.")
    threshold: float
    unit: str = Field(description="ms, ratio or share.")
    n: int = Field(ge=0, description="Examples or requests that the gate saw.")
    events: int = Field(ge=0, description="Violations among them.")
    p_value: float = Field(ge=0, le=1, description="One-sided p-value of a violation; Holm runs over these.")
    needed: int | None = Field(default=None, description="How many more would resolve it if all goes on as it did.")
    per_hour: float | None = Field(default=None, description="How many live traffic brings in an hour, as observed.")
    needed_hours: float | None = Field(default=None, description="Hours of such traffic that bring what is needed.")
    detail: str
    remarks: tuple[str, ...] = Field(default=(), description="What is printed beside it, such as per-category bounds.")


class Component(_Frozen):
    """One component of a factor, points 0 to 10; `value` is None when it is missing."""

    name: str
    value: Interval | None
    n: int = Field(ge=0)
    share: float = Field(ge=0, le=1, description="Weight within its factor.")
    note: str = Field(default="", description="Why it is missing or not applicable, or what it rests on.")
    applicable: bool = True
    needed: int | None = Field(default=None, description="How many more answers it lacks, where that is why.")
    needed_hours: float | None = Field(default=None, description="Hours of traffic that bring them, as observed.")


class Factor(_Frozen):
    """One weighted factor; with a missing component its points are only known to lie in [low, high]."""

    name: str
    weight: float = Field(ge=0, le=1)
    components: tuple[Component, ...]
    low: float = Field(ge=0, le=10)
    high: float = Field(ge=0, le=10)
    interval: Interval | None = Field(default=None, description="Of `low`, over conversations drawn anew.")

    @property
    def is_complete(self) -> bool:
        """Whether every applicable component has a value."""
        return all(part.value is not None for part in self.components if part.applicable)


class Score(_Frozen):
    """The weighted score, 0 to 10; [low, high] is what missing components leave open."""

    factors: tuple[Factor, ...]
    low: float
    high: float
    interval: Interval | None = Field(default=None, description="Of `low`, over conversations drawn anew.")
    draws: tuple[float, ...] = Field(
        default=(),
        description="`low` in each draw of conversations. Decisions of one seed draw the same conversations, so that "
        "candidates are compared draw by draw.",
    )

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return all(factor.is_complete for factor in self.factors)


class Comparison(_Frozen):
    """One metric over the pairs: what the lanes did, and how far the difference exceeds the A/A noise floor.

    `difference` is candidate minus baseline; `noise` is baseline_again minus baseline where that lane was drawn.
    """

    metric: str
    unit: str
    higher_is_better: bool
    baseline: float | None
    candidate: float | None
    difference: Interval | None
    noise: float | None
    n: int = Field(ge=0)
    excess: Interval | None = Field(
        default=None,
        description="What the candidate differs by beyond the second baseline, where all three answered.",
    )


class Regression(_Frozen):
    """One metric held against the baseline: whether the candidate is worse beyond chance. Decides nothing by itself.

    `p_value` is one-sided, of a candidate that is worse; `adjusted` is Holm's over all metrics.
    """

    metric: str
    unit: str
    n: int = Field(ge=1)
    worse_by: Interval = Field(description="In the metric's unit; above 0 where the candidate is worse.")
    p_value: float = Field(ge=0, le=1)
    adjusted: float = Field(ge=0, le=1)
    is_worse: bool


class Slice(_Frozen):
    """One part of the traffic: the candidate's difference there, and whether it is worse beyond chance.

    `p_value` is one-sided, of a candidate that is worse; `adjusted` is Holm's over all slices and metrics.
    """

    dimension: str = Field(description="category, route, language, length or tenant.")
    name: str
    metric: str
    n: int = Field(ge=1)
    difference: Interval | None
    p_value: float = Field(ge=0, le=1)
    adjusted: float = Field(ge=0, le=1)
    is_worse: bool


class Mix(_Frozen):
    """A metric's difference over all pairs as they came, and with the dimension's parts weighed as in live traffic."""

    dimension: str
    metric: str
    crude: float
    standardised: float
    flips: bool = Field(description="Simpson: the signs differ, so that the mix of the parts decides.")


class Control(_Frozen):
    """The gates with the second baseline in the candidate's place: what they say when nothing is different."""

    pairs: int = Field(ge=0)
    gates: tuple[GateResult, ...]
    is_sound: bool = Field(description="Whether no gate that compares both lanes fails.")


class Reliability(_Frozen):
    """One bin of a reliability diagram: mean confidence and accuracy, in [0, 1]."""

    n: int = Field(ge=1)
    confidence: float
    accuracy: float


class Calibration(_Frozen):
    """How far a lane's stated confidence lies from its accuracy, in [0, 1]; 0 is best."""

    lane: str
    category: str = Field(description="Query category, or empty for all together.")
    n: int = Field(ge=1)
    error: Interval | None = Field(description="Expected calibration error over bins of equal mass, debiased.")
    error_equal_mass: float = Field(description="The same with the bias that sampling adds.")
    error_equal_width: float
    noise: float = Field(description="What sampling alone adds, which `error` is without.")
    brier: float
    recalibrated: float | None = Field(description="`error` after an isotonic map, on another half than it was fitted.")
    reliability: tuple[Reliability, ...]


class JudgedRate(_Frozen):
    """The rate of what a judge flags in one lane, as counted and behind the judge's errors, in [0, 1]."""

    metric: str
    judge: str
    lane: str
    flags: tuple[str, ...] = Field(description="Labels that count as a flag.")
    n: int = Field(ge=1, description="Answers of which the judge found something.")
    flagged: int = Field(ge=0)
    raw: Interval = Field(description="With one-sided Clopper-Pearson bounds of the effective numbers.")
    corrected: Interval | None = Field(
        description="Rogan and Gladen's rate; its bounds carry the judge's uncertainty. None where no measurement of "
        "this version and these labels is known, or the judge hardly beats chance.",
    )
    sensitivity: float | None
    specificity: float | None
    labelled: int = Field(ge=0, description="Answers on which the judge was measured.")


class Turning(_Frozen):
    """How far a gate's threshold may move before its status changes."""

    gate: str
    threshold: float
    turns_at: float | None = Field(description="The bound that decided; None where no bound is known.")


class WeightRange(_Frozen):
    """How far a factor's weight may move, the others in proportion, while the points stay within a virtual tie.

    The verdict rests on validity, gates and completeness, so that no weight moves it. At which weight two candidates
    have equal points is told where they are ranked.
    """

    factor: str
    weight: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    points_at_none: float = Field(ge=0, le=10, description="Points if the factor had no weight.")
    points_at_all: float = Field(ge=0, le=10, description="Points if it had all the weight: its own.")


class WorstPair(_Frozen):
    """A pair that shows a deciding metric at its worst; texts are read from the store when the report is made."""

    exchange_id: str
    metric: str
    category: str
    label: str
    reason: str
    severity: float


class Quantiles(_Frozen):
    """Quantiles of a time under load; None where there is none, or where so many failed that it is infinite."""

    p50: Interval | None = None
    p95: Interval | None = None
    p99: Interval | None = None

    @classmethod
    def of(cls, p50: Interval | None, p95: Interval | None, p99: Interval | None) -> "Quantiles":
        """The three of them."""
        return cls(p50=p50, p95=p95, p99=p99)


class LoadPoint(_Frozen):
    """What one lane did at one load, all blocks of the run together."""

    run_id: str
    lane: str
    loop: str = Field(description="closed: so many in flight; open: so many requests per second.")
    amount: float
    requests: int = Field(ge=0, description="Kept requests, failed ones included.")
    failed: int = Field(ge=0)
    ttft_ms: Quantiles = Field(description="Failed requests count as +infinity, here and below.")
    tpot_ms: Quantiles
    itl_ms: Quantiles
    e2e_ms: Quantiles
    tokens_per_s: Interval | None = Field(description="Output tokens per second of the steady windows.")
    goodput_per_s: Interval | None = Field(description="Requests per second that met every bound.")
    kv_peak_tokens: float | None = Field(description="Most tokens in the KV cache; None where the server does not say.")
    unresolved: tuple[str, ...] = Field(description="Why the point decides nothing; empty when it may.")


class AgentFigures(_Frozen):
    """What one lane did as an agent in one world, in a closed loop: it drove, and saw what its own calls did."""

    world: str = Field(description="World, or all.")
    lane: str
    tasks: int = Field(ge=0)
    runs: int = Field(ge=0, description="Runs of which something is known.")
    unknown: int = Field(ge=0, description="Runs in which the lane gave no reply.")
    solved: Interval | None = Field(description="Share of runs that ended in the wanted state with the right answer.")
    pass_hat: tuple[float, ...] = Field(description="pass^1, pass^2, ...: the share of tasks solved k times of k.")
    economy: float | None = Field(description="The best agent's calls by this one's, mean over solved runs; at most 1.")
    exact: float | None = Field(description="Share of runs that made the right changes and no other.")
    steps: int = Field(ge=0, description="Tool calls.")
    redundant: int = Field(ge=0, description="Calls repeated although nothing had changed.")
    cycles: int = Field(ge=0, description="Loops of calls.")
    invented: int = Field(ge=0, description="Calls of tools that were not offered.")
    invalid: int = Field(ge=0, description="Calls whose arguments do not fit the tool.")
    failed_calls: int = Field(ge=0)
    recovered: int = Field(ge=0, description="Failed calls after which the tool succeeded.")
    identical_retries: int = Field(ge=0, description="Failed calls that repeat a failed one word for word.")
    injected: int = Field(ge=0, description="Injected faults that were met.")
    mended: int = Field(ge=0, description="Injected faults that were overcome.")
    tokens_per_solved: float | None = Field(description="Output tokens of all runs by solved runs.")
    ms_per_solved: float | None = Field(description="Time of all runs by solved runs, ms.")


class Decision(_Frozen):
    """The verdict. Same evidence and seed: the same bytes."""

    schema_version: Literal[1] = 1
    verdict: Verdict
    experiment_id: str
    profile: str
    owner: str
    baseline: Deployment
    candidate: Deployment
    deciding_metric: str = Field(description="The gate, check or component that decided.")
    reasons: tuple[str, ...] = Field(description="Sentences, the deciding one first.")
    needs: tuple[str, ...] = Field(description="What more evidence is needed, and how much; empty for GO and NO-GO.")
    validity: tuple[ValidityCheck, ...]
    gates: tuple[GateResult, ...]
    score: Score
    comparisons: tuple[Comparison, ...]
    failure_mix: dict[str, dict[str, int]] = Field(description="Taxonomy labels by lane, counts.")
    worst_pairs: tuple[WorstPair, ...]
    load_points: tuple[LoadPoint, ...] = Field(default=(), description="Curves over the loads that were measured.")
    pairs: int = Field(ge=0)
    live_pairs: int = Field(ge=0)
    suite_pairs: int = Field(ge=0)
    first_at: AwareDatetime | None
    last_at: AwareDatetime | None
    coverage: dict[str, int] = Field(description="The capture ledger: seen, published, sampled_out, dropped:*, stored.")
    hashes: dict[str, str] = Field(description="Score card, suites, deployments, migrations.")
    judge_versions: dict[str, str]
    agents: tuple[AgentFigures, ...] = Field(default=(), description="Closed loop, by world and lane; empty: not run.")
    seed: int
    tie_points: float = Field(default=0.3, ge=0, le=10, description="Who is this close to the best ties with it.")
    regressions: tuple[Regression, ...] = Field(default=(), description="Every metric tested, the likeliest first.")
    slices: tuple[Slice, ...] = ()
    mixes: tuple[Mix, ...] = ()
    control: Control | None = Field(default=None, description="A/A; None without a second baseline.")
    turnings: tuple[Turning, ...] = ()
    weight_ranges: tuple[WeightRange, ...] = Field(default=(), description="Of every factor that can give or take.")
    calibrations: tuple[Calibration, ...] = ()
    judged_rates: tuple[JudgedRate, ...] = Field(default=(), description="Rates that rest on a judge's flags.")

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, two spaces, a final newline."""
        fields = json.loads(self.model_dump_json())
        return json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
