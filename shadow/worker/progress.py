"""Which offsets may be committed: only those whose rows, and the rows of all before them, are in the store."""

from collections import defaultdict
from collections.abc import Iterable

from proxy.log.record import Record


class Progress:
    """Records under way, by partition and offset."""

    def __init__(self) -> None:
        self._pending: defaultdict[int, dict[int, Record]] = defaultdict(dict)
        self._done: set[tuple[int, int]] = set()
        self._dealt_anew: set[int] = set()

    def begin(self, record: Record) -> bool:
        """The record was read and has no rows yet; false if it is under way already, and was read once more."""
        pending = self._pending[record.partition]
        if record.partition in self._dealt_anew:
            self._dealt_anew.discard(record.partition)
            self._forget([one for one in pending.values() if one.offset < record.offset])
        if record.offset in pending:
            return False
        pending[record.offset] = record
        return True

    def finish(self, record: Record) -> None:
        """The record's rows are in the store."""
        if record.offset in self._pending[record.partition]:
            self._done.add((record.partition, record.offset))

    def put_back(self, records: Iterable[Record]) -> None:
        """Partitions are dealt anew: these records are not under way any more, others still are.

        What of these lies before the first record that is then read of their partition was committed by somebody.
        """
        self._forget(records)
        self._dealt_anew = set(self._pending)

    def take_committable(self) -> list[Record]:
        """The last record of each partition before which nothing is missing; each is handed out once."""
        ends = []
        for partition, pending in self._pending.items():
            last = None
            for offset in sorted(pending):
                if (partition, offset) not in self._done:
                    break
                last = pending[offset]
                self._forget([last])
            if last is not None:
                ends.append(last)
        return ends

    def _forget(self, records: Iterable[Record]) -> None:
        for record in records:
            self._pending[record.partition].pop(record.offset, None)
            self._done.discard((record.partition, record.offset))

    @property
    def under_way(self) -> int:
        """Records that were begun and cannot be committed yet."""
        return sum(len(pending) for pending in self._pending.values())
