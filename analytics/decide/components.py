"""Components of the score: each from the evidence to points 0 to 10, or missing with the reason.

Formulas and anchors are those of MEASURES section 3. How components make factors is in `score.py`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics.decide.chance import Chance
from analytics.decide.decision import Interval
from analytics.decide.evidence import Evidence, PairFacts
from analytics.decide.gate_accuracy import accuracy_rows
from analytics.decide.gate_latency import kept_answers, ttft_quantile
from analytics.decide.intervals import make_interval
from analytics.decide.sample import Rows, Sample, format_value, severity_of, take_rows, value_of
from analytics.decide.score_card import ComponentName, ScoreCard
from analytics.stats.quantile import bounded_quantile
from analytics.stats.resampling import resample_ratios

_MOST = 10.0
_VOID = "timings are void: the client's self-check failed"


@dataclass(frozen=True, slots=True)
class Points:
    """Points 0 to 10 with their bounds, or None when missing; `note` says why or what they rest on."""

    value: Interval | None
    n: int
    note: str


@dataclass(frozen=True, slots=True)
class Material:
    """What every component is computed from."""

    evidence: Evidence
    sample: Sample
    card: ScoreCard
    chance: Chance
    timings_valid: bool


type Component = Callable[[Material], Points]


def _scale(estimate: float, *, low: float, high: float, points: Callable[[float], float]) -> Interval | None:
    """Points of a figure and of its bounds, each cut to [0, 10], the lower bound first."""
    value, *ends = (min(max(points(one), 0.0), _MOST) for one in (estimate, low, high))
    return make_interval(value, low=min(ends), high=max(ends))


def _mean_points(rows: Rows, material: Material, *, purpose: str, note: str, missing: str) -> Points:
    """Ten times a mean in [0, 1]."""
    if not rows.n:
        return Points(None, 0, missing)
    mean = material.chance.mean(rows, purpose=f"score {purpose}", confidence=material.card.confidence)
    value = _scale(mean.mean, low=mean.low, high=mean.high, points=lambda share: _MOST * share)
    return Points(value, rows.n, note)


def _latency(material: Material) -> Points:
    kept = kept_answers(material.sample)
    quantile = ttft_quantile(kept, card=material.card)
    if quantile is None or not material.timings_valid:
        return Points(None, len(kept), "no timing may be used" if material.timings_valid else _VOID)
    zero, ten = material.card.anchors.zero_ms, material.card.anchors.ten_ms

    def points(ms: float) -> float:
        if math.isinf(ms):
            return 0.0 if ms > 0 else _MOST
        return _MOST * math.log(zero / max(ms, 1e-3)) / math.log(zero / ten)

    value = _scale(quantile.estimate, low=quantile.low, high=quantile.high, points=points)
    return Points(value, len(kept), "P95 time to first token")


def _throughput(material: Material) -> Points:
    if not material.timings_valid:
        return Points(None, 0, _VOID)
    pairs = [pair for pair in material.sample.pairs if _has_rate(pair)]
    if not pairs:
        return Points(None, 0, "no pair of whole answers has token counts and usable timings in both lanes")
    _, owners = np.unique([pair.conversation_id for pair in pairs], return_inverse=True)

    def draws(lane: int) -> tuple[float, np.ndarray[tuple[int], np.dtype[np.float64]]]:
        answers = [pair.candidate if lane else pair.baseline for pair in pairs]
        tokens = np.bincount(owners, weights=[answer.completion_tokens or 0 for answer in answers])
        spent = np.bincount(owners, weights=[answer.e2e_ms or 0.0 for answer in answers])
        stream, count = material.chance.stream("score throughput"), material.chance.resamples
        return float(tokens.sum() / spent.sum()), resample_ratios(tokens, spent, rng=stream, resamples=count)

    (baseline, baseline_draws), (candidate, candidate_draws) = draws(0), draws(1)
    tail = 1 - material.card.confidence
    low, high = np.quantile(candidate_draws / baseline_draws, (tail, 1 - tail))
    value = _scale(
        candidate / baseline, low=float(low), high=float(high), points=lambda ratio: 5 + 5 * math.log2(ratio)
    )
    return Points(value, len(pairs), "output tokens per second of answering at the replayed load, not the capacity")


def _has_rate(pair: PairFacts) -> bool:
    return all(
        lane.is_completed and not lane.void_reason and (lane.completion_tokens or 0) > 0 and (lane.e2e_ms or 0) > 0
        for lane in (pair.baseline, pair.candidate)
    )


def _memory(material: Material) -> Points:
    experiment = material.evidence.experiment
    baseline, candidate = experiment.baseline.weight_bytes, experiment.candidate.weight_bytes
    if baseline is None or candidate is None:
        return Points(None, 0, "the deployments do not declare the bytes of their weights")
    ratio = baseline / candidate
    value = _scale(ratio, low=ratio, high=ratio, points=lambda one: 5 + 5 * math.log2(one))
    return Points(value, 1, "declared bytes of the weights; the cache is not measured")


def _accuracy(material: Material) -> Points:
    rows, is_production = accuracy_rows(material.sample)
    note = "weighted as in live traffic" if is_production else "weighted as the suite says"
    missing = "no held-out example was checked in both lanes"
    return _mean_points(rows, material, purpose="accuracy", note=note, missing=missing)


def _format(material: Material) -> Points:
    rows = take_rows(material.sample.pairs, lambda pair: format_value(pair.candidate))
    note, missing = "JSON and tool calls that were asked for", "no request asked for JSON or a tool call"
    return _mean_points(rows, material, purpose="format", note=note, missing=missing)


def _taxonomy(material: Material) -> Points:
    rows = take_rows(material.sample.pairs, lambda pair: severity_of(pair.candidate))
    if not rows.n:
        return Points(None, 0, "no answer has a failure label")
    mean = material.chance.mean(rows, purpose="score taxonomy", confidence=material.card.confidence)
    zero = material.card.anchors.zero_severity
    value = _scale(mean.mean, low=mean.low, high=mean.high, points=lambda severity: _MOST * (1 - severity / zero))
    return Points(value, rows.n, f"mean severity {mean.mean:.4f}")


def _tail(material: Material) -> Points:
    found = [severity for pair in material.sample.pairs if (severity := severity_of(pair.candidate)) is not None]
    least = material.card.anchors.least_tail
    if len(found) < least:
        return Points(None, len(found), f"the 99th percentile needs {least} answers")
    tail = bounded_quantile(found, 0.99, confidence=material.card.confidence)
    value = _scale(tail.estimate, low=tail.low, high=tail.high, points=lambda severity: _MOST - severity)
    return Points(value, len(found), "99th percentile of severity")


def _tool_calls(material: Material) -> Points:
    rows = take_rows(material.sample.checked, _tool_value)
    note, missing = "suite examples that are about tools", "no suite example is about tools"
    return _mean_points(rows, material, purpose="tools", note=note, missing=missing)


def _tool_value(pair: PairFacts) -> float | None:
    is_about_tools = any(value_of(lane, "tool_calls") is not None for lane in (pair.baseline, pair.candidate))
    return value_of(pair.candidate, "suite_check") if is_about_tools else None


def _unmeasured(reason: str) -> Component:
    return lambda _material: Points(None, 0, reason)


COMPONENTS: dict[ComponentName, Component] = {
    "latency": _latency,
    "throughput": _throughput,
    "memory": _memory,
    "stratified accuracy": _accuracy,
    "instruction following": _unmeasured("no judge of instructions beside the suite's checks"),
    "format compliance": _format,
    "taxonomy": _taxonomy,
    "P99 severity": _tail,
    "calibration": _unmeasured("answers carry no confidence"),
    "tool calls": _tool_calls,
    "step economy": _unmeasured("single calls are replayed, not whole agent runs"),
    "error recovery": _unmeasured("no tool errors are injected"),
}
"""Every component by name."""
