"""G1 from the load stage: the P95 time to first token at the experiment's target load."""

import math
from collections.abc import Sequence

from analytics.decide.chance import Chance
from analytics.decide.decision import GateResult, GateStatus
from analytics.decide.gate_latency import GATE
from analytics.decide.intervals import make_interval
from analytics.decide.loads import Trial, first_tokens_ms, sent_times_s, unresolved_reasons
from analytics.decide.pace import hours_for
from analytics.decide.score_card import ScoreCard
from analytics.stats.block_bootstrap import block_upper_bound
from analytics.stats.quantile import bounded_quantile
from analytics.stats.sample_size import more_for_share
from analytics.stats.share_beyond import SharePValues, share_p_values
from shadow.load.level import LoadLevel


def judge_load(trial: Trial, *, card: ScoreCard, chance: Chance) -> GateResult:
    """Whether few enough of the kept requests are slow or fail.

    PASS needs the exact binomial test, the bootstrap over blocks of time and, where the server tells its own
    first-token times, their share within the limit; FAIL needs the binomial test alone. A load that was not measured in
    steady state, by a client that kept up, with enough requests, is unresolved whatever the figures say.

    Source: MEASURES section 2, G1.
    """
    times = first_tokens_ms(trial.candidate)
    beyond = [time >= card.latency.limit_ms for time in times]
    p_values = share_p_values(sum(beyond), n=len(times), allowed=card.latency.allowed_share)
    blocks = block_upper_bound(
        beyond,
        times_s=sent_times_s(trial.candidate),
        block_s=card.latency.block_s,
        rng=chance.stream(GATE),
        resamples=chance.resamples,
        confidence=card.confidence,
    )
    server = server_share_within(trial.candidate, limit_ms=card.latency.limit_ms)
    unresolved = unresolved_reasons(trial.candidate)
    status = _status(p_values, blocks=blocks, server=server, card=card) if not unresolved else GateStatus.UNRESOLVED
    quantile = bounded_quantile(times, 1 - card.latency.allowed_share, confidence=card.confidence) if times else None
    is_short = status is GateStatus.UNRESOLVED and not unresolved and p_values.below > card.alpha
    more = more_for_share(sum(beyond), n=len(times), allowed=card.latency.allowed_share, alpha=card.alpha)
    needed, per_hour = more if is_short else None, _per_hour(trial.candidate, n=len(times))
    return GateResult(
        gate=GATE,
        title=f"P95 time to first token below {card.latency.limit_ms:g} ms",
        status=status,
        value=make_interval(quantile.estimate, low=quantile.low, high=quantile.high) if quantile else None,
        threshold=card.latency.limit_ms,
        unit="ms",
        n=len(times),
        events=sum(beyond),
        p_value=1.0 if unresolved else min(p_values.above, 1.0),
        needed=needed,
        per_hour=per_hour,
        needed_hours=hours_for(needed, per_hour=per_hour),
        detail=_detail(trial, times=times, beyond=sum(beyond), card=card),
        remarks=(*unresolved, *_remarks(p_values, blocks=blocks, server=server, card=card)),
    )


def _per_hour(levels: Sequence[LoadLevel], *, n: int) -> float | None:
    """Kept requests per hour of the load's steady windows."""
    steady_s = sum(level.window_to_s - level.window_from_s for level in levels)
    return n / steady_s * 3_600 if n and steady_s > 0 else None


def server_share_within(levels: Sequence[LoadLevel], *, limit_ms: float) -> float | None:
    """Share of first tokens that the server itself timed within the limit, [0, 1]; None where it does not tell.

    The limit must be one of its histogram's bounds: within a bucket nothing is known.
    """
    within = total = 0
    for level in levels:
        told = level.server.ttft
        place = next((place for place, bound in enumerate(told.le) if math.isclose(bound * 1000, limit_ms)), None)
        if place is None or not told.total:
            return None
        within += told.counts[place]
        total += told.total
    return within / total if total else None


def _status(p_values: SharePValues, *, blocks: float | None, server: float | None, card: ScoreCard) -> GateStatus:
    if p_values.above <= card.alpha:
        return GateStatus.FAIL
    bootstrap_agrees = blocks is not None and blocks <= card.latency.allowed_share
    server_agrees = server is None or 1 - server <= card.latency.allowed_share
    passes = p_values.below <= card.alpha and bootstrap_agrees and server_agrees
    return GateStatus.PASS if passes else GateStatus.UNRESOLVED


def _detail(trial: Trial, *, times: Sequence[float], beyond: int, card: ScoreCard) -> str:
    failed = sum(math.isinf(time) for time in times)
    where = f"At {trial.load} (load run {trial.run_id}), "
    if not times:
        return f"{where}no request of the candidate was kept."
    return (
        f"{where}{beyond} of {len(times)} requests took {card.latency.limit_ms:g} ms or longer or failed "
        f"({failed} failed); {card.latency.allowed_share:.1%} may."
    )


def _remarks(p_values: SharePValues, *, blocks: float | None, server: float | None, card: ScoreCard) -> tuple[str, ...]:
    length, limit = f"{card.latency.block_s:g} s", f"{card.latency.limit_ms:g} ms"
    return (
        f"Exact binomial test: p {p_values.below:.4g} for a pass, p {p_values.above:.4g} for a failure.",
        f"Bootstrap over blocks of {length}: the share of slow or failed requests is at most {blocks:.2%}."
        if blocks is not None
        else f"All requests lie within {length}: whether slow ones come together cannot be told, so no pass.",
        f"By the server's own clock {server:.2%} of first tokens came within {limit}."
        if server is not None
        else f"The server tells no first-token times with a bound at {limit}, so its own share is not compared.",
    )
