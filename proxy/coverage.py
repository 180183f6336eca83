"""The coverage ledger: seen = published + sampled_out + dropped(reason), per minute and route, to the last request."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime, Field

from proxy.exchange import Door
from proxy.published import Published


class Disposition(StrEnum):
    """What became of a request that a door saw."""

    SEEN = "seen"
    PUBLISHED = "published"
    SAMPLED_OUT = "sampled_out"
    DROPPED = "dropped"


class LedgerEntry(Published):
    """A running count: the largest one of the same key holds, so that entries may be repeated and lost."""

    source_id: str = Field(min_length=1, max_length=200, description="Process that counted.")
    minute: AwareDatetime = Field(description="Minute of the request's arrival, UTC.")
    door: Door
    route: str = Field(description="API shape, or other.")
    disposition: Disposition
    reason: str = Field(default="", description="Why it was dropped, or empty.")
    requests: int = Field(ge=1, description="Count of the minute so far.")


type Key = tuple[int, Door, str, Disposition | None, str]
"""Minute (minutes since the epoch), door, route, disposition and reason of a count.

No disposition stands for requests that were passed on: another ledger counts what becomes of them.
"""

_KEPT_MINUTES = 120
_S_PER_MINUTE = 60


class Mirror(Protocol):
    """Where a ledger's counts are kept a second time, beyond the life of its process."""

    def counts(self) -> Mapping[Key, int]:
        """What is kept from before; it is counted on."""
        ...

    def add(self, key: Key) -> None:
        """Count one request."""
        ...

    def release(self, keys: Collection[Key]) -> None:
        """Forget counts; their room is used again."""
        ...


class Ledger:
    """One process's counts. `changed` gives what is new, so that nothing is published twice without need.

    The 120 minutes that were counted last are kept in memory. A minute that was forgotten and is counted again is told
    under a source id of its own, since the larger count would hold. With a mirror no minute is forgotten while one of
    its requests is open, so that none comes back.

    Args:
        source_id: Unlike that of any other ledger, those of earlier processes included.
        mirror: Keeps the counts too; what it holds from before is counted on, and told again.
        held: Further minutes that must not be forgotten, asked for when there are more than 120.
    """

    def __init__(
        self,
        source_id: str,
        *,
        mirror: Mirror | None = None,
        held: Callable[[], Collection[int]] = frozenset,
    ) -> None:
        self.source_id = source_id
        self._mirror = mirror
        self._held = held
        self._counts: dict[Key, int] = dict(mirror.counts()) if mirror else {}
        self._changed: set[Key] = set(self._counts)
        self._open: dict[int, int] = {}
        # Least recently counted first, with the source id under which each minute is told.
        self._minutes: dict[int, str] = {}
        self._forgotten_until = -1
        self._returns = 0

    def count(self, disposition: Disposition | None, *, at: float, door: Door, route: str, reason: str = "") -> None:
        """Count one request.

        Args:
            disposition: None when another ledger counts the rest of its way.
            at: Arrival of the request, seconds since the epoch; the same for every disposition of a request.
        """
        minute = int(at // _S_PER_MINUTE)
        key = (minute, door, route, disposition, reason)
        self._counts[key] = self._counts.get(key, 0) + 1
        self._changed.add(key)
        if self._mirror is None:
            return
        self._mirror.add(key)
        if disposition is Disposition.SEEN:
            self._open[minute] = self._open.get(minute, 0) + 1
        elif disposition is Disposition.DROPPED:
            self._end(minute)

    def settle(self, *, at: float) -> None:
        """Note that the capture process answers for a request that was seen: here nothing more is counted of it.

        Args:
            at: As for `count`.
        """
        self._end(int(at // _S_PER_MINUTE))

    def _end(self, minute: int) -> None:
        left = self._open.get(minute, 0) - 1
        if left > 0:
            self._open[minute] = left
        else:
            self._open.pop(minute, None)

    def changed(self) -> list[LedgerEntry]:
        """Entries that changed since the last call; old minutes that stay the same are forgotten."""
        keys, self._changed = sorted(self._changed, key=_order), set()
        for minute in dict.fromkeys(key[0] for key in keys):
            self._minutes[minute] = self._minutes.pop(minute, "") or self._source_of(minute)
        entries = [entry_of(key, source_id=self._minutes[key[0]], requests=self._counts[key]) for key in keys if key[3]]
        self._forget()
        return entries

    def retell(self) -> None:
        """Have `changed` give every entry that is not forgotten once more."""
        self._changed.update(self._counts)

    def _source_of(self, minute: int) -> str:
        if minute > self._forgotten_until:
            return self.source_id
        self._returns += 1
        return f"{self.source_id}-late-{self._returns}"

    def _forget(self) -> None:
        excess = len(self._minutes) - _KEPT_MINUTES
        if excess <= 0:
            return
        held = self._held()
        gone = {minute for minute in list(self._minutes)[:excess] if minute not in self._open and minute not in held}
        if not gone:
            return
        self._forgotten_until = max(self._forgotten_until, *gone)
        keys = [key for key in self._counts if key[0] in gone]
        for key in keys:
            del self._counts[key]
        for minute in gone:
            del self._minutes[minute]
        if self._mirror is not None:
            self._mirror.release(keys)


def entry_of(key: Key, *, source_id: str, requests: int) -> LedgerEntry:
    """What is told of one count; the key must name a disposition."""
    minute, door, route, disposition, reason = key
    return LedgerEntry.model_validate(
        {
            "source_id": source_id,
            "minute": datetime.fromtimestamp(minute * _S_PER_MINUTE, UTC),
            "door": door,
            "route": route,
            "disposition": disposition,
            "reason": reason,
            "requests": requests,
        }
    )


def _order(key: Key) -> tuple[int, str, str, str, str]:
    minute, door, route, disposition, reason = key
    return (minute, door, route, disposition or "", reason)
