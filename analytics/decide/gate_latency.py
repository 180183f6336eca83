"""G1: the P95 time to first token at the load that was run."""

import math

import numpy as np

from analytics.decide.chance import Chance
from analytics.decide.columns import Bools, Floats
from analytics.decide.decision import GateResult, GateStatus
from analytics.decide.intervals import make_interval
from analytics.decide.pace import hours_for, live_per_hour
from analytics.decide.sample import Sample
from analytics.decide.score_card import ScoreCard
from analytics.stats.block_bootstrap import block_upper_bound
from analytics.stats.quantile import Quantile, bounded_quantile
from analytics.stats.sample_size import more_for_share
from analytics.stats.share_beyond import SharePValues, share_p_values

GATE = "G1"
METRIC = "G1 P95 TTFT"


def judge_latency(sample: Sample, *, card: ScoreCard, chance: Chance) -> GateResult:
    """Whether few enough requests are slow or fail; each request of the load counts once.

    PASS needs the exact binomial test and the bootstrap over blocks of time; FAIL needs the binomial test alone.
    """
    times = kept_ms(sample)
    beyond = times >= card.latency.limit_ms
    slow = int(beyond.sum())
    p_values = share_p_values(slow, n=len(times), allowed=card.latency.allowed_share)
    blocks = block_upper_bound(
        beyond,
        times_s=sample.pairs.candidate.sent_s[_kept(sample)],
        block_s=card.latency.block_s,
        rng=chance.stream(GATE),
        resamples=chance.resamples,
        confidence=card.confidence,
    )
    status = _status(p_values, blocks=blocks, card=card)
    quantile = ttft_quantile(times, card=card)
    needed = _needed(status, p_values, beyond=slow, n=len(times), card=card)
    per_hour = live_per_hour(sample, _kept(sample))
    return GateResult(
        gate=GATE,
        title=f"P95 time to first token below {card.latency.limit_ms:g} ms",
        status=status,
        value=make_interval(quantile.estimate, low=quantile.low, high=quantile.high) if quantile else None,
        threshold=card.latency.limit_ms,
        unit="ms",
        n=len(times),
        events=slow,
        p_value=min(p_values.above, 1.0),
        needed=needed,
        per_hour=per_hour,
        needed_hours=hours_for(needed, per_hour=per_hour),
        detail=_detail(times, beyond=slow, quantile=quantile, card=card),
        remarks=_remarks(sample, p_values=p_values, blocks=blocks, card=card),
    )


def kept_ms(sample: Sample) -> Floats:
    """First-token times of the candidate's answers whose timings may be used, ms; failed ones are +infinity."""
    return sample.pairs.candidate.first_token_ms[_kept(sample)]


def _kept(sample: Sample) -> Bools:
    return sample.pairs.candidate.has_timings


def ttft_quantile(times: Floats, *, card: ScoreCard) -> Quantile | None:
    """The gated quantile of first-token times, ms, failures as +infinity; None without answers."""
    if not len(times):
        return None
    return bounded_quantile(times, 1 - card.latency.allowed_share, confidence=card.confidence)


def _status(p_values: SharePValues, *, blocks: float | None, card: ScoreCard) -> GateStatus:
    if p_values.above <= card.alpha:
        return GateStatus.FAIL
    if p_values.below <= card.alpha and blocks is not None and blocks <= card.latency.allowed_share:
        return GateStatus.PASS
    return GateStatus.UNRESOLVED


def _needed(status: GateStatus, p_values: SharePValues, *, beyond: int, n: int, card: ScoreCard) -> int | None:
    """Further requests; None as well where it is not their number that is wanting but their spread over time."""
    if status is not GateStatus.UNRESOLVED or p_values.below <= card.alpha:
        return None
    return more_for_share(beyond, n=n, allowed=card.latency.allowed_share, alpha=card.alpha)


def _detail(times: Floats, *, beyond: int, quantile: Quantile | None, card: ScoreCard) -> str:
    if quantile is None:
        return "No request of the candidate has a timing that may be used."
    failed = int(np.isinf(times).sum())
    counted = (
        f"{beyond} of {len(times)} requests took {card.latency.limit_ms:g} ms or longer or failed ({failed} failed); "
        f"{card.latency.allowed_share:.1%} may."
    )
    if math.isinf(quantile.estimate):
        return f"{counted} So many failed that the P95 is infinite."
    if math.isinf(quantile.high):
        return f"{counted} The P95 is {quantile.estimate:.1f} ms; its upper bound is infinite."
    return f"{counted} The P95 is {quantile.estimate:.1f} ms, at most {quantile.high:.1f} ms."


def _remarks(sample: Sample, *, p_values: SharePValues, blocks: float | None, card: ScoreCard) -> tuple[str, ...]:
    void = int(np.sum(~_kept(sample)))
    length = f"{card.latency.block_s:g} s"
    remarks = [
        f"Exact binomial test: p {p_values.below:.4g} for a pass, p {p_values.above:.4g} for a failure.",
        f"Bootstrap over blocks of {length}: the share of slow or failed requests is at most {blocks:.2%}."
        if blocks is not None
        else f"All requests lie within {length}: whether slow ones come together cannot be told, so no pass.",
        "The server's own first-token times are no part of the evidence.",
    ]
    if void:
        remarks.append(f"{void} requests are left out, since their timings are void.")
    if sample.silent:
        remarks.append(
            f"{sample.silent} live pairs are left out: both lanes completed without a token, as embeddings do."
        )
    return tuple(remarks)
