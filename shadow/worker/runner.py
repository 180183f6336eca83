"""One experiment at work: its consumer group, its lanes, its pace. A slow candidate delays no other experiment."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from proxy.errors import BadRecord
from proxy.exchange import Exchange
from proxy.log.record import Consumer, Producer, Record
from proxy.log.topics import DEAD_LETTERS
from shadow.experiment import Experiment
from shadow.replay import Lane, Replay
from shadow.store.rows import replay_row, self_check_row
from shadow.worker.lane import LaneClient
from shadow.worker.pacing import Pacer
from shadow.worker.preparation import prepare
from shadow.worker.progress import Progress
from shadow.worker.reading import to_replay
from shadow.worker.sampling import is_sampled, share_of
from shadow.worker.watch import Watch
from shadow.worker.writer import Entry, Sink, Writer

_LOG = logging.getLogger(__name__)
_QUEUE_RECORDS = 1_000
_WINDOW_S = 5.0


@dataclass(frozen=True, slots=True)
class Disposition:
    """What becomes of one exchange in this experiment; `reason` is empty for those replayed."""

    name: str
    reason: str = ""


REPLAYED = Disposition("replayed")


class Runner:
    """Replays one experiment until stopped."""

    def __init__(
        self,
        experiment: Experiment,
        *,
        worker_id: str,
        consumer: Consumer,
        dead_letters: Producer,
        session: aiohttp.ClientSession,
        sink: Sink,
        batch_rows: int,
        batch_seconds: float,
        null_ttft_error_ms: float | None = None,
    ) -> None:
        self.experiment = experiment
        self._worker_id = worker_id
        self._consumer = consumer
        self._dead_letters = dead_letters
        self._progress = Progress()
        self._writer = Writer(sink, consumer, self._progress, batch_rows=batch_rows, batch_seconds=batch_seconds)
        self._pacer = Pacer(speed=experiment.speed)
        self._queues: dict[int, asyncio.Queue[Record]] = {}
        self._lanes = {
            lane: LaneClient(
                session,
                experiment.baseline if lane is not Lane.CANDIDATE else experiment.candidate,
                concurrency=experiment.max_concurrency,
                timeout_s=experiment.timeout_s,
            )
            for lane in (Lane.BASELINE, Lane.BASELINE_AGAIN, Lane.CANDIDATE)
        }
        self._admission = asyncio.Semaphore(experiment.max_concurrency * 2)
        self._delays_ms: list[float] = []
        self._tokens = 0
        self._null_ttft_error_ms = null_ttft_error_ms
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Replay until `stop`; then finish what is under way, write it, commit and leave the group."""
        watch = Watch()
        async with asyncio.TaskGroup() as chores:
            background = [chores.create_task(watch.run()), chores.create_task(self._check_windows(watch))]
            chores.create_task(self._writer.run())
            async with asyncio.TaskGroup() as replays:
                await self._read(replays)
                for queue in self._queues.values():
                    queue.shutdown(immediate=True)
            for task in background:
                task.cancel()
            await self._close_window(watch)
            await self._writer.finish()
        await self._consumer.close()

    async def stop(self) -> None:
        """Read no more; `run` returns once what is under way has been written. Unsent records stay uncommitted."""
        self._stopping.set()
        await self._consumer.finish()

    async def _read(self, replays: asyncio.TaskGroup) -> None:
        """Hand each record to its partition's queue; a partition that is far ahead of its pace is paused."""
        async for batch in self._consumer.batches():
            for record in batch:
                queue = self._queues.get(record.partition)
                if queue is None:
                    queue = self._queues[record.partition] = asyncio.Queue()
                    replays.create_task(self._follow(queue, replays))
                self._progress.begin(record)
                queue.put_nowait(record)
                if queue.qsize() > _QUEUE_RECORDS:
                    self._consumer.pause(record.topic, record.partition)

    async def _follow(self, queue: asyncio.Queue[Record], replays: asyncio.TaskGroup) -> None:
        """One partition in its order, each record at its time."""
        with contextlib.suppress(asyncio.QueueShutDown):
            while not self._stopping.is_set():
                record = await queue.get()
                if queue.qsize() < _QUEUE_RECORDS // 2:
                    self._consumer.resume(record.topic, record.partition)
                await self._take(record, replays)

    async def _take(self, record: Record, replays: asyncio.TaskGroup) -> None:
        try:
            exchange = Exchange.from_bytes(record.value)
        except BadRecord as error:
            await self._set_aside(record, error)
            return
        disposition = self._disposition(exchange)
        if disposition is not REPLAYED:
            await self._writer.add(self._entry(record, exchange.exchange_id, disposition, ()))
            return
        due_ns = self._pacer.due_ns(exchange.captured_at, now_ns=time.perf_counter_ns())
        if await self._wait_until(due_ns):
            await self._admission.acquire()
            replays.create_task(self._replay_pair(record, exchange, scheduled_ns=due_ns))

    def _disposition(self, exchange: Exchange) -> Disposition:
        experiment = self.experiment
        if exchange.experiment_id not in {"", experiment.experiment_id}:
            return Disposition("sampled_out", "other_experiment")
        if experiment.replay_from is not None and exchange.captured_at < experiment.replay_from:
            return Disposition("sampled_out", "before_start")
        if not exchange.suite and not exchange.by_floor and self._draw(exchange) >= experiment.sample_ratio:
            return Disposition("sampled_out", "ratio")
        if experiment.token_budget is not None and self._tokens >= experiment.token_budget:
            return Disposition("dropped", "token_budget_spent")
        return REPLAYED

    def _draw(self, exchange: Exchange) -> float:
        """The number that capture drew, so that both samples are one; else one of this experiment's own."""
        if exchange.draw is not None:
            return exchange.draw
        return share_of(exchange.conversation_id, salt=self.experiment.experiment_id)

    async def _wait_until(self, due_ns: int) -> bool:
        """Sleep until the monotonic time; False when the runner is stopping."""
        delay_s = (due_ns - time.perf_counter_ns()) / 1e9
        if delay_s > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._stopping.wait()
        return not self._stopping.is_set()

    async def _replay_pair(self, record: Record, exchange: Exchange, *, scheduled_ns: int) -> None:
        """All lanes at the same time, started in random order, through the same client."""
        try:
            lanes = self._lanes_of(exchange)
            replays = await asyncio.gather(
                *(self._replay(exchange, lane=lane, scheduled_ns=scheduled_ns) for lane in lanes)
            )
        finally:
            self._admission.release()
        self._tokens += sum(replay.reply.usage.completion_tokens or 0 for replay in replays)
        await self._writer.add(self._entry(record, exchange.exchange_id, REPLAYED, replays))

    def _lanes_of(self, exchange: Exchange) -> list[Lane]:
        lanes = [Lane.BASELINE, Lane.CANDIDATE]
        salt = f"{self.experiment.experiment_id}:again"
        if is_sampled(exchange.conversation_id, salt=salt, ratio=self.experiment.again_ratio):
            lanes.append(Lane.BASELINE_AGAIN)
        random.Random(f"{self.experiment.experiment_id}:{exchange.exchange_id}").shuffle(lanes)  # noqa: S311 - fairness
        return lanes

    async def _replay(self, exchange: Exchange, *, lane: Lane, scheduled_ns: int) -> Replay:
        client = self._lanes[lane]
        prepared = prepare(exchange, deployment=client.deployment, lane=lane, run=self.experiment.experiment_id)
        sent_at = datetime.now(UTC)
        heard = await client.send(prepared)
        self._delays_ms.append(max(heard.sent_ns - scheduled_ns, 0) / 1e6)
        return to_replay(
            heard,
            exchange=exchange,
            prepared=prepared,
            experiment_id=self.experiment.experiment_id,
            deployment=client.deployment,
            lane=lane,
            scheduled_ns=scheduled_ns,
            sent_at=sent_at,
        )

    async def _set_aside(self, record: Record, error: BadRecord) -> None:
        headers = {**record.headers, "understudy-reason": str(error).encode()}
        await self._dead_letters.publish(DEAD_LETTERS.name, key=record.key, value=record.value, headers=headers)
        _LOG.warning("record %s/%s/%s set aside: %s", record.topic, record.partition, record.offset, error)
        await self._writer.add(self._entry(record, "", Disposition("dropped", "bad_record"), ()))

    def _entry(self, record: Record, exchange_id: str, disposition: Disposition, replays: Sequence[Replay]) -> Entry:
        ledger = {
            "experiment_id": self.experiment.experiment_id,
            "worker_id": self._worker_id,
            "partition": record.partition,
            "offset": record.offset,
            "exchange_id": exchange_id,
            "disposition": disposition.name,
            "reason": disposition.reason,
        }
        return Entry(
            rows={"replays": [replay_row(replay) for replay in replays], "lane_ledger": [ledger]}, record=record
        )

    async def _check_windows(self, watch: Watch) -> None:
        while True:
            await asyncio.sleep(_WINDOW_S)
            await self._close_window(watch)

    async def _close_window(self, watch: Watch) -> None:
        """Store the window's self-check; windows in which nothing was sent say nothing and are not stored."""
        delays, self._delays_ms = self._delays_ms, []
        check = watch.close_window(delays, null_ttft_error_ms=self._null_ttft_error_ms)
        if delays:
            row = self_check_row(check, experiment_id=self.experiment.experiment_id, worker_id=self._worker_id)
            await self._writer.add(Entry(rows={"self_checks": [row]}))
