import asyncio
from datetime import UTC, datetime
from typing import Any

from proxy.log.record import Record
from proxy.tracing import Tracing
from shadow.replay import Lane
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_in_loop
from shadow.worker.lane import open_session
from shadow.worker.purse import Purse
from shadow.worker.stage import Stage
from tests.records import deployment, exchange, experiment

RECORD = Record("t", 0, 0, None, b"")


async def perform(**changes: Any) -> tuple[Purse, list[Any]]:
    behaviour = Behaviour(model="m", ttft_ms=30, itl_ms=1)
    async with simulator_in_loop(behaviour) as url, open_session() as session:
        served = {name: deployment(name, base_url=url, model="m") for name in ("baseline", "candidate")}
        wanted = experiment(**(served | {"again_ratio": 1.0} | changes))
        purse = Purse(wanted)
        performing = Stage(wanted, session=session, purse=purse, tracing=Tracing())
        work = asyncio.create_task(performing.perform(RECORD, exchange(), scheduled_ns=0))
        await asyncio.sleep(0)
        assert performing.under_way == 1
        replays = await work
    assert performing.under_way == 0
    return purse, replays


async def test_every_lane_answers_and_the_time_of_sending_is_the_requests_own() -> None:
    before = datetime.now(UTC)
    purse, replays = await perform()
    assert {one.lane for one in replays} == {Lane.BASELINE, Lane.BASELINE_AGAIN, Lane.CANDIDATE}
    assert all(before <= one.sent_at <= datetime.now(UTC) for one in replays)
    assert all(one.timings.e2e_ms >= 30 for one in replays)
    assert purse.spent.gpu_seconds >= 0.06


async def test_a_lane_that_is_switched_off_is_not_sent() -> None:
    _, replays = await perform(again_ratio=0.0)
    assert {one.lane for one in replays} == {Lane.BASELINE, Lane.CANDIDATE}
