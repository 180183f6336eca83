"""Whether an exchange is kept, and with which weight. Pure but for its floors: ratio and time are passed in."""

import hashlib
import hmac
from dataclasses import dataclass

from proxy.anonymise.memory import Memory
from proxy.exchange import Exchange
from proxy.sampling.floors import Floors
from proxy.sampling.stratum import stratum_of

FLOOR_EXCHANGES = 5
WINDOW_S = 60.0
_MOST_STRATA = 1_024
_MOST_CONVERSATIONS = 65_536
_DRAW_BITS = 52
_DRAW_STEPS = 1 << _DRAW_BITS


@dataclass(frozen=True, slots=True)
class Kept:
    """The exchange is published.

    Attributes:
        weight: Inverse of the probability with which it was kept, 1 or more.
        draw: The conversation's number in (0, 1); a ratio keeps the conversation if it is above.
        by_floor: Whether it would have been kept whatever the draw; its weight is then 1.
    """

    weight: float
    draw: float
    by_floor: bool


@dataclass(frozen=True, slots=True)
class SampledOut:
    """The exchange is not published; `reason` is a word for the coverage ledger: ratio or no_experiment."""

    reason: str


NO_EXPERIMENT = SampledOut("no_experiment")
"""Nobody wants anything now."""

RATIO = SampledOut("ratio")
"""The conversation's draw is not below the ratio, and no floor wanted it."""


class Sampler:
    """Keeps the conversations whose draw is below the ratio, and those that a floor met.

    A floor takes the first exchanges of a stratum in a window whatever their draw, and their conversations with them,
    until they are forgotten as the longest unused of `most_conversations`. All of that depends on the arrivals alone.
    Given these an exchange is kept with probability 1 (by a floor) or `ratio` (else), so that weights are known, not
    estimated: sums of weights have no bias.

    Source: Horvitz and Thompson 1952 for the estimator; Poisson sampling with a take-all part as in Särndal, Swensson
    and Wretman 1992, sections 2.8 and 3.5, here with conversations as clusters.

    Args:
        key: Key of the pseudonyms, 16 bytes or more; with it, draws are equal in every process.
        floor_exchanges: Exchanges that each stratum keeps per window and process; 0 turns floors off.
        window_s: Length of a window, s.
    """

    def __init__(
        self,
        key: bytes,
        *,
        floor_exchanges: int = FLOOR_EXCHANGES,
        window_s: float = WINDOW_S,
        most_strata: int = _MOST_STRATA,
        most_conversations: int = _MOST_CONVERSATIONS,
    ) -> None:
        self._key = key
        self._floors = Floors(exchanges=floor_exchanges, window_s=window_s, most_strata=most_strata)
        self._met: Memory[str, bool] = Memory(most_conversations, lambda _: 1)

    def decide(self, exchange: Exchange, *, ratio: float, at: float) -> Kept | SampledOut:
        """Keep or sample out one exchange; call it once per exchange, in order of arrival.

        Args:
            ratio: Share of conversations that is wanted now, [0, 1]; 0 keeps nothing, not even for floors.
            at: Time now, s, of any clock that hardly ever steps.
        """
        if ratio <= 0:
            return NO_EXPERIMENT
        draw = draw_of(exchange.conversation_id, key=self._key)
        if self._meets_floor(exchange, at=at):
            return Kept(weight=1.0, draw=draw, by_floor=True)
        return Kept(weight=1 / ratio, draw=draw, by_floor=False) if draw < ratio else RATIO

    def _meets_floor(self, exchange: Exchange, *, at: float) -> bool:
        """Whether a floor takes the exchange now or took one of its conversation before."""
        takes = self._floors.take(stratum_of(exchange), at=at)
        if takes:
            self._met.put(exchange.conversation_id, True)
        return takes or self._met.get(exchange.conversation_id) is not None


def draw_of(conversation_id: str, *, key: bytes) -> float:
    """The conversation's own number, uniform in (0, 1) over conversations, never 0 or 1, for good under one key.

    The first 52 bits of an HMAC-SHA256, taken at the middle of their interval.
    """
    digest = hmac.digest(key, b"sampling\x1f" + conversation_id.encode(), hashlib.sha256)
    return ((int.from_bytes(digest[:8]) >> 64 - _DRAW_BITS) + 0.5) / _DRAW_STEPS
