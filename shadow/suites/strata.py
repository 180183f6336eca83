"""Stratified drawing: how many of each stratum, and in which order its members are tried. Reads no text."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SHORT, _MIDDLE, _LONG = 500, 2_000, 8_000


@dataclass(frozen=True, slots=True)
class Stratum:
    """What exchanges of one stratum have in common; length is short, middle, long or very long."""

    category: str
    route: str
    language: str
    length: str


@dataclass(frozen=True, slots=True)
class Member:
    """An exchange that may be drawn.

    Attributes:
        characters: Length of its request.
    """

    exchange_id: str
    conversation_id: str
    category: str
    route: str
    language: str
    characters: int

    @property
    def stratum(self) -> Stratum:
        """The stratum that it belongs to."""
        return Stratum(self.category, self.route, self.language, _length(self.characters))


def _length(characters: int) -> str:
    if characters < _SHORT:
        return "short"
    if characters < _MIDDLE:
        return "middle"
    return "long" if characters < _LONG else "very long"


def by_stratum(members: Sequence[Member], *, seed: int) -> dict[Stratum, list[Member]]:
    """The members of each stratum in the order in which they are tried, which the seed alone settles."""
    found: defaultdict[Stratum, list[Member]] = defaultdict(list)
    for member in sorted(members, key=lambda one: _draw(one.exchange_id, seed=seed)):
        found[member.stratum].append(member)
    return dict(found)


def shares(sizes: Mapping[Stratum, int], *, size: int) -> dict[Stratum, int]:
    """How many to draw of each stratum: in proportion, at least one of each, by the largest remainders.

    Args:
        sizes: Members of each stratum, at least 1.
        size: Examples wanted; where there are more strata, each still gives one.
    """
    total = sum(sizes.values())
    exact = {stratum: size * count / total for stratum, count in sizes.items()}
    drawn = {stratum: min(sizes[stratum], max(1, int(share))) for stratum, share in exact.items()}
    by_remainder = sorted(exact, key=lambda stratum: (-(exact[stratum] % 1), str(stratum)))
    for stratum in by_remainder:
        if sum(drawn.values()) >= size:
            break
        if drawn[stratum] < sizes[stratum]:
            drawn[stratum] += 1
    return drawn


def _draw(exchange_id: str, *, seed: int) -> str:
    return hashlib.sha256(f"{seed}\x1f{exchange_id}".encode()).hexdigest()
