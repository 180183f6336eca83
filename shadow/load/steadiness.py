"""Whether a block was in steady state: no figure of it may drift, beyond chance and beyond what matters."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from shadow.load.level import LoadRequest, Loop
from shadow.load.window import Window

SEGMENTS: Final = 10
"""Equal parts of the steady window whose figures are compared."""

_FEWEST_SEGMENTS: Final = 6
"""Below, no order of the segments is beyond chance by much."""

_Z: Final = 2.576
"""Two-sided 1 %: a run has many blocks, and each is looked at twice or thrice."""

_LATENCY_SHARE: Final = 0.20
_LATENCY_MS: Final = 25.0
_RATE_SHARE: Final = 0.15


@dataclass(frozen=True, slots=True)
class Drift:
    """How a figure changed over a window.

    Attributes:
        change: From the first segment to the last by the median slope, in the figure's unit.
        level: Its median.
        is_beyond_chance: Whether so ordered a sequence comes up in under 1 % of steady windows.
    """

    change: float
    level: float
    is_beyond_chance: bool


def drift_of(values: Sequence[float]) -> Drift:
    """Drift of a sequence in time, at least two values.

    Source: Mann 1945 and Kendall 1975 (trend test, normal approximation without continuity correction, two-sided 1 %);
    Sen 1968 (median slope).
    """
    count = len(values)
    pairs = list(combinations(range(count), 2))
    score = sum((values[later] > values[earlier]) - (values[later] < values[earlier]) for earlier, later in pairs)
    spread = math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    slope = statistics.median((values[later] - values[earlier]) / (later - earlier) for earlier, later in pairs)
    return Drift(slope * (count - 1), statistics.median(values), abs(score) > _Z * spread)


def unsteady_reason(requests: Sequence[LoadRequest], window: Window, *, loop: Loop) -> str:
    """Why a block was not in steady state; empty when nothing speaks against it.

    Args:
        requests: All of the block.
    """
    kept = [request for request in requests if request.kept]
    if not kept or not window.length_s:
        return "too short: no request was sent in a steady window"
    waits = _by_segment([(request.sent_s, _wait_ms(request, loop)) for request in kept], window)
    if len(waits) < _FEWEST_SEGMENTS:
        return f"too short: requests were sent in {len(waits)} of {SEGMENTS} parts of the steady window"
    reasons = [_of_latency(drift_of([statistics.median(part) for part in waits]))]
    ended = [request.ended_s for request in requests if window.from_s < request.ended_s <= window.to_s]
    counts = [0] * SEGMENTS
    for at_s in ended:
        counts[_segment(at_s, window)] += 1
    reasons.append(_of_rate(drift_of(counts)))
    if loop is Loop.OPEN:
        reasons.append(_of_queue(requests, window))
    return "; ".join(filter(None, reasons))


def _wait_ms(request: LoadRequest, loop: Loop) -> float:
    """First-token time, for a request that failed the time until it did."""
    wait_ms = request.first_token_ms(loop)
    return wait_ms if math.isfinite(wait_ms) else (request.ended_s - request.scheduled_s) * 1000


def _by_segment(values: Sequence[tuple[float, float]], window: Window) -> list[list[float]]:
    parts: list[list[float]] = [[] for _ in range(SEGMENTS)]
    for at_s, value in values:
        parts[_segment(at_s, window)].append(value)
    return [part for part in parts if part]


def _segment(at_s: float, window: Window) -> int:
    return min(max(int((at_s - window.from_s) / window.length_s * SEGMENTS), 0), SEGMENTS - 1)


def _of_latency(drift: Drift) -> str:
    is_material = abs(drift.change) > max(_LATENCY_SHARE * drift.level, _LATENCY_MS)
    if not (drift.is_beyond_chance and is_material):
        return ""
    return f"first-token times drift: {drift.change:+.0f} ms over the window, median {drift.level:.0f} ms"


def _of_rate(drift: Drift) -> str:
    if not (drift.is_beyond_chance and abs(drift.change) > _RATE_SHARE * drift.level):
        return ""
    return f"completions drift: {drift.change:+.1f} per part of the window, median {drift.level:.1f}"


def _of_queue(requests: Sequence[LoadRequest], window: Window) -> str:
    """Whether an open loop sends faster than the server answers: then requests pile up without end."""
    step = window.length_s / SEGMENTS
    moments = [window.from_s + step * (place + 1) for place in range(SEGMENTS)]
    under_way = [float(sum(one.sent_s <= at_s < one.ended_s for one in requests)) for at_s in moments]
    drift = drift_of(under_way)
    if not (drift.is_beyond_chance and drift.change > max(_LATENCY_SHARE * drift.level, 1.0)):
        return ""
    return f"requests pile up: {drift.change:+.0f} in flight over the window, median {drift.level:.0f}"
