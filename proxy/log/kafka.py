"""The log on Kafka: the only module that speaks to a broker (aiokafka lives here and nowhere else)."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    CorruptRecordException,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    PolicyViolationError,
    ProducerClosed,
    ProducerFenced,
    RecordListTooLargeError,
    TopicAlreadyExistsError,
    UnknownProducerId,
    UnsupportedForMessageFormatError,
    for_code,
    kafka_errors,
)

from proxy.errors import Unavailable
from proxy.log.record import ProducerLost, Record, RecordRefused, Refusal
from proxy.log.topics import Topic
from proxy.settings import KafkaSettings

_LOG = logging.getLogger(__name__)
_POLL_MS = 250
_MAX_RECORD_BYTES = 16_777_216
_CLOSE_S = 10.0
_TURNS = 64
_START_TIMEOUTS = 3

_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
_BAD_RECORD = (
    CorruptRecordException,
    InvalidTimestampError,
    PolicyViolationError,
    UnsupportedForMessageFormatError,
)
# aiokafka knows no INVALID_RECORD: it would be an UnknownError, like a fault of the broker that passes.
kafka_errors.setdefault(87, CorruptRecordException)
_LOST = (
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    ProducerFenced,
    UnknownProducerId,
)


class KafkaProducer:
    """Appends records with acks=all, zstd and, where the broker can, idempotence.

    Args:
        patience_s: How long a record may wait for its turn and for room in the producer's buffer, s.
    """

    def __init__(self, producer: AIOKafkaProducer, *, patience_s: float = 10.0) -> None:
        self._producer = producer
        self._patience_s = patience_s
        # aiokafka lets a newcomer overtake those who wait for metadata or for room; a lock is first come, first served.
        self._turns = tuple(asyncio.Lock() for _ in range(_TURNS))
        self._is_lost = False

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        """Append one record and wait for the broker's acknowledgement.

        Raises:
            Unavailable: the broker did not acknowledge in time, or lets this client not write now.
            ProducerLost: the broker takes nothing more of this producer, or it was closed.
            RecordRefused: the broker finds the record, or its batch, too large or wrong.
        """
        try:
            async with asyncio.timeout(self._patience_s), self._turns[hash((topic, key)) % _TURNS]:
                acknowledged = await self._producer.send(
                    topic, key=key, value=value, headers=list((headers or {}).items())
                )
            await acknowledged
        except KafkaError as error:
            failure = _failure(error, topic=topic, size=len(value))
            self._is_lost |= isinstance(failure, ProducerLost)
            raise failure from error
        except TimeoutError as error:
            message = f"the broker did not take a record of {topic} in {self._patience_s:g} s; is it up?"
            raise Unavailable(message) from error

    async def close(self) -> None:
        """Send what is buffered, then close the connection; gives up on a broker that is away after 10 s.

        A lost producer sends nothing more: whoever waits for it gets `ProducerLost`, and nothing of it arrives later.
        """
        if not self._is_lost:
            try:
                async with asyncio.timeout(_CLOSE_S):
                    await self._producer.stop()
            except TimeoutError:
                _LOG.warning("the broker is away; what was not acknowledged is given up")
            else:
                return
        await _abandon(self._producer)


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Close without sending: aiokafka offers no close that does not wait for the broker."""
    await producer._sender.close()  # noqa: SLF001
    producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001
    await producer.stop()
    await producer.client.close()


def _failure(error: KafkaError, *, topic: str, size: int) -> Unavailable | RecordRefused:
    """What an error of aiokafka means to a caller.

    What is no fault of the record may pass or be mended, an access rule or a missing topic say: it is `Unavailable`,
    whether or not Kafka calls it retriable. aiokafka raises a bare `KafkaError` once its sending task has died.
    """
    name = type(error).__name__
    if isinstance(error, _TOO_LARGE):
        message = f"a record of {size} bytes is larger than topic {topic} takes"
        return RecordRefused(message, reason=Refusal.TOO_LARGE)
    if isinstance(error, _BAD_RECORD):
        return RecordRefused(f"topic {topic} refuses a record of {size} bytes ({name})", reason=Refusal.REFUSED)
    if isinstance(error, _LOST) or type(error) is KafkaError:
        return ProducerLost(f"the broker takes nothing more of this producer ({name}); another one is needed")
    return Unavailable(f"the broker did not take a record of {topic} ({name}); is it up?")


class _Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells when the group takes partitions away to deal them anew; aiokafka takes all of them every time."""

    def __init__(self) -> None:
        self.put_back: Callable[[], None] = lambda: None

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        if revoked:
            self.put_back()

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Positions are those of the last commits; aiokafka has dropped what it had fetched."""


class KafkaConsumer:
    """Reads one topic as a member of a group, or whole and alone when `group` is None."""

    def __init__(self, consumer: AIOKafkaConsumer, *, max_records: int, rebalances: _Rebalances | None = None) -> None:
        self._consumer = consumer
        self._max_records = max_records
        self._rebalances = rebalances or _Rebalances()
        self._finished = asyncio.Event()

    async def batches(self) -> AsyncIterator[Sequence[Record]]:
        """Non-empty batches in offset order per partition, until `finish`.

        Raises:
            Unavailable: the broker does not let this consumer read on.
        """
        while not self._finished.is_set():
            try:
                found = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=self._max_records)
            except KafkaError as error:
                message = f"the broker does not let this consumer read on ({type(error).__name__})"
                raise Unavailable(message) from error
            records = [_record(message) for messages in found.values() for message in messages]
            if records:
                yield records

    async def commit(self, records: Sequence[Record]) -> None:
        """Mark these records, and all before them in their partitions, as done.

        A partition that moved to another member meanwhile is left to it: it reads those records again, and rows
        are keyed, so a repeat is not a second row.
        """
        ends: dict[TopicPartition, int] = {}
        for record in records:
            place = TopicPartition(record.topic, record.partition)
            ends[place] = max(ends.get(place, 0), record.offset + 1)
        held = self._consumer.assignment()
        ends = {place: end for place, end in ends.items() if place in held}
        if not ends:
            return
        try:
            await self._consumer.commit(ends)
        except KafkaError as error:
            _LOG.warning("offsets were not committed (%s); the records will be read again", type(error).__name__)

    def pause(self, topic: str, partition: int) -> None:
        """Stop reading one partition for now; others go on."""
        place = TopicPartition(topic, partition)
        if place in self._consumer.assignment():
            self._consumer.pause(place)

    def resume(self, topic: str, partition: int) -> None:
        """Read a paused partition again."""
        place = TopicPartition(topic, partition)
        if place in self._consumer.assignment():
            self._consumer.resume(place)

    def on_reread(self, put_back: Callable[[], None]) -> None:
        """Have this called when the group takes partitions away: those that come back start at the last commit."""
        self._rebalances.put_back = put_back

    async def finish(self) -> None:
        """End `batches`; what was read can still be committed."""
        self._finished.set()

    async def close(self) -> None:
        """Leave the group and close the connection."""
        self._finished.set()
        await self._consumer.stop()


def _record(message: ConsumerRecord) -> Record:
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value or b"",
        headers=dict(message.headers),
    )


async def open_producer(settings: KafkaSettings) -> KafkaProducer:
    """Connect a producer.

    Raises:
        Unavailable: no broker answers at `settings.bootstrap`.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap,
        acks="all",
        compression_type="zstd",
        enable_idempotence=settings.idempotent,
        request_timeout_ms=settings.request_timeout_ms,
        max_request_size=_MAX_RECORD_BYTES,
        linger_ms=5,
    )
    await _start(producer, settings)
    return KafkaProducer(producer, patience_s=settings.request_timeout_ms / 1000)


async def open_consumer(
    settings: KafkaSettings, topic: str, *, group: str | None, max_records: int = 500
) -> KafkaConsumer:
    """Connect a consumer that starts at the group's last commit, else at the oldest record.

    Args:
        group: Consumer group; None follows the whole topic alone and commits nothing.

    Raises:
        Unavailable: no broker answers at `settings.bootstrap`.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=settings.request_timeout_ms,
        fetch_max_wait_ms=100,
        max_partition_fetch_bytes=_MAX_RECORD_BYTES,
    )
    rebalances = _Rebalances()
    consumer.subscribe([topic], listener=rebalances)
    await _start(consumer, settings)
    return KafkaConsumer(consumer, max_records=max_records, rebalances=rebalances)


async def read_topic(settings: KafkaSettings, topic: str, *, last: int | None = None) -> list[Record]:
    """Every record that the topic holds now, partition by partition in offset order.

    Args:
        last: Records to read at most of each partition, the newest ones: the last of the whole topic are among them.

    Raises:
        Unavailable: no broker answers, or a partition stops answering.
    """
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=settings.bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=settings.request_timeout_ms,
    )
    await _start(consumer, settings)
    try:
        places = sorted(consumer.assignment(), key=lambda place: place.partition)
        ends = await consumer.end_offsets(places)
        if last is not None:
            begins = await consumer.beginning_offsets(places)
            for place in places:
                consumer.seek(place, max(ends[place] - last, begins[place]))
        records: list[Record] = []
        for place in places:
            while await consumer.position(place) < ends[place]:
                async with asyncio.timeout(settings.request_timeout_ms / 1000):
                    records += await _next_records(consumer, place)
    except (KafkaError, TimeoutError) as error:
        message = f"topic {topic} could not be read to its end ({type(error).__name__}); is the broker up?"
        raise Unavailable(message) from error
    else:
        return records
    finally:
        await consumer.stop()


async def _next_records(consumer: AIOKafkaConsumer, place: TopicPartition) -> list[Record]:
    """The next records of a partition; none where it only goes past the marks of transactions."""
    begin = await consumer.position(place)
    found: dict[TopicPartition, list[ConsumerRecord]] = {}
    while not found and await consumer.position(place) == begin:
        found = await consumer.getmany(place, timeout_ms=_POLL_MS)
    return [_record(message) for messages in found.values() for message in messages]


async def create_topics(settings: KafkaSettings, topics: Iterable[Topic]) -> None:
    """Create the topics that are missing; those that exist stay as they are.

    Raises:
        Unavailable: no broker answers, or it refuses a topic.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap, request_timeout_ms=settings.request_timeout_ms)
    await _start(admin, settings, stop="close")
    try:
        existing = set(await admin.list_topics())
        missing = [
            NewTopic(
                name=topic.name,
                num_partitions=settings.partitions if topic.spread else 1,
                replication_factor=settings.replication_factor,
                topic_configs=topic.config,
            )
            for topic in topics
            if topic.name not in existing
        ]
        if missing:
            answer = await admin.create_topics(missing)
            _check_created(answer.topic_errors)
    except KafkaError as error:
        message = f"the broker at {settings.bootstrap} did not create the topics ({type(error).__name__})"
        raise Unavailable(message) from error
    finally:
        await admin.close()


def _check_created(errors: Iterable[Sequence[object]]) -> None:
    for name, code, *_ in errors:
        kind = for_code(code)
        if code and kind is not TopicAlreadyExistsError:
            message = f"the broker refused topic {name}: {kind.__name__}"
            raise Unavailable(message)


async def _start(
    client: AIOKafkaProducer | AIOKafkaConsumer | AIOKafkaAdminClient, settings: KafkaSettings, *, stop: str = "stop"
) -> None:
    try:
        async with asyncio.timeout(_START_TIMEOUTS * settings.request_timeout_ms / 1000):
            await client.start()
    except BaseException as error:
        with contextlib.suppress(KafkaError):
            await getattr(client, stop)()
        if not isinstance(error, KafkaError | TimeoutError):
            raise
        message = (
            f"no Kafka broker answers at {settings.bootstrap} ({type(error).__name__}); "
            "start one with `understudy stack up` or set UNDERSTUDY_KAFKA_BOOTSTRAP"
        )
        raise Unavailable(message) from error
