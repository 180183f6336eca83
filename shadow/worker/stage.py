"""The lanes of one experiment: an exchange goes to all of them at once, in random order, through the same client."""

import asyncio
import random
import time
from datetime import UTC, datetime

import aiohttp

from proxy.canary import is_canary
from proxy.exchange import Exchange
from proxy.log.record import Record
from proxy.tracing import Tracing, traceparent_of
from shadow.experiment import Experiment
from shadow.replay import Lane, Replay, ReplayOutcome
from shadow.worker.breaker import BreakerState
from shadow.worker.lane import Heard, LaneClient
from shadow.worker.preparation import Prepared, prepare
from shadow.worker.purse import Purse
from shadow.worker.reading import Desk, to_replay
from shadow.worker.sampling import is_sampled

_LANES = (Lane.BASELINE, Lane.BASELINE_AGAIN, Lane.CANDIDATE)


class Stage:
    """Sends exchanges and reads what comes back.

    Attributes:
        under_way: Exchanges whose lanes have not all answered yet.
    """

    def __init__(
        self, experiment: Experiment, *, session: aiohttp.ClientSession, purse: Purse, tracing: Tracing
    ) -> None:
        self._experiment = experiment
        self._purse = purse
        self._tracing = tracing
        self._clients = {
            lane: LaneClient(
                session,
                experiment.candidate if lane is Lane.CANDIDATE else experiment.baseline,
                concurrency=experiment.max_concurrency,
                timeout_s=experiment.timeout_s,
            )
            for lane in _LANES
        }
        self._desk = Desk()
        self.under_way = 0

    @property
    def breakers(self) -> dict[Lane, BreakerState]:
        """The state of each lane's breaker."""
        return {lane: client.breaker.state for lane, client in self._clients.items()}

    async def perform(self, record: Record, exchange: Exchange, *, scheduled_ns: int) -> list[Replay]:
        """Replay an exchange in its lanes; gives one replay per lane, however it ended."""
        self.under_way += 1
        try:
            lanes = self._lanes_of(exchange)
            return await asyncio.gather(
                *(self._replay(record, exchange, lane=lane, scheduled_ns=scheduled_ns) for lane in lanes)
            )
        finally:
            self.under_way -= 1

    def _lanes_of(self, exchange: Exchange) -> list[Lane]:
        lanes = [Lane.BASELINE, Lane.CANDIDATE]
        salt = f"{self._experiment.experiment_id}:again"
        if is_sampled(exchange.conversation_id, salt=salt, ratio=self._experiment.again_ratio):
            lanes.append(Lane.BASELINE_AGAIN)
        random.Random(f"{self._experiment.experiment_id}:{exchange.exchange_id}").shuffle(lanes)  # noqa: S311 - fairness
        return lanes

    async def _replay(self, record: Record, exchange: Exchange, *, lane: Lane, scheduled_ns: int) -> Replay:
        client = self._clients[lane]
        prepared = prepare(exchange, deployment=client.deployment, lane=lane, run=self._experiment.experiment_id)
        heard = await self._send(client, prepared, is_free=is_canary(exchange))
        replay = to_replay(
            heard,
            exchange=exchange,
            prepared=prepared,
            experiment_id=self._experiment.experiment_id,
            deployment=client.deployment,
            lane=lane,
            scheduled_ns=scheduled_ns,
            sent_at=_wall_time(heard.sent_ns),
            assembly=await self._desk.read(heard, prepared=prepared),
        )
        self._trace(record, replay)
        return replay

    async def _send(self, client: LaneClient, prepared: Prepared, *, is_free: bool) -> Heard:
        """Send; what is free takes nothing from the budget."""
        if is_free:
            return await client.send(prepared)
        with self._purse.running(client.deployment):
            return await client.send(prepared)

    def _trace(self, record: Record, replay: Replay) -> None:
        self._tracing.step(
            "replay",
            parent=traceparent_of(record.headers),
            started_ns=int(replay.sent_at.timestamp() * 1e9),
            facts={
                "experiment": replay.experiment_id,
                "lane": replay.lane,
                "deployment": replay.deployment_id,
                "outcome": replay.outcome,
                "status": replay.status,
                "attempts": replay.attempts,
            },
            failure="" if replay.outcome is ReplayOutcome.COMPLETED else str(replay.outcome),
        )


def _wall_time(stamp_ns: int) -> datetime:
    """A stamp of the monotonic clock as time of day."""
    return datetime.fromtimestamp(time.time() - (time.perf_counter_ns() - stamp_ns) / 1e9, UTC)
