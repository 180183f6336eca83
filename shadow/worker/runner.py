"""One experiment at work: its consumer group, its lanes, its pace. A slow candidate delays no other experiment."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

import aiohttp

from proxy.canary import is_canary
from proxy.errors import BadRecord
from proxy.exchange import Exchange
from proxy.log.record import Consumer, Producer, Record
from proxy.tracing import Tracing
from shadow.control.probe import probe
from shadow.deployment import Deployment
from shadow.experiment import Experiment
from shadow.replay import Replay
from shadow.store.rows import replay_row, self_check_row
from shadow.worker.aside import Aside
from shadow.worker.fingerprints import Fingerprints
from shadow.worker.guard import AUTHOR, Guard, Pauses
from shadow.worker.health import Health
from shadow.worker.intake import Intake
from shadow.worker.metrics import WorkerMetrics
from shadow.worker.pacing import Pacer
from shadow.worker.progress import Progress
from shadow.worker.purse import Purse, ReadWork
from shadow.worker.rhythm import Rhythm
from shadow.worker.server_metrics import ServerMetrics
from shadow.worker.sieve import BAD_RECORD, REPLAYED, ROW_REFUSED, Disposition, Sieve, dropped_by
from shadow.worker.stage import Stage
from shadow.worker.watch import SelfCheck
from shadow.worker.writer import Entry, Row, Sink, Writer

_LOG = logging.getLogger(__name__)
_UNWRITTEN: Final = 5_000
"""Exchanges that may wait for the end of a self-check's window, or for a store that is away, before replays stop."""


class Control(Pauses, Protocol):
    """Where a worker changes experiments; see `shadow.control.registry.Registry`."""

    async def split(
        self, experiment_id: str, *, deployments: Collection[Deployment], last_seen: Mapping[str, datetime], by: str
    ) -> Experiment:
        """Begin a new part of the run; raises UnderstudyError."""
        ...


class Runner:
    """Replays one experiment until stopped.

    What is read goes through the sieve, waits for its time, is performed on the stage, and ends as rows at the writer;
    the guard halts the run, the health check watches the client that measures it.

    Args:
        read_work: Reads what all workers of the experiment did; without it, only this one's replays count as spent.
        control: Where the experiment is paused or split; without it, a halted runner stands still and probes nobody.
    """

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
        metrics: WorkerMetrics | None = None,
        tracing: Tracing | None = None,
        read_work: ReadWork | None = None,
        control: Control | None = None,
        rhythm: Rhythm | None = None,
    ) -> None:
        self.experiment = experiment
        self._worker_id = worker_id
        self._consumer = consumer
        self._session = session
        self._control = control
        self._rhythm = rhythm or Rhythm()
        self._metrics = metrics or WorkerMetrics()
        self._progress = Progress()
        self._intake = Intake(consumer, self._progress, left=partial(self._metrics.put_back, experiment.experiment_id))
        self._aside = Aside(dead_letters)
        self._writer = Writer(
            sink,
            consumer,
            self._progress,
            batch_rows=batch_rows,
            batch_seconds=batch_seconds,
            aside=self._aside,
            refused=self._metrics.refused,
        )
        self._sieve = Sieve(experiment, max_behind=_span(self._rhythm.max_behind_s))
        self._pacer = Pacer(speed=experiment.speed)
        self._purse = Purse(experiment)
        self._stage = Stage(experiment, session=session, purse=self._purse, tracing=tracing or Tracing())
        self._admission = asyncio.Semaphore(experiment.max_concurrency * 2)
        self._unwritten = asyncio.Semaphore(_UNWRITTEN)
        self._health = Health(
            null_ttft_error_ms=null_ttft_error_ms, keep=self._keep_check, window_s=self._rhythm.check_s
        )
        self._guard = Guard(
            experiment,
            purse=self._purse,
            session=session,
            rhythm=self._rhythm,
            metrics=self._metrics,
            quiet=self._writer.quiet,
            read_work=read_work,
            pauses=control,
            keep=self._keep_metrics,
            is_busy=lambda: self._stage.under_way > 0,
            breakers=lambda: self._stage.breakers,
        )
        self._stopping = asyncio.Event()
        self._ending = asyncio.Event()
        """Set when the runner stops or halts: nobody waits for his time any more."""

    async def run(self) -> None:
        """Replay until `stop`; then finish what is under way, write it, commit and leave the group."""
        async with asyncio.TaskGroup() as chores:
            chores.create_task(self._writer.run())
            background = [chores.create_task(chore) for chore in self._chores()]
            await _unless(self._stopping, self._guard.learn_spend())
            async with asyncio.TaskGroup() as replays:
                await self._intake.run(partial(self._take, replays=replays))
            if self._guard.halt is not None:
                await self._stopping.wait()
            for task in background:
                task.cancel()
            await self._health.close_window()
            await self._writer.finish()
        await self._consumer.close()
        _LOG.info("experiment %s spent so far: %s", self.experiment.experiment_id, self._purse.spent)

    async def stop(self) -> None:
        """Read no more; `run` returns once what is under way has been written. Unsent records stay uncommitted."""
        self._stopping.set()
        self._ending.set()
        self._writer.expect_end(grace_s=self._rhythm.grace_s)
        self._aside.stop()
        await self._intake.stop()

    def _chores(self) -> list[Coroutine[Any, Any, None]]:
        chores = [self._health.run(), self._guard.run(), self._end_once_halted()]
        if self._control is not None:
            chores.append(self._fingerprints(self._control).run())
        return chores

    def _fingerprints(self, control: Control) -> Fingerprints:
        return Fingerprints(
            (self.experiment.baseline, self.experiment.candidate),
            probe=partial(probe, session=self._session),
            changed=lambda changed, last_seen: control.split(
                self.experiment.experiment_id, deployments=changed, last_seen=last_seen, by=AUTHOR
            ),
            every_s=self._rhythm.probe_s,
        )

    async def _end_once_halted(self) -> None:
        await self._guard.halted.wait()
        self._ending.set()
        await self._intake.close()

    async def _take(self, record: Record, *, replays: asyncio.TaskGroup) -> None:
        """Decide on a record of the log, at its time; what is neither replayed nor counted stays uncommitted."""
        try:
            exchange = Exchange.from_bytes(record.value)
        except BadRecord as error:
            if await self._aside.keep(record, reason=str(error)):
                await self._writer.add(self._entry(record, None, BAD_RECORD))
            return
        self._metrics.took(self.experiment.experiment_id, exchange.captured_at)
        disposition = self._sieve.sort(exchange)
        if disposition is not REPLAYED:
            await self._writer.add(self._entry(record, exchange, disposition))
            return
        due_ns = self._pacer.due_ns(exchange.captured_at, now_ns=time.perf_counter_ns())
        await self._wait_until(due_ns)
        if not self._stopping.is_set():
            await self._start(record, exchange, due_ns=due_ns, replays=replays)

    async def _wait_until(self, due_ns: int) -> None:
        """Sleep until the monotonic time, or until the runner stops or halts."""
        delay_s = (due_ns - time.perf_counter_ns()) / 1e9
        if delay_s > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._ending.wait()

    async def _start(self, record: Record, exchange: Exchange, *, due_ns: int, replays: asyncio.TaskGroup) -> None:
        await self._unwritten.acquire()
        await self._admission.acquire()
        if self._guard.halt is None:
            replays.create_task(self._replay(record, exchange, scheduled_ns=due_ns))
            return
        self._admission.release()
        self._unwritten.release()
        await self._writer.add(self._entry(record, exchange, dropped_by(self._guard.halt)))

    async def _replay(self, record: Record, exchange: Exchange, *, scheduled_ns: int) -> None:
        try:
            replays = await self._stage.perform(record, exchange, scheduled_ns=scheduled_ns)
        finally:
            self._admission.release()
        is_counted = not is_canary(exchange)
        self._guard.settle(replays if is_counted else ())
        if is_counted:
            replays = await self._health.judge(replays)
        counted = tuple(replays) if is_counted else ()
        await self._writer.add(self._entry(record, exchange, REPLAYED, replays, counted=counted))
        self._unwritten.release()

    def _entry(
        self,
        record: Record,
        exchange: Exchange | None,
        disposition: Disposition,
        replays: Sequence[Replay] = (),
        *,
        counted: Sequence[Replay] = (),
    ) -> Entry:
        """Rows of one record; `counted` are the replays that the budget pays for."""
        self._metrics.settled(
            self.experiment.experiment_id, disposition=disposition.name, reason=disposition.reason, replays=replays
        )
        weight = self._sieve.weight_of(exchange) if exchange else None
        rows = [replay_row(replay, exchange=exchange, weight=weight) for replay in replays]
        return Entry(
            rows={"replays": rows, "lane_ledger": [self._ledger_row(record, exchange, disposition)]},
            record=record,
            stored=partial(self._purse.store, counted),
            amended=lambda: {"lane_ledger": [self._ledger_row(record, exchange, ROW_REFUSED)]},
        )

    def _ledger_row(self, record: Record, exchange: Exchange | None, disposition: Disposition) -> Row:
        return {
            "experiment_id": self.experiment.experiment_id,
            "worker_id": self._worker_id,
            "partition": record.partition,
            "offset": record.offset,
            "exchange_id": exchange.exchange_id if exchange else "",
            "disposition": disposition.name,
            "reason": disposition.reason,
        }

    async def _keep_check(self, check: SelfCheck) -> None:
        row = self_check_row(check, experiment_id=self.experiment.experiment_id, worker_id=self._worker_id)
        await self._writer.add(Entry(rows={"self_checks": [row]}))

    async def _keep_metrics(self, deployment_id: str, metrics: ServerMetrics) -> None:
        row = metrics.row(
            experiment_id=self.experiment.experiment_id,
            deployment_id=deployment_id,
            worker_id=self._worker_id,
            scraped_at=datetime.now(UTC),
        )
        await self._writer.add(Entry(rows={"server_metrics": [row]}))


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


async def _unless(event: asyncio.Event, act: Coroutine[Any, Any, None]) -> None:
    """Do it, unless the event comes first."""
    acting, waiting = asyncio.ensure_future(act), asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({acting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if acting.done():
            acting.result()
    finally:
        acting.cancel()
        waiting.cancel()
