"""A load run: each load's blocks one after the other, each stored when it is complete, none measured twice."""

import asyncio
import logging
import statistics
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Final, Protocol

from proxy.errors import Unavailable
from shadow.load.arrivals import arrivals_s
from shadow.load.crew import Measured, Watcher, measure
from shadow.load.level import Block, Load, LoadLevel, Loop
from shadow.load.order import Order
from shadow.load.plan import Arm, LoadPlan
from shadow.load.saturation import Tried, tried_of
from shadow.load.server_watch import ServerWatch, kv_size_tokens
from shadow.load.steadiness import unsteady_reason
from shadow.load.window import in_flight_of, mark_kept, window_of
from shadow.replay import ReplayOutcome

_LOG = logging.getLogger(__name__)
_LONGEST_STAGGER_S: Final = 10.0
_WARM_STREAMS: Final = 4

type Keep = Callable[[LoadLevel], None]
"""Takes a block that is complete."""

type Watching = Callable[[Arm], AbstractAsyncContextManager[ServerWatch]]
"""Reads the metrics of an arm's server while the context is open."""


class Audience(Protocol):
    """Is shown what happens."""

    def begin(self, block: Block, *, requests: int, clients: int) -> Watcher:
        """A block begins; gives what is told of its ticks."""
        ...

    def end(self, level: LoadLevel) -> None:
        """A block is complete."""
        ...


@dataclass(frozen=True, slots=True)
class Warmth:
    """What the warm-up found of an arm.

    Attributes:
        e2e_s: Median time of a whole reply, s.
    """

    e2e_s: float


class LoadRun:
    """Runs a plan.

    Args:
        stored: Levels that are there already; they are not measured again.
        keep: Takes each block when it is complete, before the next one begins.
    """

    def __init__(
        self, plan: LoadPlan, *, stored: Iterable[LoadLevel], keep: Keep, watching: Watching, audience: Audience
    ) -> None:
        self._plan = plan
        self._stored = {level.block: level for level in stored}
        self._keep = keep
        self._watching = watching
        self._audience = audience
        self._clients = plan.clients
        self._warmth: dict[str, Warmth] = {}

    async def run(self) -> list[LoadLevel]:
        """Measure every block that is not stored yet; gives all of them.

        Raises:
            Unavailable: a deployment does not answer at all.
        """
        found: list[LoadLevel] = []
        for load in self._plan.loads:
            found += await self.run_load(load)
        return found

    async def run_load(self, load: Load) -> list[LoadLevel]:
        """Measure the blocks of one load that are not stored yet; gives all of them."""
        return [self._stored.get(block) or await self.run_block(arm, block) for arm, block in self._plan.blocks(load)]

    async def try_streams(self, streams: int) -> Tried:
        """What so many requests in flight lead to."""
        return tried_of(streams, await self.run_load(Load(Loop.CLOSED, streams)))

    async def run_block(self, arm: Arm, block: Block) -> LoadLevel:
        """Measure one block, whatever is stored."""
        level = await self._block(arm, block)
        await asyncio.to_thread(self._keep, level)
        self._audience.end(level)
        return level

    async def _block(self, arm: Arm, block: Block) -> LoadLevel:
        """Measure a block; again with twice the processes as long as the client, not the server, was the bottleneck."""
        warmth = await self._warm(arm)
        while True:
            level = await self._measure(arm, block, warmth=warmth)
            if not level.void_reason or self._clients >= self._plan.most_clients:
                return level
            self._clients = min(self._clients * 2, self._plan.most_clients)
            _LOG.info("%s: measured again with %d client processes", block.load, self._clients)

    async def _warm(self, arm: Arm) -> Warmth:
        """Ask a deployment a few times before it is measured: kernels are compiled, connections opened."""
        found = self._warmth.get(arm.deployment.deployment_id)
        if found is None:
            count = max(self._plan.warm_up, 1)
            order = self._order(
                arm,
                salt=f"{self._plan.run_id}:{arm.lane}:warm-up",
                numbers=tuple(range(count)),
                due_s=(0.0,) * min(count, _WARM_STREAMS),
            )
            measured = await measure(order, clients=1, watch=lambda _: None)
            _check_alive(arm, measured)
            times = [one.ended_s - one.sent_s for one in measured.requests]
            found = self._warmth[arm.deployment.deployment_id] = Warmth(statistics.median(times))
        return found

    async def _measure(self, arm: Arm, block: Block, *, warmth: Warmth) -> LoadLevel:
        order = self._order_of(arm, block, warmth=warmth)
        watch = self._audience.begin(block, requests=len(order.numbers), clients=self._clients)
        async with self._watching(arm) as server:
            measured = await measure(order, clients=self._clients, watch=watch, began=server.begin)
        _check_alive(arm, measured)
        return self._level(arm, block, measured, server=server)

    def _order_of(self, arm: Arm, block: Block, *, warmth: Warmth) -> Order:
        load = block.load
        numbers = tuple(range(self._plan.requests_of(load, e2e_s=warmth.e2e_s)))
        if load.loop is Loop.CLOSED:
            streams = round(load.amount)
            stagger_s = min(warmth.e2e_s, _LONGEST_STAGGER_S)
            due_s = tuple(stagger_s * place / streams for place in range(streams))
            null_streams = streams
        else:
            due_s = arrivals_s(
                len(numbers),
                rate_per_s=load.amount,
                gaps_s=self._plan.prompts.gaps_s(),
                seed=f"{block.run_id}:{block.load}:{block.number // 2}",
            )
            null_streams = max(round(load.amount * warmth.e2e_s), 1)
        order = self._order(arm, salt=block.salt, numbers=numbers, due_s=due_s)
        return order.model_copy(update={"loop": load.loop, "null_streams": null_streams * self._plan.null_run})

    def _order(self, arm: Arm, *, salt: str, numbers: tuple[int, ...], due_s: tuple[float, ...]) -> Order:
        return Order(
            deployment=arm.deployment,
            lane=arm.lane,
            salt=salt,
            loop=Loop.CLOSED,
            numbers=numbers,
            due_s=due_s,
            exchanges=self._plan.prompts.exchanges,
            timeout_s=self._plan.timeout_s,
            null_streams=0,
        )

    def _level(self, arm: Arm, block: Block, measured: Measured, *, server: ServerWatch) -> LoadLevel:
        loop = block.load.loop
        streams = block.load.amount if loop is Loop.CLOSED else in_flight_of(measured.requests)
        window = window_of(measured.requests, streams=streams)
        requests = mark_kept(measured.requests, window, streams=streams)
        return LoadLevel(
            block=block,
            deployment_id=arm.deployment.deployment_id,
            fingerprint=arm.deployment.fingerprint,
            weight_bytes=arm.deployment.weight_bytes,
            started_at=measured.started_at,
            streams=streams,
            clients=measured.clients,
            window_from_s=window.from_s,
            window_to_s=window.to_s,
            unsteady_reason=unsteady_reason(requests, window, loop=loop),
            check=replace(measured.check, window_start=measured.started_at),
            server=server.side(window_from_s=window.from_s, kv_size_tokens=kv_size_tokens(arm.deployment)),
            slo=self._plan.slo,
            plan_hash=self._plan.plan_hash,
            requests=requests,
        )


def _check_alive(arm: Arm, measured: Measured) -> None:
    if all(one.outcome is ReplayOutcome.CONNECTION_FAILED for one in measured.requests):
        message = f"deployment {arm.deployment.deployment_id} takes no connection; start it and run the load again"
        raise Unavailable(message)
