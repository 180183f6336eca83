"""Search of the load that a deployment still carries: which load to try next, and what the tried ones say."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from shadow.load.figures import Figures, figures_of
from shadow.load.level import LoadLevel

GOOD_SHARE: Final = 0.95
"""Share of kept requests that must meet the bounds for a load to be carried: the allowed 5 % of gate G1."""

PLATEAU: Final = 1.05
"""Gain in tokens per second of a doubled load below which more load only makes requests wait."""

KNEE_SHARE: Final = 0.95
"""Share of the best throughput that the knee reaches."""

WITHIN: Final = 0.15
"""How closely the limit and the knee are searched for when nothing else is asked, as a share."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a number of requests in flight led to, all blocks of it together.

    Attributes:
        good_share: Of the kept requests, the worst block's.
        is_sound: Whether every block was in steady state and its timings may be used.
    """

    streams: int
    tokens_per_s: float
    good_share: float
    is_sound: bool

    @property
    def is_carried(self) -> bool:
        """Whether the server bears this load within the bounds, in steady state."""
        return self.is_sound and self.good_share >= GOOD_SHARE


@dataclass(frozen=True, slots=True)
class Saturation:
    """Where a deployment's capacity ends.

    Attributes:
        carried: Most requests in flight that it bore within the bounds; None when not even the least.
        refused: Fewest beyond that it did not; None when the search ended before.
        knee: Fewest in flight that reach 95 % of the best throughput; None without a sound level.
    """

    carried: int | None
    refused: int | None
    knee: int | None


def tried_of(streams: int, levels: Sequence[LoadLevel]) -> Tried:
    """Sum up the blocks of one load."""
    figures = [figures_of(level) for level in levels]
    return Tried(
        streams,
        tokens_per_s=sum(one.tokens_per_s or 0.0 for one in figures) / max(len(figures), 1),
        good_share=min(map(_good_share, figures), default=0.0),
        is_sound=bool(levels) and not any(level.unsteady_reason or level.void_reason for level in levels),
    )


def _good_share(figures: Figures) -> float:
    return figures.good_share if figures.good_share is not None else 0.0


def next_streams(tried: Sequence[Tried], *, first: int, most: int, within: float = WITHIN) -> int | None:
    """The load to try next: doubled until one is not carried or brings nothing, then halved in; None at the end.

    Halved in is first on the limit, then on the knee.

    Args:
        within: Share of a load to which both are to be known; 0 asks for the very number.
    """
    if not tried:
        return first
    found = saturation_of(tried)
    highest = max(one.streams for one in tried)
    if found.refused is None and not _is_flat(tried):
        return min(highest * 2, most) if highest < most else None
    middle = None if found.refused is None else _between(found.carried or 0, found.refused, within=within)
    if middle is None and found.knee is not None:
        below = max((one.streams for one in tried if one.streams < found.knee), default=found.knee)
        middle = _between(below, found.knee, within=within)
    return middle


def _between(low: int, high: int, *, within: float) -> int | None:
    """The load in the middle; None when the two are close enough."""
    middle = (low + high) // 2
    return middle if low < middle and high > max(low, 1) * (1 + within) else None


async def search(
    measure: Callable[[int], Awaitable[Tried]], *, first: int, most: int, within: float = WITHIN
) -> list[Tried]:
    """Try loads until the limit and the knee are known, or `most` is carried."""
    tried: list[Tried] = []
    while (streams := next_streams(tried, first=first, most=most, within=within)) is not None:
        tried.append(await measure(streams))
    return tried


def _is_flat(tried: Sequence[Tried]) -> bool:
    """Whether the last doubling brought no more tokens."""
    ordered = sorted(tried, key=lambda one: one.streams)
    return len(ordered) > 1 and ordered[-1].tokens_per_s < PLATEAU * ordered[-2].tokens_per_s


def saturation_of(tried: Sequence[Tried]) -> Saturation:
    """What the loads that were tried say together."""
    refused = min((one.streams for one in tried if not one.is_carried), default=None)
    carried = max(
        (one.streams for one in tried if one.is_carried and (refused is None or one.streams < refused)), default=None
    )
    sound = [one for one in tried if one.is_sound]
    best = max((one.tokens_per_s for one in sound), default=0.0)
    knee = min((one.streams for one in sound if one.tokens_per_s >= KNEE_SHARE * best), default=None)
    return Saturation(carried, refused, knee)
