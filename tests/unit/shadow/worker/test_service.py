import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proxy.errors import Unavailable
from proxy.log.memory import MemoryLog
from proxy.log.topics import EXCHANGES, EXPERIMENTS
from shadow.experiment import Experiment, State
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.faults import Fault
from shadow.simulator.serving import simulator_in_loop
from shadow.worker.aside import Aside
from shadow.worker.lane import open_session
from shadow.worker.recorder import RECORDED, Recorder
from shadow.worker.rhythm import Rhythm
from shadow.worker.runner import Runner
from shadow.worker.service import StartRunner, WorkerService
from tests.integration.replays import CHECK_S, Shelf, publish, until
from tests.records import deployment, exchange, experiment


@dataclass
class Bench:
    """A worker on a log in memory, and which experiments it started."""

    log: MemoryLog = field(default_factory=MemoryLog)
    shelf: Shelf = field(default_factory=Shelf)
    started: Counter[str] = field(default_factory=Counter)
    before_start: Callable[[Experiment], Awaitable[None]] | None = None

    async def tell(self, *versions: Experiment) -> None:
        for one in versions:
            await self.log.producer().publish(EXPERIMENTS.name, key=one.experiment_id.encode(), value=one.to_bytes())

    def starter(self, session: Any) -> StartRunner:
        async def start(wanted: Experiment) -> Runner:
            if self.before_start is not None:
                await self.before_start(wanted)
            self.started[wanted.experiment_id] += 1
            return Runner(
                wanted,
                worker_id="worker",
                consumer=self.log.consumer(EXCHANGES.name, group=wanted.experiment_id),
                dead_letters=self.log.producer(),
                session=session,
                sink=self.shelf,
                batch_rows=10,
                batch_seconds=0.05,
                rhythm=Rhythm(check_s=CHECK_S),
            )

        return start


@asynccontextmanager
async def serving(
    bench: Bench, *, wanted: frozenset[str] = frozenset(), recorders: list[Recorder] | None = None
) -> AsyncIterator[WorkerService]:
    async with open_session() as session:
        service = WorkerService(
            follower=bench.log.consumer(EXPERIMENTS.name, group=None),
            start_runner=bench.starter(session),
            recorders=recorders or [],
            wanted=wanted,
        )
        work = asyncio.create_task(service.run())
        try:
            yield service
        finally:
            service.stop()
            async with asyncio.timeout(10):
                await work


def live(experiment_id: str = "trial", **changes: Any) -> Experiment:
    fields = {"experiment_id": experiment_id, "expires_at": datetime.now(UTC) + timedelta(hours=1), "timeout_s": 0.2}
    return experiment(**(fields | changes))


def replayed(bench: Bench, experiment_id: str) -> int:
    rows = bench.shelf.rows["lane_ledger"]
    return sum(row["experiment_id"] == experiment_id and row["disposition"] == "replayed" for row in rows)


async def test_replay_starts_within_two_seconds_of_enabling_and_ends_with_disabling() -> None:
    bench = Bench()
    async with serving(bench):
        await bench.tell(live(state=State.CREATED))
        await publish(bench.log, exchange(0))
        await asyncio.sleep(0.1)
        assert not bench.started
        await bench.tell(live())
        await until(lambda: replayed(bench, "trial") == 1, timeout_s=2)
        await bench.tell(live(state=State.DISABLED))
        await asyncio.sleep(0.2)
        await publish(bench.log, exchange(1))
        await asyncio.sleep(0.3)
        assert replayed(bench, "trial") == 1
    assert bench.started == {"trial": 1}


async def test_expiry_ends_the_replay() -> None:
    bench = Bench()
    async with serving(bench):
        await bench.tell(live(expires_at=datetime.now(UTC) + timedelta(seconds=0.4)))
        await publish(bench.log, exchange(0))
        await until(lambda: replayed(bench, "trial") == 1, timeout_s=2)
        await asyncio.sleep(1.5)
        await publish(bench.log, exchange(1))
        await asyncio.sleep(0.3)
        assert replayed(bench, "trial") == 1


async def test_a_paused_experiment_goes_on_where_it_was() -> None:
    bench = Bench()
    async with serving(bench):
        await bench.tell(live())
        await publish(bench.log, exchange(0))
        await until(lambda: replayed(bench, "trial") == 1)
        await bench.tell(live(state=State.PAUSED))
        await asyncio.sleep(0.2)
        await publish(bench.log, exchange(1))
        await bench.tell(live())
        await until(lambda: replayed(bench, "trial") == 2)
    assert [row["offset"] for row in bench.shelf.rows["lane_ledger"]] == [0, 1]


async def test_a_changed_experiment_is_started_anew_with_its_new_version() -> None:
    bench = Bench()
    first = live()
    async with serving(bench):
        await bench.tell(first)
        await publish(bench.log, exchange(0))
        await until(lambda: replayed(bench, "trial") == 1)
        await bench.tell(first.model_copy(update={"candidate": deployment("other")}))
        await until(lambda: bench.started["trial"] == 2)
        await publish(bench.log, exchange(1))
        await until(lambda: replayed(bench, "trial") == 2)
    assert [row["deployment_id"] for row in bench.shelf.lane("candidate")] == ["candidate", "other"]


async def test_a_record_that_is_no_experiment_is_passed_over() -> None:
    bench = Bench()
    async with serving(bench):
        await bench.log.producer().publish(EXPERIMENTS.name, key=b"trial", value=b'{"experiment_id": 1}')
        await bench.tell(live())
        await until(lambda: bench.started["trial"] == 1, timeout_s=2)


async def test_a_worker_serves_only_the_experiments_it_was_given() -> None:
    bench = Bench()
    async with serving(bench, wanted=frozenset({"mine"})):
        await bench.tell(live("yours"), live("mine"))
        await until(lambda: bench.started["mine"] == 1)
        await asyncio.sleep(0.1)
    assert bench.started == {"mine": 1}


async def test_an_experiment_that_appears_while_another_starts_is_started_too() -> None:
    bench = Bench()

    async def appear(wanted: Experiment) -> None:
        if wanted.experiment_id == "first":
            await bench.tell(live("second"))
            await asyncio.sleep(0.1)

    bench.before_start = appear
    async with serving(bench):
        await bench.tell(live("first"))
        await until(lambda: bench.started == {"first": 1, "second": 1}, timeout_s=2)


async def test_a_store_that_is_away_when_an_experiment_starts_is_asked_again() -> None:
    bench, tries = Bench(), list[str]()

    async def refuse_once(wanted: Experiment) -> None:
        tries.append(wanted.experiment_id)
        if tries.count(wanted.experiment_id) == 1 and wanted.experiment_id == "trial":
            raise Unavailable("no store")

    bench.before_start = refuse_once
    async with serving(bench):
        await bench.tell(live("trial"), live("other"))
        await until(lambda: bench.started == {"trial": 1, "other": 1}, timeout_s=5)
    assert tries.count("trial") == 2


async def test_an_experiment_that_ends_slowly_delays_no_other() -> None:
    bench = Bench()
    hanging = Behaviour(model="candidate", faults={Fault.HANG: 1.0})
    async with simulator_in_loop(hanging) as url:
        slow = live("slow", candidate=deployment("candidate", base_url=url), timeout_s=3)
        async with serving(bench):
            await bench.tell(slow)
            await publish(bench.log, exchange(0))
            await asyncio.sleep(0.3)
            await bench.tell(slow.model_copy(update={"state": State.DISABLED}), live("quick"))
            await until(lambda: replayed(bench, "quick") == 1, timeout_s=2)
            assert replayed(bench, "slow") == 0
    assert replayed(bench, "slow") == 1


async def test_stopping_ends_runners_and_recorders_in_order() -> None:
    bench = Bench()
    recorder = Recorder(
        bench.log.consumer(EXCHANGES.name, group="recorder"),
        bench.shelf,
        to_rows=RECORDED[EXCHANGES.name],
        aside=Aside(bench.log.producer()),
        batch_rows=10,
        batch_seconds=5,
    )
    async with serving(bench, recorders=[recorder]):
        await bench.tell(live())
        await publish(bench.log, exchange(0))
        await until(lambda: replayed(bench, "trial") == 1)
    assert [row["exchange_id"] for row in bench.shelf.rows["exchanges"]] == ["exchange-0000"]
    assert bench.log.committed["recorder", EXCHANGES.name] == 1


@pytest.mark.parametrize("state", [State.CREATED, State.PAUSED, State.DISABLED])
async def test_only_enabled_experiments_run(state: State) -> None:
    bench = Bench()
    async with serving(bench):
        await bench.tell(live(state=state))
        await asyncio.sleep(0.1)
    assert not bench.started
