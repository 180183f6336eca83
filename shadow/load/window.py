"""The steady window of a block: what is cut at its begin and its end, and the tokens that came within it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shadow.load.level import LoadRequest

RAMP_COMPLETIONS = 2
"""Completions that are cut at the begin, for each request in flight.

Source: MEASURES section 1: the first 2C completions and the drain are cut.
"""

TAIL_REQUESTS = 1
"""Requests that are cut at the end, for each in flight: they keep the load up while the last kept ones are answered."""


@dataclass(frozen=True, slots=True)
class Window:
    """From the last completion of the ramp to the last request's sending, s since the block began."""

    from_s: float
    to_s: float

    @property
    def length_s(self) -> float:
        """Seconds; 0 when the block was too short to have a steady window."""
        return max(self.to_s - self.from_s, 0.0)


def requests_for(kept: int, *, streams: int) -> int:
    """How many requests a block needs to keep so many: when the ramp has ended, as many again are under way."""
    return kept + (RAMP_COMPLETIONS + 1 + TAIL_REQUESTS) * streams


def in_flight_of(requests: Sequence[LoadRequest]) -> float:
    """Requests in flight on average from the first to the last sending: the time spent on them over the time passed.

    Source: Little 1961.
    """
    first = min(request.sent_s for request in requests)
    last = max(request.sent_s for request in requests)
    if last <= first:
        return float(len(requests))
    return sum(min(request.ended_s, last) - min(request.sent_s, last) for request in requests) / (last - first)


def window_of(requests: Sequence[LoadRequest], *, streams: float) -> Window:
    """The steady window of a block of `streams` requests in flight; an empty one when nothing lies in it."""
    ended = sorted(request.ended_s for request in requests)
    last_s = max((request.sent_s for request in requests), default=0.0)
    ramp = round(RAMP_COMPLETIONS * streams)
    if len(ended) <= ramp:
        return Window(last_s, last_s)
    return Window(min(ended[ramp - 1] if ramp else 0.0, last_s), last_s)


def mark_kept(requests: Sequence[LoadRequest], window: Window, *, streams: float) -> tuple[LoadRequest, ...]:
    """The requests by number, those marked that were sent in the window and not among the tail.

    Kept are requests by when they were sent, never by when they ended: the slow ones would be fewer otherwise.
    """
    by_sending = sorted(requests, key=lambda request: (request.sent_s, request.number))
    body = by_sending[: max(len(by_sending) - round(TAIL_REQUESTS * streams), 0)]
    kept = {request.number for request in body if request.sent_s >= window.from_s} if window.length_s else set()
    return tuple(
        replace(request, kept=request.number in kept) for request in sorted(requests, key=lambda one: one.number)
    )


def tokens_between(requests: Sequence[LoadRequest], *, from_s: float, to_s: float) -> float:
    """Output tokens of completed requests that came in a span of time.

    A reply's tokens are spread evenly over its output events, since a server may send several tokens in one; without a
    usage report, an event counts as a token.
    """
    total = 0.0
    for request in requests:
        times = request.output_s() if request.is_completed else []
        if not times:
            continue
        tokens = len(times) if request.completion_tokens is None else request.completion_tokens
        total += tokens * sum(from_s < at_s <= to_s for at_s in times) / len(times)
    return total
