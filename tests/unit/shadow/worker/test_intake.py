import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from proxy.errors import Unavailable
from proxy.log.memory import MemoryLog
from proxy.log.record import Record
from shadow.worker.intake import Intake
from shadow.worker.progress import Progress
from tests.integration.replays import until


class Feed:
    """A consumer of two partitions, which may lose its broker."""

    def __init__(self, records: Sequence[Record], *, fails: bool = False) -> None:
        self.records, self.fails = records, fails
        self.paused: set[int] = set()
        self.finished = asyncio.Event()
        self.put_back: Callable[[], None] = lambda: None
        self.more: asyncio.Queue[Sequence[Record]] = asyncio.Queue()

    async def batches(self) -> AsyncIterator[Sequence[Record]]:
        yield self.records
        await asyncio.sleep(0.05)
        while not self.more.empty():
            yield self.more.get_nowait()
        if self.fails:
            raise Unavailable("not a member any more")
        await self.finished.wait()

    def pause(self, _topic: str, partition: int) -> None:
        self.paused.add(partition)

    def resume(self, _topic: str, partition: int) -> None:
        self.paused.discard(partition)

    def on_reread(self, put_back: Callable[[], None]) -> None:
        self.put_back = put_back

    async def finish(self) -> None:
        self.finished.set()

    async def commit(self, records: Sequence[Record]) -> None: ...

    async def close(self) -> None: ...


def record(offset: int, *, partition: int = 0) -> Record:
    return Record("t", partition, offset, None, b"")


async def test_each_partition_keeps_its_order_and_waits_for_itself_alone() -> None:
    taken: list[tuple[int, int]] = []
    may_go = asyncio.Event()

    async def take(one: Record) -> None:
        if one.partition == 0:
            await may_go.wait()
        taken.append((one.partition, one.offset))

    feed = Feed([record(offset, partition=partition) for offset in range(3) for partition in (0, 1)])
    intake = Intake(feed, Progress())
    work = asyncio.create_task(intake.run(take))
    await until(lambda: len(taken) == 3)
    assert taken == [(1, 0), (1, 1), (1, 2)]
    may_go.set()
    await intake.close()
    await work
    assert taken[3:] == [(0, 0), (0, 1), (0, 2)]


async def test_a_partition_that_is_far_ahead_is_paused_until_it_has_caught_up() -> None:
    feed = Feed([record(offset) for offset in range(1_500)])
    taken: list[int] = []
    may_go = asyncio.Event()

    async def take(one: Record) -> None:
        await may_go.wait()
        taken.append(one.offset)

    intake = Intake(feed, Progress())
    work = asyncio.create_task(intake.run(take))
    await until(lambda: feed.paused == {0})
    may_go.set()
    await until(lambda: len(taken) == 1_500)
    assert feed.paused == set()
    await intake.stop()
    await work


async def test_a_stop_hands_nothing_on_and_leaves_it_uncommitted() -> None:
    progress, taken = Progress(), list[int]()
    log = MemoryLog()
    for _ in range(3):
        await log.producer().publish("t", key=None, value=b"")
    stopped = asyncio.Event()

    async def take(one: Record) -> None:
        await stopped.wait()
        taken.append(one.offset)

    intake = Intake(log.consumer("t", group="g"), progress)
    work = asyncio.create_task(intake.run(take))
    await until(lambda: progress.under_way == 3)
    await intake.stop()
    stopped.set()
    await work
    assert taken == [0]
    assert progress.under_way == 3


async def test_a_broker_that_lets_nobody_read_on_ends_the_reading_even_of_what_waits_for_its_time() -> None:
    async def take(_: Record) -> None:
        await asyncio.Event().wait()

    progress = Progress()
    async with asyncio.timeout(10):
        await Intake(Feed([record(0), record(1)], fails=True), progress).run(take)
    assert progress.under_way == 2


async def test_partitions_that_are_dealt_anew_take_what_waited_with_them_and_give_no_record_twice() -> None:
    feed, progress, left = Feed([record(offset) for offset in range(10)]), Progress(), list[int]()
    taken: list[int] = []
    may_go = asyncio.Event()

    async def take(one: Record) -> None:
        taken.append(one.offset)
        await may_go.wait()

    intake = Intake(feed, progress, left=left.append)
    work = asyncio.create_task(intake.run(take))
    await until(lambda: taken == [0])
    feed.put_back()
    assert (left, progress.under_way) == ([9], 1)
    feed.more.put_nowait([record(offset) for offset in range(10)])
    await until(lambda: progress.under_way == 10)
    may_go.set()
    await intake.close()
    await work
    assert taken == list(range(10))


async def test_a_partition_that_went_elsewhere_leaves_only_what_was_under_way() -> None:
    feed, taken, may_go = Feed([record(n, partition=n % 2) for n in range(10)]), list[int](), asyncio.Event()

    async def take(one: Record) -> None:
        taken.append(one.offset)
        await may_go.wait()

    intake = Intake(feed, Progress())
    work = asyncio.create_task(intake.run(take))
    await until(lambda: len(taken) == 2)
    feed.put_back()
    feed.more.put_nowait([record(n, partition=0) for n in range(2, 10, 2)])
    may_go.set()
    await until(lambda: len(taken) == 6)
    await intake.close()
    await work
    assert taken == [0, 1, 2, 4, 6, 8]
