"""Rows that the HTML and the Markdown report share: lanes, deployments side by side, the ledger, the failure mix."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analytics.decide.decision import Comparison, GateResult, Verdict, WorstPair
from analytics.report.differences import Segment
from analytics.report.figures import MISSING, write_count, write_figure
from analytics.report.report import Distribution, Measure, Specimen
from shadow.deployment import Deployment

LANES = ("baseline", "baseline_again", "candidate")
"""Lanes in the order in which they are shown."""

_LANE_NAMES = {"baseline_again": "baseline again (A/A)"}


ADVICE = {
    Verdict.GO: "The evidence supports putting the candidate in the baseline's place.",
    Verdict.NO_GO: "Keep the baseline. The candidate fails a criterion that was set before the run.",
    Verdict.INSUFFICIENT: "Keep the baseline and gather what is named below; the evidence allows no answer yet.",
}
"""What to do, by verdict."""


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """One property of both deployments; what is not alike is marked in the segments."""

    name: str
    baseline: tuple[Segment, ...]
    candidate: tuple[Segment, ...]

    @property
    def likeness(self) -> str:
        """In a word: alike, differs, or unknown where a side is missing."""
        parts = (*self.baseline, *self.candidate)
        if any(part.text.startswith(f"{MISSING} (") for part in parts):
            return "unknown"
        return "differs" if any(part.differs for part in parts) else "alike"


@dataclass(frozen=True, slots=True)
class MixRow:
    """One failure label with its count and share in each lane, in words, in the order of the lanes."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One lane's times in words: percentiles, and how many requests had such a time and how many did not."""

    measure: str
    lane: str
    percentiles: tuple[str, ...]
    timed: str
    failed: str


PERCENTILES = (0.5, 0.95, 0.99)
"""Percentiles that the table of times shows."""

MEASURES = {
    Measure.TTFT: "time to first token",
    Measure.TPOT: "time per output token",
    Measure.E2E: "time to last byte",
}
"""What each measure is called."""


def name_lane(lane: str) -> str:
    """The lane as people read it."""
    return _LANE_NAMES.get(lane, lane)


def drawn_lanes(by_lane: Iterable[str]) -> list[str]:
    """The known lanes that are there, in their order; others are not compared and not shown."""
    there = set(by_lane)
    return [lane for lane in LANES if lane in there]


def compare_deployments(baseline: Deployment, candidate: Deployment) -> list[DeploymentRow]:
    """Every property that makes two deployments comparable or not. The address is not among them."""
    lefts, rights = _describe(baseline), _describe(candidate)
    rows = [
        DeploymentRow(name, (Segment(lefts[name], differs),), (Segment(rights[name], differs),))
        for name in lefts
        for differs in (lefts[name] != rights[name],)
    ]
    flags = DeploymentRow("flags", _mark_flags(baseline, other=candidate), _mark_flags(candidate, other=baseline))
    return [*rows[:-1], flags, rows[-1]]


def balance_ledger(coverage: Mapping[str, int]) -> str:
    """A sentence that says whether every request that was seen is accounted for."""
    if not {"seen", "published", "sampled_out", "stored"} <= coverage.keys():
        return f"The balance is {MISSING}: not every entry of the ledger was recorded."
    dropped = sum(count for entry, count in coverage.items() if entry.startswith("dropped:"))
    accounted = coverage["published"] + coverage["sampled_out"] + dropped
    if coverage["seen"] == accounted and coverage["stored"] == coverage["published"]:
        return f"Balanced: all {write_count(accounted)} requests seen are accounted for and all published are stored."
    return (
        f"Not balanced: {write_count(coverage['seen'])} seen, {write_count(accounted)} accounted for; "
        f"{write_count(coverage['published'])} published, {write_count(coverage['stored'])} stored."
    )


def count_failures(mix: Mapping[str, Mapping[str, int]]) -> list[MixRow]:
    """A row for each label, the most frequent with the candidate first; a lane without answers is missing."""
    lanes = drawn_lanes(mix)
    labels = {label for lane in lanes for label in mix[lane]}
    candidate = mix.get("candidate", {})
    ordered = sorted(labels, key=lambda label: (-candidate.get(label, 0), label))
    return [MixRow(label, tuple(_write_cell(mix[lane], label) for lane in lanes)) for label in ordered]


def describe_times(timings: Mapping[Measure, Mapping[str, Distribution]]) -> list[TimeRow]:
    """A row for each measure and lane that was drawn, the failed requests being slower than any other."""
    return [
        TimeRow(
            measure=MEASURES[measure],
            lane=name_lane(lane),
            percentiles=tuple(_write_percentile(timings[measure][lane], level) for level in PERCENTILES),
            timed=write_count(timings[measure][lane].timed),
            failed=write_count(timings[measure][lane].failed),
        )
        for measure in MEASURES
        if measure in timings
        for lane in drawn_lanes(timings[measure])
    ]


def exceed_noise(comparison: Comparison) -> float | None:
    """The difference beyond the A/A noise floor, estimate only; None without a difference or a second baseline."""
    if comparison.difference is None or comparison.noise is None:
        return None
    return comparison.difference.estimate - comparison.noise


def find_untold(pairs: Sequence[WorstPair], specimens: Sequence[Specimen]) -> list[WorstPair]:
    """The worst pairs whose texts were not read from the store."""
    told = {(specimen.exchange_id, specimen.metric) for specimen in specimens}
    return [pair for pair in pairs if (pair.exchange_id, pair.metric) not in told]


def find_threshold_ms(gates: Sequence[GateResult]) -> float | None:
    """The threshold of the gate on time to first token: the first gate that is in ms; None without one."""
    return next((gate.threshold for gate in gates if gate.unit == "ms"), None)


def _describe(deployment: Deployment) -> dict[str, str]:
    declared, probed = f"{MISSING} (not declared)", f"{MISSING} (not probed)"
    weight, price = deployment.weight_bytes, deployment.price_usd_per_million_tokens
    return {
        "deployment": deployment.deployment_id,
        "model": deployment.model,
        "revision": deployment.revision or declared,
        "engine": deployment.engine or probed,
        "engine version": deployment.engine_version or probed,
        "quantisation": deployment.quantisation or declared,
        "hardware": deployment.hardware or declared,
        "context, tokens": probed if deployment.context_tokens is None else write_count(deployment.context_tokens),
        "parameters": declared if deployment.parameters is None else write_count(deployment.parameters),
        "weights": declared if weight is None else write_figure(weight / 1e9, unit="GB"),
        "price, USD per million tokens": declared if price is None else write_figure(price),
        "fingerprint": deployment.fingerprint,
    }


def _mark_flags(deployment: Deployment, *, other: Deployment) -> tuple[Segment, ...]:
    if not deployment.flags:
        return (Segment(f"{MISSING} (not declared)", bool(other.flags)),)
    return tuple(Segment(flag, flag not in other.flags) for flag in deployment.flags)


def _write_cell(counts: Mapping[str, int], label: str) -> str:
    total = sum(counts.values())
    if total == 0:
        return f"{MISSING} (no answers)"
    count = counts.get(label, 0)
    return f"{write_count(count)} ({write_figure(count / total, unit='share')})"


def _write_percentile(times: Distribution, level: float) -> str:
    if times.total == 0:
        return MISSING
    edge_ms = times.quantile_ms(level)
    return "among the failed" if edge_ms is None else write_figure(edge_ms, unit="ms")
