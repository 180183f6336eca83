"""The worker process: follows the experiments topic, runs one `Runner` per live experiment, and records the log."""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from proxy.errors import BadRecord, Unavailable
from proxy.log.record import Consumer, Record
from shadow.experiment import Experiment
from shadow.worker.recorder import Recorder
from shadow.worker.runner import Runner

_LOG = logging.getLogger(__name__)
_EXPIRY_CHECK_S = 1.0

type StartRunner = Callable[[Experiment], Awaitable[Runner]]


class WorkerService:
    """Starts and stops runners as experiments are enabled, changed, paused or expire.

    Args:
        follower: Consumer of the experiments topic without a group: every worker sees every version.
        start_runner: Builds a runner with its own consumer group.
        wanted: Experiments that this worker serves; empty serves all.
    """

    def __init__(
        self,
        *,
        follower: Consumer,
        start_runner: StartRunner,
        recorders: list[Recorder],
        wanted: frozenset[str] = frozenset(),
    ) -> None:
        self._follower = follower
        self._start_runner = start_runner
        self._recorders = recorders
        self._wanted = wanted
        self._experiments: dict[str, Experiment] = {}
        self._running: dict[str, Runner] = {}
        self._changed = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Serve until `stop`; then every runner and recorder ends in order."""
        async with asyncio.TaskGroup() as group:
            for recorder in self._recorders:
                group.create_task(recorder.run())
            following = group.create_task(self._follow())
            while not self._stopping:
                await self._reconcile(group)
                await self._wait_for_change()
            for runner in list(self._running.values()):
                await runner.stop()
            await self._follower.finish()
            await following
            await self._follower.close()
            for recorder in self._recorders:
                await recorder.stop()

    def stop(self) -> None:
        """Ask `run` to end; safe to call from a signal handler of the loop."""
        self._stopping = True
        self._changed.set()

    async def _wait_for_change(self) -> None:
        try:
            async with asyncio.timeout(_EXPIRY_CHECK_S):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    async def _follow(self) -> None:
        async for batch in self._follower.batches():
            for record in batch:
                self._learn(record)
            self._changed.set()

    def _learn(self, record: Record) -> None:
        try:
            experiment = Experiment.from_bytes(record.value)
        except BadRecord as error:
            _LOG.warning("experiment record %s is ignored: %s", record.offset, error)
            return
        if not self._wanted or experiment.experiment_id in self._wanted:
            self._experiments[experiment.experiment_id] = experiment

    async def _reconcile(self, group: asyncio.TaskGroup) -> None:
        """Make what runs equal to what should; a changed experiment starts anew once its old version has ended."""
        now = datetime.now(UTC)
        starting: list[Experiment] = []
        for experiment in list(self._experiments.values()):
            live = experiment.is_live(now=now)
            runner = self._running.get(experiment.experiment_id)
            if runner is None and live:
                starting.append(experiment)
            elif runner is not None and not (live and runner.experiment == experiment):
                await runner.stop()
        await asyncio.gather(*(self._start(experiment, group) for experiment in starting))

    async def _start(self, experiment: Experiment, group: asyncio.TaskGroup) -> None:
        try:
            runner = await self._start_runner(experiment)
        except Unavailable as error:
            _LOG.warning("experiment %s does not start yet: %s", experiment.experiment_id, error)
            return
        _LOG.info("experiment %s: replay starts", experiment.experiment_id)
        self._running[experiment.experiment_id] = runner
        # What was loaded stays: going through it in search of garbage would hold up every stamp.
        gc.collect()
        gc.freeze()
        group.create_task(self._replay(runner))

    async def _replay(self, runner: Runner) -> None:
        """Run to the end, which a slow candidate may delay, without holding up other experiments.

        A runner that ends although its experiment is live (the broker did not let it read on) is started anew.
        """
        try:
            await runner.run()
        except* Unavailable as failures:
            _LOG.warning("experiment %s: %s", runner.experiment.experiment_id, failures.exceptions[0])
        del self._running[runner.experiment.experiment_id]
        self._changed.set()
        _LOG.info("experiment %s: replay ended", runner.experiment.experiment_id)
