import asyncio
from collections.abc import Sequence

from proxy.log.memory import MemoryConsumer, MemoryLog
from proxy.log.record import Record


async def _publish(log: MemoryLog, *values: bytes, topic: str = "t") -> None:
    for value in values:
        await log.producer().publish(topic, key=b"k", value=value)


async def _next(consumer: MemoryConsumer) -> list[bytes]:
    async with asyncio.timeout(5):
        return [record.value for record in await anext(aiter(consumer.batches()))]


async def test_records_are_numbered_per_topic_and_keep_key_and_headers() -> None:
    log = MemoryLog()
    headers = {"schema": b"1"}
    await log.producer().publish("a", key=b"k", value=b"1", headers=headers)
    headers["schema"] = b"2"
    await log.producer().publish("b", key=None, value=b"2")
    await log.producer().publish("a", key=b"k", value=b"3")
    assert log.records["a"] == [Record("a", 0, 0, b"k", b"1", {"schema": b"1"}), Record("a", 0, 1, b"k", b"3", {})]
    assert log.records["b"] == [Record("b", 0, 0, None, b"2", {})]


async def test_a_reader_that_waits_is_woken_by_the_next_record() -> None:
    log = MemoryLog()
    reading = asyncio.create_task(_next(log.consumer("t", group="g")))
    await asyncio.sleep(0)
    await _publish(log, b"other", topic="u")
    assert not reading.done()
    await _publish(log, b"a")
    assert await reading == [b"a"]


async def test_what_was_read_is_not_given_again_before_it_is_committed() -> None:
    log = MemoryLog()
    consumer = log.consumer("t", group="g")
    await _publish(log, b"a", b"b")
    assert await _next(consumer) == [b"a", b"b"]
    await _publish(log, b"c")
    assert await _next(consumer) == [b"c"]
    assert await _next(log.consumer("t", group="g")) == [b"a", b"b", b"c"]


async def test_a_commit_never_goes_back() -> None:
    log = MemoryLog()
    await _publish(log, b"a", b"b", b"c")
    consumer = log.consumer("t", group="g")
    records = log.records["t"]
    await consumer.commit(records[:2])
    await consumer.commit(records[:1])
    await consumer.commit([])
    assert await _next(log.consumer("t", group="g")) == [b"c"]
    assert await _next(log.consumer("t", group="other")) == [b"a", b"b", b"c"]


async def test_a_follower_without_a_group_commits_nothing() -> None:
    log = MemoryLog()
    await _publish(log, b"a")
    follower = log.consumer("t", group=None)
    await follower.commit(log.records["t"])
    assert await _next(log.consumer("t", group=None)) == [b"a"]
    assert not log.committed


async def test_finish_ends_the_reading_even_while_it_waits() -> None:
    log = MemoryLog()
    consumer = log.consumer("t", group="g")

    async def read() -> list[Sequence[Record]]:
        return [batch async for batch in consumer.batches()]

    await _publish(log, b"a")
    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    await consumer.finish()
    async with asyncio.timeout(5):
        batches = await reading
    assert [[record.value for record in batch] for batch in batches] == [[b"a"]]
    assert await read() == []


async def test_a_finished_reader_may_still_commit_and_closing_finishes() -> None:
    log = MemoryLog()
    await _publish(log, b"a", b"b")
    consumer = log.consumer("t", group="g")
    await _next(consumer)
    await consumer.close()
    await consumer.commit(log.records["t"][:1])
    assert await _next(log.consumer("t", group="g")) == [b"b"]


async def test_pausing_changes_nothing_in_memory() -> None:
    log = MemoryLog()
    await _publish(log, b"a")
    consumer = log.consumer("t", group="g")
    consumer.pause("t", 0)
    assert await _next(consumer) == [b"a"]
    consumer.resume("t", 0)
    await log.producer().close()
