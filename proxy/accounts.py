"""Counts on their way to the coverage topic: of each, the largest that anybody has told. Knows no exchange."""

import asyncio
from collections.abc import Iterable

from proxy.coverage import Ledger, LedgerEntry
from proxy.errors import Unavailable
from proxy.log.record import Producer
from proxy.log.spool import Spool
from proxy.log.topics import COVERAGE
from proxy.metrics import CaptureMetrics


class Accounts:
    """Publishes what ledgers and doors count; what the broker does not take yet is kept in the spool, if there is one.

    Args:
        patience_s: How long an entry may go unacknowledged before the broker counts as away.
    """

    def __init__(
        self, ledger: Ledger, *, producer: Producer, spool: Spool | None, metrics: CaptureMetrics, patience_s: float
    ) -> None:
        self._ledgers = [ledger]
        self._producer = producer
        self._spool = spool
        self._metrics = metrics
        self._patience_s = patience_s
        self._entries = {} if spool is None else spool.entries()
        self._saved = set(self._entries)
        self._unsaved: set[str] = set()

    def follow(self, ledger: Ledger) -> None:
        """Publish this ledger's counts too, until `unfollow`."""
        self._ledgers.append(ledger)

    def unfollow(self, ledger: Ledger) -> None:
        """See `follow`."""
        self._ledgers.remove(ledger)

    @property
    def waiting(self) -> int:
        """Entries that are not published."""
        return len(self._entries)

    def keep(self, entry: LedgerEntry) -> str:
        """Hold one entry until it is published, unless a larger one is held; gives its key."""
        key = entry.model_dump_json(exclude={"requests"})
        held = self._entries.get(key)
        if held is None or held.requests < entry.requests:
            self._entries[key] = entry
            self._unsaved.add(key)
            self._metrics.count(entry)
        return key

    def are_safe(self, keys: Iterable[str]) -> bool:
        """Whether these entries are on the broker or in the spool."""
        safe = self._saved - self._unsaved
        return all(key not in self._entries or key in safe for key in keys)

    def gather(self) -> None:
        """Hold all that the ledgers have counted since the last call."""
        for ledger in self._ledgers:
            for entry in ledger.changed():
                self.keep(entry)

    async def publish(self, *, at_once: int) -> Unavailable | TimeoutError | None:
        """Publish what is held, `at_once` entries together; gives the first failure and stops there."""
        while self._entries:
            keys = list(self._entries)[:at_once]
            ends = await asyncio.gather(*(self._publish(key) for key in keys))
            failure = next((end for end in ends if end is not None), None)
            if failure is not None:
                return failure
        return None

    async def _publish(self, key: str) -> Unavailable | TimeoutError | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        try:
            async with asyncio.timeout(self._patience_s):
                await self._producer.publish(COVERAGE.name, key=key.encode(), value=entry.to_bytes())
        except (Unavailable, TimeoutError) as error:
            return error
        if self._entries.get(key) is entry:
            del self._entries[key]
        return None

    def save(self) -> None:
        """Bring the spool's copy up to date with what is held."""
        if self._spool is None:
            self._unsaved.clear()
            return
        published = self._saved - self._entries.keys()
        if published:
            self._spool.forget_entries(published)
            self._saved -= published
        kept = {key: self._entries[key] for key in self._unsaved & self._entries.keys()}
        if not kept or self._spool.keep_entries(kept):
            self._note_saved(kept)

    def save_with_removal(self, spool: Spool, row: int, *, ledger: Ledger) -> None:
        """Remove a parcel and keep the counts of its end in one transaction.

        A process that is killed between the two would count it twice or not at all.
        """
        counted = {key: self._entries[key] for key in [self.keep(entry) for entry in ledger.changed()]}
        if spool.remove(row, entries=counted):
            self._note_saved(counted)

    def _note_saved(self, keys: Iterable[str]) -> None:
        self._saved.update(keys)
        self._unsaved.difference_update(keys)
