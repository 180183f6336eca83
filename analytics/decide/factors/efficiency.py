"""Inference efficiency: latency, throughput and memory of the candidate. Source: MEASURES section 3."""

import math

import numpy as np

from analytics.decide.evidence import PairFacts
from analytics.decide.factors.points import MOST, Material, Part, Plan, Points, scale
from analytics.decide.gate_latency import kept_answers, ttft_quantile
from analytics.stats.resampling import resample_ratios

_VOID = "timings are void: the client's self-check failed"


def _latency(material: Material) -> Points:
    kept = kept_answers(material.sample)
    quantile = ttft_quantile(kept, card=material.card)
    if quantile is None or not material.timings_valid:
        return Points(None, len(kept), "no timing may be used" if material.timings_valid else _VOID)
    zero, ten = material.card.anchors.zero_ms, material.card.anchors.ten_ms

    def points(ms: float) -> float:
        if math.isinf(ms):
            return 0.0 if ms > 0 else MOST
        return MOST * math.log(zero / max(ms, 1e-3)) / math.log(zero / ten)

    value = scale(quantile.estimate, low=quantile.low, high=quantile.high, points=points)
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
    value = scale(candidate / baseline, low=float(low), high=float(high), points=lambda ratio: 5 + 5 * math.log2(ratio))
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
    value = scale(ratio, low=ratio, high=ratio, points=lambda one: 5 + 5 * math.log2(one))
    return Points(value, 1, "declared bytes of the weights; the cache is not measured")


PLAN = Plan(
    key="efficiency",
    title="inference efficiency",
    parts=(
        Part("latency", 1 / 3, _latency),
        Part("throughput", 1 / 3, _throughput),
        Part("memory", 1 / 3, _memory),
    ),
)
