"""When each token is due, as offsets from the request's arrival, and waiting for it. Deadlines never drift."""

import asyncio
import math
import time
from dataclasses import dataclass
from itertools import accumulate
from random import Random

_SHORTEST_SLEEP_S = 0.001


@dataclass(frozen=True, slots=True)
class Schedule:
    """Offsets of a reply's tokens from the arrival of the request's last byte, ms, ascending; at least one."""

    offsets_ms: tuple[float, ...]

    @property
    def ttft_ms(self) -> float:
        """The planned time to the first token."""
        return self.offsets_ms[0]

    def at_ms(self, step: int) -> float:
        """When the token at `step` is due; later steps are due with the last token."""
        return self.offsets_ms[min(step, len(self.offsets_ms) - 1)]


def plan_schedule(
    *, tokens: int, ttft_ms: float, ttft_sigma: float, itl_ms: float, itl_sigma: float, rng: Random
) -> Schedule:
    """Draw the offsets of a reply of `tokens` tokens.

    Args:
        ttft_ms: Median of the first offset.
        ttft_sigma: Sigma of the lognormal spread around it; with 0 it is exact.
        itl_ms: Median gap between tokens.
        itl_sigma: As `ttft_sigma`, for each gap.
    """
    gaps = (_spread(itl_ms, sigma=itl_sigma, rng=rng) for _ in range(tokens - 1))
    return Schedule(tuple(accumulate(gaps, initial=_spread(ttft_ms, sigma=ttft_sigma, rng=rng))))


def _spread(median: float, *, sigma: float, rng: Random) -> float:
    return median * math.exp(sigma * rng.gauss()) if sigma else median


async def wait_until(deadline_s: float) -> None:
    """Sleep until `time.perf_counter()` has reached the deadline: never less, whatever the loop's timers round to.

    At most 1 ms more on an idle loop: timers count whole milliseconds, and uvloop takes less than half of one for
    none, so that a reply's wait for its next token would turn the loop round and round.
    """
    while (left_s := deadline_s - time.perf_counter()) > 0:  # noqa: ASYNC110 - a clock sets no event
        await asyncio.sleep(max(left_s, _SHORTEST_SLEEP_S))
