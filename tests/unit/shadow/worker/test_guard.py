import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from proxy.errors import Unavailable
from shadow.experiment import Experiment
from shadow.replay import Lane, ReplayOutcome
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_in_loop
from shadow.worker.breaker import BreakerState
from shadow.worker.guard import Guard
from shadow.worker.halt import HaltReason
from shadow.worker.lane import LaneClient, open_session
from shadow.worker.metrics import WorkerMetrics
from shadow.worker.purse import Purse, ReadWork
from shadow.worker.rhythm import Rhythm
from shadow.worker.server_metrics import ServerMetrics
from tests.integration.replays import until
from tests.records import deployment, experiment, replay
from tests.unit.shadow.worker.test_lane import PREPARED


class Office:
    """Takes pauses; away for the first `refusals`."""

    def __init__(self, *, refusals: int = 0) -> None:
        self.refusals = refusals
        self.reasons: list[str] = []

    async def stop(self, experiment_id: str, *, reason: str, by: str) -> Experiment:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("no broker")
        self.reasons.append(f"{by} paused {experiment_id}: {reason}")
        return experiment()


@asynccontextmanager
async def guarding(
    wanted: Experiment, *, office: Office | None = None, read_work: ReadWork | None = None
) -> AsyncIterator[Guard]:
    async def keep(_deployment_id: str, _metrics: ServerMetrics) -> None: ...

    async with open_session() as session:
        guard = Guard(
            wanted,
            purse=Purse(wanted),
            session=session,
            rhythm=Rhythm(scrape_s=0.02, spend_s=0.02),
            metrics=WorkerMetrics(),
            quiet=asyncio.Lock(),
            read_work=read_work,
            pauses=office,
            keep=keep,
            is_busy=lambda: True,
            breakers=lambda: {Lane.CANDIDATE: BreakerState.CLOSED},
        )
        work = asyncio.create_task(guard.run())
        yield guard
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def test_a_halt_pauses_the_experiment_though_the_registry_was_away_at_first() -> None:
    office = Office(refusals=1)
    async with guarding(experiment(), office=office) as guard:
        guard.settle([replay(number, outcome=ReplayOutcome.TIMED_OUT) for number in range(30)])
        assert guard.halt is not None
        assert guard.halt.reason is HaltReason.ERRORS
        await until(lambda: office.reasons != [])
    assert office.reasons == [f"understudy-worker paused trial: {guard.halt.because}"]


async def test_the_first_reason_holds() -> None:
    async with guarding(experiment(budget={"output_tokens": 80})) as guard:
        guard.settle([replay(number, outcome=ReplayOutcome.TIMED_OUT) for number in range(30)])
        guard.settle([replay(number) for number in range(30)])
        assert guard.halt is not None
        assert guard.halt.reason is HaltReason.ERRORS


async def test_nothing_is_sent_before_the_spend_of_a_bounded_experiment_is_known() -> None:
    tries = list[int]()

    async def away_at_first() -> dict[str, Any]:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable("no store")
        return {}

    async with guarding(experiment(budget={"output_tokens": 9}), read_work=away_at_first) as guard:
        async with asyncio.timeout(30):
            await guard.learn_spend()
    assert len(tries) >= 2


async def slow_production(base_url: str, *, requests: int) -> None:
    async with open_session() as session:
        client = LaneClient(session, deployment("m", base_url=base_url), concurrency=50, timeout_s=30)
        await asyncio.gather(*(client.send(PREPARED) for _ in range(requests)))


def halted_by(guard: Guard, reason: HaltReason) -> Callable[[], bool]:
    return lambda: guard.halt is not None and guard.halt.reason is reason


async def test_a_production_that_slows_down_halts_the_experiment() -> None:
    async with simulator_in_loop(Behaviour(model="m", ttft_ms=150, itl_ms=0)) as production:
        distress = {"production_metrics_url": f"{production}/metrics", "production_ttft_p95_ms": 50}
        async with guarding(experiment(distress=distress)) as guard:
            await asyncio.sleep(0.2)
            await slow_production(production, requests=30)
            await until(halted_by(guard, HaltReason.PRODUCTION))
