"""One record of the log and the two protocols that Kafka and memory both keep."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

SCHEMA_HEADER = "understudy-schema"
"""Header with the schema version of the value."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a consumer sees it; `partition` and `offset` name its place for good."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: Mapping[str, bytes] = field(default_factory=dict)


class Producer(Protocol):
    """Appends records; returns when the broker has them."""

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        """Append one record.

        Raises:
            Unavailable: the broker did not take it in time.
            Refused: the record is larger than the log takes.
        """
        ...

    async def close(self) -> None:
        """Send what is buffered, then let go of the broker."""
        ...


class Consumer(Protocol):
    """Reads batches of records; what is committed is not read again by its group."""

    def batches(self) -> AsyncIterator[Sequence[Record]]:
        """Non-empty batches, in offset order per partition; ends after `finish`."""
        ...

    async def commit(self, records: Sequence[Record]) -> None:
        """Mark these records, and all before them in their partitions, as done."""
        ...

    def pause(self, topic: str, partition: int) -> None:
        """Stop reading one partition for now; others go on."""
        ...

    def resume(self, topic: str, partition: int) -> None:
        """Read a paused partition again."""
        ...

    async def finish(self) -> None:
        """End `batches`; what was read can still be committed."""
        ...

    async def close(self) -> None:
        """Leave the group."""
        ...
