"""The coverage ledger: seen = published + sampled_out + dropped(reason), per minute and route, to the last request."""

from collections import Counter
from datetime import UTC, datetime
from enum import StrEnum

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


type _Key = tuple[datetime, Door, str, Disposition, str]

_KEPT_MINUTES = 120


class Ledger:
    """One process's counts. `changed` gives what is new, so that nothing is published twice without need."""

    def __init__(self, source_id: str) -> None:
        self.source_id = source_id
        self._counts: Counter[_Key] = Counter()
        self._changed: set[_Key] = set()

    def count(self, disposition: Disposition, *, at: float, door: Door, route: str, reason: str = "") -> None:
        """Count one request.

        Args:
            at: Arrival of the request, seconds since the epoch; the same for every disposition of a request.
        """
        minute = datetime.fromtimestamp(at // 60 * 60, UTC)
        key = (minute, door, route, disposition, reason)
        self._counts[key] += 1
        self._changed.add(key)

    def changed(self) -> list[LedgerEntry]:
        """Entries that changed since the last call; old minutes that stay the same are forgotten."""
        keys, self._changed = sorted(self._changed), set()
        entries = [self._entry(key) for key in keys]
        self._forget()
        return entries

    def _entry(self, key: _Key) -> LedgerEntry:
        minute, door, route, disposition, reason = key
        return LedgerEntry(
            source_id=self.source_id,
            minute=minute,
            door=door,
            route=route,
            disposition=disposition,
            reason=reason,
            requests=self._counts[key],
        )

    def _forget(self) -> None:
        minutes = sorted({key[0] for key in self._counts})
        if len(minutes) > _KEPT_MINUTES:
            oldest = minutes[-_KEPT_MINUTES]
            self._counts = Counter({key: count for key, count in self._counts.items() if key[0] >= oldest})
