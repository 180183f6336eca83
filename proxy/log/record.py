"""One record of the log, the two protocols that Kafka and memory both keep, and how a producer fails."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from proxy.errors import Refused, Unavailable

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


class Refusal(StrEnum):
    """Why the log will never take a record; a word for the coverage ledger."""

    TOO_LARGE = "too_large_for_log"
    REFUSED = "refused_by_log"
    """The broker finds something wrong with the record, or with another one that it came in a batch with."""


class RecordRefused(Refused):
    """The log will never take this record; trying again may only help one that was sent together with others."""

    def __init__(self, message: str, *, reason: Refusal) -> None:
        super().__init__(message)
        self.reason = reason


class ProducerLost(Unavailable):
    """The producer will never publish again and must be closed; another one may."""


class Producer(Protocol):
    """Appends records; returns when the broker has them."""

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        """Append one record; records of one key stand in the order of the calls.

        Raises:
            Unavailable: the broker did not take it in time.
            RecordRefused: the broker will never take it.
        """
        ...

    async def close(self) -> None:
        """Send what is buffered, then let go of the broker."""
        ...


class Consumer(Protocol):
    """Reads batches of records; what is committed is not read again by its group."""

    def batches(self) -> AsyncIterator[Sequence[Record]]:
        """Non-empty batches, in offset order per partition; ends after `finish`.

        Raises:
            Unavailable: the broker will not let this consumer read on.
        """
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

    def on_reread(self, put_back: Callable[[], None]) -> None:
        """Have this called each time that the group deals its partitions anew, or the broker was lost; tell it first.

        What was read and not committed is read again after that, by whoever holds its partition then.
        """
        ...

    async def finish(self) -> None:
        """End `batches`; what was read can still be committed."""
        ...

    async def close(self) -> None:
        """Leave the group."""
        ...
