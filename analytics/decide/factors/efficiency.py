"""Inference efficiency: latency, throughput and memory of the candidate. Source: MEASURES section 3."""

import math

import numpy as np

from analytics.decide.columns import Bools, Floats
from analytics.decide.evidence import Answers
from analytics.decide.factors.points import MOST, Material, Part, Plan, Points, drawn_points, halving, scale
from analytics.decide.factors.under_load import (
    drawn_ttft_at_load,
    memory_at_load,
    throughput_at_load,
    ttft_at_load,
)
from analytics.decide.gate_latency import kept_ms, ttft_quantile
from analytics.decide.loads import kept_requests
from analytics.stats.quantile import Quantile
from analytics.stats.resampling import resample_ratios
from analytics.stats.shared_draw import drawn_ratios, shared_quantiles

_VOID = "timings are void: the client's self-check failed"


def _latency(material: Material) -> Points:
    if (trial := material.trial) is not None:
        n, found = len(kept_requests(trial.candidate)), ttft_at_load(trial, material)
        if isinstance(found, str):
            return Points(None, n, found)
        note, drawn = f"P95 time to first token at {trial.load}", drawn_ttft_at_load(trial, material)
        return _latency_points(found, material, n=n, note=note, drawn=drawn)
    times = kept_ms(material.sample)
    quantile = ttft_quantile(times, card=material.card)
    if quantile is None or not material.timings_valid:
        return Points(None, len(times), "no timing may be used" if material.timings_valid else _VOID)
    pairs, level = material.sample.pairs, 1 - material.card.latency.allowed_share
    buckets = pairs.bucket[pairs.candidate.has_timings]
    drawn = shared_quantiles(times, buckets=buckets, times=material.chance.times, level=level)
    return _latency_points(quantile, material, n=len(times), note="P95 time to first token", drawn=drawn)


def _latency_points(quantile: Quantile, material: Material, *, n: int, note: str, drawn: Floats) -> Points:
    zero, ten = material.card.anchors.zero_ms, material.card.anchors.ten_ms

    def points(ms: float) -> float:
        if math.isinf(ms):
            return 0.0 if ms > 0 else MOST
        return MOST * math.log(zero / max(ms, 1e-3)) / math.log(zero / ten)

    value = scale(quantile.estimate, low=quantile.low, high=quantile.high, points=points)
    return Points(value, n, note, drawn_points(drawn, points=points))


def _throughput(material: Material) -> Points:
    if (trial := material.trial) is not None:
        return throughput_at_load(trial, material)
    if not material.timings_valid:
        return Points(None, 0, _VOID)
    pairs = material.sample.pairs
    kept = _has_rate(pairs.baseline) & _has_rate(pairs.candidate)
    if not kept.any():
        return Points(None, 0, "no pair of whole answers has token counts and usable timings in both lanes")
    _, owners = np.unique(pairs.conversation.codes[kept], return_inverse=True)

    def draws(lane: Answers) -> tuple[float, Floats]:
        tokens = np.bincount(owners, weights=lane.completion_tokens.values[kept])
        spent = np.bincount(owners, weights=lane.e2e_ms.values[kept])
        stream, count = material.chance.stream("score throughput"), material.chance.resamples
        return float(tokens.sum() / spent.sum()), resample_ratios(tokens, spent, rng=stream, resamples=count)

    (baseline, baseline_draws), (candidate, candidate_draws) = draws(pairs.baseline), draws(pairs.candidate)
    tail = 1 - material.card.confidence
    low, high = np.quantile(candidate_draws / baseline_draws, (tail, 1 - tail))
    value = scale(candidate / baseline, low=float(low), high=float(high), points=halving)
    note = "output tokens per second of answering at the replayed load, not the capacity"
    mine, theirs = (_drawn_rates(lane, kept=kept, material=material) for lane in (pairs.candidate, pairs.baseline))
    return Points(value, int(kept.sum()), note, drawn_points(mine / theirs, points=halving))


def _drawn_rates(lane: Answers, *, kept: Bools, material: Material) -> Floats:
    return drawn_ratios(
        lane.completion_tokens.values[kept],
        lane.e2e_ms.values[kept],
        buckets=material.sample.pairs.bucket[kept],
        times=material.chance.times,
    )


def _has_rate(lane: Answers) -> Bools:
    tokens, spent = lane.completion_tokens, lane.e2e_ms
    counted = tokens.known & (tokens.values > 0) & spent.known & (spent.values > 0)
    return lane.is_completed & lane.has_timings & counted


def _memory(material: Material) -> Points:
    if (trial := material.trial) is not None:
        return memory_at_load(trial, material)
    experiment = material.evidence.experiment
    baseline, candidate = experiment.baseline.weight_bytes, experiment.candidate.weight_bytes
    if baseline is None or candidate is None:
        return Points(None, 0, "the deployments do not declare the bytes of their weights")
    ratio = baseline / candidate
    value = scale(ratio, low=ratio, high=ratio, points=halving)
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
