"""Stops an experiment by itself: when its budget is spent, or a lane, a server or production is in distress."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

import aiohttp

from proxy.errors import Unavailable, UnderstudyError
from shadow.experiment import Experiment
from shadow.replay import Lane, Replay
from shadow.worker.breaker import BreakerState
from shadow.worker.distress import Distress
from shadow.worker.halt import Halt
from shadow.worker.metrics import WorkerMetrics
from shadow.worker.purse import Purse, ReadWork
from shadow.worker.rhythm import Rhythm
from shadow.worker.scraper import Found, Scraper
from shadow.worker.server_metrics import ServerMetrics

_LOG = logging.getLogger(__name__)
_LOOK_S: Final = 1.0
_RETRY_S: Final = 1.0
_READING_SHARE: Final = 0.1
_UNBOUNDED_FACTOR: Final = 10
_PRODUCTION: Final = "production"

AUTHOR: Final = "understudy-worker"
"""Who changes an experiment that no person changed."""

type KeepMetrics = Callable[[str, ServerMetrics], Awaitable[None]]


class Pauses(Protocol):
    """Where an experiment is paused; see `shadow.control.registry.Registry`."""

    async def stop(self, experiment_id: str, *, reason: str, by: str) -> Experiment:
        """Pause without a person's decision; raises UnderstudyError."""
        ...


class Guard:
    """Watches one experiment. Once halted it stays so: a person, or a new version, starts the experiment again.

    Args:
        quiet: Held while rows go into the store: no sum is read meanwhile.
        read_work: Reads what all workers did; without it, only this worker's replays count as spent.
        pauses: Where the experiment is paused for all workers; without it, this one stands still.
        keep: Takes each reading of a deployment's metrics, by the deployment's id.
        is_busy: Whether replays are under way; servers are left in peace while none are.
        breakers: The lanes' breakers, to be shown.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        purse: Purse,
        session: aiohttp.ClientSession,
        rhythm: Rhythm,
        metrics: WorkerMetrics,
        quiet: asyncio.Lock,
        read_work: ReadWork | None,
        pauses: Pauses | None,
        keep: KeepMetrics,
        is_busy: Callable[[], bool],
        breakers: Callable[[], Mapping[Lane, BreakerState]],
    ) -> None:
        self._experiment = experiment
        self._purse = purse
        self._distress = Distress(experiment.distress)
        self._session = session
        self._rhythm = rhythm
        self._metrics = metrics
        self._quiet = quiet
        self._read_work = read_work
        self._pauses = pauses
        self._keep = keep
        self._is_busy = is_busy
        self._breakers = breakers
        self.halt: Halt | None = None
        self.halted = asyncio.Event()

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_now_and_then())
            group.create_task(self._pause_once_halted())
            group.create_task(self._follow_spend())
            for scraper in self._scrapers():
                group.create_task(scraper.run())

    def settle(self, replays: Sequence[Replay]) -> None:
        """These replays ended."""
        self._purse.settle(replays)
        self._distress.settle(replays)
        self.look()

    def look(self) -> None:
        """Halt if there is a reason now; the first reason holds."""
        name = self._experiment.experiment_id
        if self.halt is None and (found := self._purse.halt() or self._distress.halt()):
            self.halt = found
            self.halted.set()
            self._metrics.halted(name, found.reason)
            _LOG.warning("experiment %s stops: %s", name, found.because)
        self._metrics.stands(name, spend=self._purse.spent, breakers=self._breakers())

    async def learn_spend(self) -> None:
        """Read what was spent before anything is sent; where nothing bounds it, nobody needs to know."""
        while self._read_work is not None and self._purse.has_budget:
            try:
                await self._refresh(self._read_work)
            except Unavailable as error:
                _LOG.warning("experiment %s waits to know its spend: %s", self._experiment.experiment_id, error)
                await asyncio.sleep(_RETRY_S)
            else:
                return

    async def _refresh(self, read_work: ReadWork) -> None:
        async with self._quiet:
            await self._purse.refresh(read_work)
        self.look()

    async def _follow_spend(self) -> None:
        """Read the sum of all workers now and then; a query that takes long is asked less often."""
        every_s = self._rhythm.spend_s * (1 if self._purse.has_budget else _UNBOUNDED_FACTOR)
        while self._read_work is not None:
            began_s = time.monotonic()
            with contextlib.suppress(Unavailable):
                await self._refresh(self._read_work)
            await asyncio.sleep(max(every_s, (time.monotonic() - began_s) / _READING_SHARE))

    async def _look_now_and_then(self) -> None:
        """GPU-seconds pass while nothing ends."""
        while True:
            await asyncio.sleep(_LOOK_S)
            self.look()

    async def _pause_once_halted(self) -> None:
        """Pause the experiment for all workers, however often that has to be tried."""
        await self.halted.wait()
        while self._pauses is not None and self.halt is not None:
            try:
                await self._pauses.stop(self._experiment.experiment_id, reason=self.halt.because, by=AUTHOR)
            except UnderstudyError as error:
                _LOG.warning("experiment %s is not paused yet: %s", self._experiment.experiment_id, error)
                await asyncio.sleep(_RETRY_S)
            else:
                return

    def _scrapers(self) -> list[Scraper]:
        deployments = (self._experiment.baseline, self._experiment.candidate)
        urls = {one.deployment_id: f"{one.base_url.rstrip('/')}/metrics" for one in deployments}
        scrapers = [self._scraper(urls, found=self._hear_deployment)]
        if (url := self._experiment.distress.production_metrics_url) is not None:
            scrapers.append(self._scraper({_PRODUCTION: url}, found=self._hear_production))
        return scrapers

    def _scraper(self, urls: Mapping[str, str], *, found: Found) -> Scraper:
        return Scraper(self._session, urls, every_s=self._rhythm.scrape_s, is_wanted=self._is_busy, found=found)

    async def _hear_deployment(self, deployment_id: str, metrics: ServerMetrics) -> None:
        self._distress.scraped(deployment_id, metrics)
        self._metrics.scraped(self._experiment.experiment_id, deployment_id, metrics)
        self.look()
        await self._keep(deployment_id, metrics)

    async def _hear_production(self, _name: str, metrics: ServerMetrics) -> None:
        self._distress.production(metrics)
        self.look()
