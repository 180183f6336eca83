"""Inference efficiency at the target load: what the load stage measured of both lanes. Source: MEASURES section 3."""

import numpy as np

from analytics.decide.chance import DRAWS
from analytics.decide.columns import Floats
from analytics.decide.factors.points import Material, Points, drawn_points, halving, scale
from analytics.decide.load_curves import kv_peak_tokens, tokens_per_s
from analytics.decide.loads import Trial, first_tokens_ms, kept_requests, sent_times_s, unresolved_reasons
from analytics.stats.quantile import Quantile, bounded_quantile
from analytics.stats.resampling import resample_quantiles
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


def drawn_ttft_at_load(trial: Trial, material: Material) -> Floats:
    """That quantile in each draw of parts of the run, ms; runs are no part of what candidates share."""
    latency, sent_s = material.card.latency, np.array(sent_times_s(trial.candidate))
    _, owners = np.unique(np.floor(sent_s / latency.block_s), return_inverse=True)
    return resample_quantiles(
        np.array(first_tokens_ms(trial.candidate)),
        groups=owners,
        level=1 - latency.allowed_share,
        rng=_stream(trial, material, "TTFT"),
        resamples=DRAWS,
    )


def _stream(trial: Trial, material: Material, purpose: str) -> np.random.Generator:
    """Draws of a run are its own: other candidates were measured in other runs."""
    return material.chance.stream(f"shared {purpose} of load run {trial.run_id}")


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
    value = scale(candidate / baseline, low=float(low), high=float(high), points=halving)
    note = f"{candidate:.1f} against {baseline:.1f} output tokens per second at {trial.load}"
    rates = [
        tokens_per_s(lane, rng=_stream(trial, material, lane[0].lane), resamples=DRAWS)[1]
        for lane in (trial.candidate, trial.baseline)
    ]
    with np.errstate(divide="ignore"):
        drawn = rates[0] / np.maximum(rates[1], np.finfo(np.float64).tiny)
    return Points(value, n, note, drawn_points(drawn, points=halving))


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
    value = scale(ratio, low=ratio, high=ratio, points=halving)
    return Points(value, 1, f"bytes of the {what}; peak of the KV cache at {trial.load}: {peaks} tokens")


def _cache_bytes(levels: tuple[LoadLevel, ...], deployment: Deployment) -> float | None:
    tokens = kv_peak_tokens(levels)
    return None if tokens is None or deployment.kv_bytes_per_token is None else tokens * deployment.kv_bytes_per_token


def _told(tokens: float | None) -> str:
    return "unknown" if tokens is None else f"{tokens:.0f}"
