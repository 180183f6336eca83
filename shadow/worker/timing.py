"""From stamped bytes to the timings of MEASURES section 1."""

from collections.abc import Sequence
from itertools import pairwise

from shadow.replay import Timings

_NS_PER_MS = 1e6


def timings(
    *,
    scheduled_ns: int,
    sent_ns: int,
    ended_ns: int,
    output_ns: Sequence[int],
    output_tokens: int | None,
    server_ttft_ms: float | None = None,
) -> Timings:
    """Timings of one replay.

    Args:
        scheduled_ns: When the request should have been sent, monotonic ns.
        sent_ns: Its last byte written, monotonic ns.
        ended_ns: The reply's last byte, monotonic ns.
        output_ns: First byte of each event that carried non-empty output, in order, monotonic ns.
        output_tokens: Output tokens as the server counted them; None where it did not.

    Source: MEASURES section 1. TPOT needs at least two tokens and two output events.
    """
    return Timings(
        schedule_delay_ms=_ms(sent_ns - scheduled_ns),
        e2e_ms=_ms(ended_ns - sent_ns),
        ttft_ms=_ms(output_ns[0] - sent_ns) if output_ns else None,
        ttft_scheduled_ms=_ms(output_ns[0] - scheduled_ns) if output_ns else None,
        tpot_ms=_tpot_ms(output_ns, output_tokens),
        itl_ms=tuple(_ms(later - earlier) for earlier, later in pairwise(output_ns)),
        server_ttft_ms=server_ttft_ms,
    )


def _tpot_ms(output_ns: Sequence[int], output_tokens: int | None) -> float | None:
    if output_tokens is None or output_tokens < 2 or len(output_ns) < 2:  # noqa: PLR2004 - a gap needs two ends
        return None
    return _ms(output_ns[-1] - output_ns[0]) / (output_tokens - 1)


def _ms(ns: int) -> float:
    return max(ns, 0) / _NS_PER_MS
