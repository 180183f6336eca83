"""Inference efficiency at the target load: what the load stage measured of both lanes. Source: MEASURES section 3."""

import math

import numpy as np

from analytics.decide.factors.points import Material, Points, scale
from analytics.decide.load_curves import kv_peak_tokens, tokens_per_s
from analytics.decide.loads import Trial, first_tokens_ms, kept_requests, unresolved_reasons
from analytics.stats.quantile import Quantile, bounded_quantile
from shadow.deployment import Deployment
from shadow.load.level import LoadLevel


def ttft_at_load(trial: Trial, material: Material) -> Quantile | str:
    """The gated quantile of the candidate's first-token times, ms, or why there is none."""
    reasons = unresolved_reasons(trial.candidate)
    if reasons:
        return f"at {trial.load}: {reasons[0]}"
    latency = material.card.latency
    return bounded_quantile(
        first_tokens_ms(trial.candidate), 1 - latency.allowed_share, confidence=material.card.confidence
    )


def throughput_at_load(trial: Trial, material: Material) -> Points:
    """Output tokens per second of the steady windows, candidate against baseline."""
    for lane in (trial.candidate, trial.baseline):
        if reasons := unresolved_reasons(lane):
            return Points(None, len(kept_requests(lane)), f"{lane[0].lane} at {trial.load}: {reasons[0]}")
    (candidate, candidate_draws), (baseline, baseline_draws) = (
        tokens_per_s(
            lane,
            rng=material.chance.stream(f"score throughput {lane[0].lane} at load"),
            resamples=material.chance.resamples,
        )
        for lane in (trial.candidate, trial.baseline)
    )
    n = len(kept_requests(trial.candidate))
    if not candidate or not baseline or not baseline_draws.all():
        return Points(None, n, f"no output tokens at {trial.load}")
    tail = 1 - material.card.confidence
    low, high = np.quantile(candidate_draws / baseline_draws, (tail, 1 - tail))
    value = scale(candidate / baseline, low=float(low), high=float(high), points=_halving)
    return Points(value, n, f"{candidate:.1f} against {baseline:.1f} output tokens per second at {trial.load}")


def memory_at_load(trial: Trial, material: Material) -> Points:
    """Bytes of the weights and of the fullest KV cache; weights alone where the cache's bytes are not known."""
    experiment = material.evidence.experiment
    baseline, candidate = experiment.baseline, experiment.candidate
    if baseline.weight_bytes is None or candidate.weight_bytes is None:
        return Points(None, 0, "the deployments do not declare the bytes of their weights")
    caches = (_cache_bytes(trial.baseline, baseline), _cache_bytes(trial.candidate, candidate))
    known = [one for one in caches if one is not None]
    used = known if len(known) == len(caches) else [0.0, 0.0]
    ratio = (baseline.weight_bytes + used[0]) / (candidate.weight_bytes + used[1])
    peaks = " against ".join(_told(kv_peak_tokens(lane)) for lane in (trial.candidate, trial.baseline))
    what = (
        "weights and KV cache"
        if len(known) == len(caches)
        else "weights alone, since kv_bytes_per_token is not declared"
    )
    value = scale(ratio, low=ratio, high=ratio, points=_halving)
    return Points(value, 1, f"bytes of the {what}; peak of the KV cache at {trial.load}: {peaks} tokens")


def _halving(ratio: float) -> float:
    """Five points at equality, five more for twice as good."""
    return 5 + 5 * math.log2(ratio) if ratio > 0 else 0.0


def _cache_bytes(levels: tuple[LoadLevel, ...], deployment: Deployment) -> float | None:
    tokens = kv_peak_tokens(levels)
    return None if tokens is None or deployment.kv_bytes_per_token is None else tokens * deployment.kv_bytes_per_token


def _told(tokens: float | None) -> str:
    return "unknown" if tokens is None else f"{tokens:.0f}"
