"""Plain figures of a block, as they stand: for the terminal and for whoever has no statistics at hand.

Intervals, and what blocks say together, are computed in `analytics` from the stored requests.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shadow.load.level import LoadLevel, LoadRequest, Loop, Slo
from shadow.load.window import Window, tokens_between


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles of a time, ms; failed requests count as +infinity. None where nothing has the time."""

    p50: float | None
    p95: float | None
    p99: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of values that may be +infinity."""
        if not values:
            return cls(None, None, None)
        ordered = sorted(values)
        return cls(*(quantile(ordered, level) for level in (0.50, 0.95, 0.99)))


@dataclass(frozen=True, slots=True)
class Figures:
    """What a block measured, of its kept requests; see docs/reference/load.md.

    Attributes:
        tokens_per_s: Output tokens in the steady window over its length; None without a window.
        whole_tokens_per_s: Output tokens of the whole block over the time from first sending to last byte.
        goodput_per_s: Kept requests that met every bound, per second of the steady window.
        good_share: Their share.
    """

    kept: int
    failed: int
    ttft_ms: Spread
    tpot_ms: Spread
    itl_ms: Spread
    e2e_ms: Spread
    tokens_per_s: float | None
    whole_tokens_per_s: float
    goodput_per_s: float | None
    good_share: float | None


def quantile(ordered: Sequence[float], level: float) -> float:
    """The quantile by linear interpolation; +infinity as soon as it leans on a value that is.

    Args:
        ordered: At least one, ascending, no NaN.

    Source: Hyndman and Fan 1996, definition 7.
    """
    place = (len(ordered) - 1) * level
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    if math.isinf(above):
        return below if place == math.floor(place) else above
    return below + (above - below) * (place - math.floor(place))


def figures_of(level: LoadLevel) -> Figures:
    """Figures of one block."""
    window = Window(level.window_from_s, level.window_to_s)
    return figures_of_requests(level.requests, window=window, loop=level.load.loop, slo=level.slo)


def figures_of_requests(requests: Sequence[LoadRequest], *, window: Window, loop: Loop, slo: Slo) -> Figures:
    """Figures of all requests of a block, of which those of the window are marked as kept."""
    kept = [request for request in requests if request.kept]
    good = sum(slo.is_met(request, loop=loop) for request in kept)
    return Figures(
        kept=len(kept),
        failed=sum(not request.is_completed for request in kept),
        ttft_ms=Spread.of([request.first_token_ms(loop) for request in kept]),
        tpot_ms=Spread.of([time for request in kept if (time := request.tpot_ms) is not None]),
        itl_ms=Spread.of([gap for request in kept for gap in gaps_ms(request)]),
        e2e_ms=Spread.of([request.e2e_ms for request in kept]),
        tokens_per_s=_over(
            tokens_between(requests, from_s=window.from_s, to_s=window.to_s), window.length_s if kept else 0.0
        ),
        whole_tokens_per_s=_whole(requests),
        goodput_per_s=_over(good, _kept_s(kept, window)),
        good_share=good / len(kept) if kept else None,
    )


def gaps_ms(request: LoadRequest) -> tuple[float, ...]:
    """Gaps between output events, ms; a request that failed has one that never ended."""
    return request.timings.itl_ms if request.is_completed else (*request.timings.itl_ms, math.inf)


def _whole(requests: Sequence[LoadRequest]) -> float:
    begin = min((request.sent_s for request in requests), default=0.0)
    end = max((request.ended_s for request in requests), default=0.0)
    tokens = sum(request.completion_tokens or 0 for request in requests if request.is_completed)
    return _over(tokens, end - begin) or 0.0


def _kept_s(kept: Sequence[LoadRequest], window: Window) -> float:
    """Time in which the kept requests were sent, s."""
    return max((request.sent_s for request in kept), default=window.from_s) - window.from_s


def _over(amount: float, seconds: float) -> float | None:
    return amount / seconds if seconds > 0 else None
