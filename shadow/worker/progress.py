"""Which offsets may be committed: only those whose rows, and the rows of all before them, are in the store."""

from collections import OrderedDict

from proxy.log.record import Record


class Progress:
    """Records under way, per partition in offset order."""

    def __init__(self) -> None:
        self._pending: dict[int, OrderedDict[int, Record]] = {}
        self._done: set[tuple[int, int]] = set()

    def begin(self, record: Record) -> None:
        """The record was read and has no rows yet."""
        self._pending.setdefault(record.partition, OrderedDict())[record.offset] = record

    def finish(self, record: Record) -> None:
        """The record's rows are in the store."""
        self._done.add((record.partition, record.offset))

    def take_committable(self) -> list[Record]:
        """The last record of each partition before which nothing is missing; each is handed out once."""
        ends = []
        for partition, pending in self._pending.items():
            last = None
            while pending and (partition, next(iter(pending))) in self._done:
                offset, last = pending.popitem(last=False)
                self._done.discard((partition, offset))
            if last is not None:
                ends.append(last)
        return ends

    @property
    def under_way(self) -> int:
        """Records that were begun and cannot be committed yet."""
        return sum(len(pending) for pending in self._pending.values())
