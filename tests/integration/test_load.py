"""Load against simulators in processes of their own: the loops, the crew, the order of blocks, and going on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from typing import Any

import pytest

from proxy.errors import Unavailable
from shadow.control.probe import probe
from shadow.load.books import Books
from shadow.load.crew import measure
from shadow.load.figures import figures_of
from shadow.load.level import Load, LoadLevel, Loop, Slo
from shadow.load.live import Silence
from shadow.load.order import Order, Tick
from shadow.load.plan import Arm, LoadPlan
from shadow.load.prompts import Prompts
from shadow.load.run import LoadRun, Watching
from shadow.load.saturation import Saturation, saturation_of, search
from shadow.load.server_watch import ServerWatch, watching
from shadow.replay import Lane, ReplayOutcome
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.faults import Fault
from shadow.simulator.serving import simulator_process
from shadow.worker.lane import open_session
from tests.records import deployment, exchange

PROMPTS = Prompts(
    "test",
    tuple(
        exchange(number, request={"max_tokens": 8, "messages": [{"role": "user", "content": f"question {number}"}]})
        for number in range(10)
    ),
)


@asynccontextmanager
async def served(name: str, **behaviour: Any) -> AsyncIterator[Arm]:
    """A simulator as an arm, probed."""
    fields: dict[str, Any] = {"model": name, "ttft_ms": 40.0, "itl_ms": 4.0}
    async with simulator_process(Behaviour(**(fields | behaviour))) as url, open_session() as session:
        lane = Lane.BASELINE if name == "baseline" else Lane.CANDIDATE
        yield Arm(lane, await probe(deployment(name, base_url=url), session=session))


def order_of(arm: Arm, **changes: Any) -> Order:
    fields: dict[str, Any] = {
        "deployment": arm.deployment,
        "lane": arm.lane,
        "salt": "test",
        "loop": Loop.CLOSED,
        "numbers": tuple(range(40)),
        "due_s": (0.0, 0.01, 0.02, 0.03),
        "exchanges": PROMPTS.exchanges,
        "timeout_s": 5.0,
        "null_streams": 0,
    }
    return Order(**(fields | changes))


async def test_a_closed_loop_keeps_its_number_in_flight() -> None:
    async with served("candidate") as arm:
        measured = await measure(order_of(arm), clients=1, watch=lambda _: None)
    assert [one.number for one in measured.requests] == list(range(40))
    assert all(one.is_completed and one.completion_tokens == 8 for one in measured.requests)
    assert max(one.in_flight for one in measured.requests) == 4
    middle = measured.requests[20].sent_s
    assert sum(one.sent_s <= middle < one.ended_s for one in measured.requests) == 4


@pytest.mark.parametrize(("clients", "most_of_one"), [(2, 2), (3, 2), (4, 1)])
async def test_several_processes_share_the_streams_and_the_requests(clients: int, most_of_one: int) -> None:
    ticks: list[Tick] = []
    async with served("candidate") as arm:
        measured = await measure(order_of(arm), clients=clients, watch=ticks.append)
    assert measured.clients == clients
    assert [one.number for one in measured.requests] == list(range(40))
    assert max(one.in_flight for one in measured.requests) == most_of_one
    middle = measured.requests[20].sent_s
    assert sum(one.sent_s <= middle < one.ended_s for one in measured.requests) == 4
    assert sum(tick.done for tick in ticks) == 40


async def test_an_open_loop_sends_on_time_however_slow_the_server_is() -> None:
    due_s = tuple(number * 0.02 for number in range(40))
    async with served("candidate", ttft_ms=400.0) as arm:
        measured = await measure(order_of(arm, loop=Loop.OPEN, due_s=due_s), clients=1, watch=lambda _: None)
    assert [one.scheduled_s for one in measured.requests] == pytest.approx(due_s, abs=1e-6)
    assert max(one.in_flight for one in measured.requests) > 10
    for one in measured.requests:
        assert one.timings.ttft_ms is not None
        waited_ms = one.timings.ttft_ms + one.timings.schedule_delay_ms
        assert one.first_token_ms(Loop.OPEN) == pytest.approx(waited_ms, abs=1.0)


async def test_failed_requests_stay_and_are_infinite() -> None:
    async with served("candidate", faults={Fault.HTTP_500: 0.5}) as arm:
        measured = await measure(order_of(arm), clients=1, watch=lambda _: None)
    failed = [one for one in measured.requests if one.outcome is ReplayOutcome.HTTP_ERROR]
    assert len(measured.requests) == 40
    assert failed
    assert all(one.first_token_ms(Loop.CLOSED) == float("inf") for one in failed)


def plan_of(*arms: Arm, **changes: Any) -> LoadPlan:
    fields: dict[str, Any] = {
        "experiment_id": "trial",
        "run_id": "run",
        "arms": arms,
        "loads": (Load(Loop.CLOSED, 2),),
        "prompts": PROMPTS,
        "kept": 40,
        "timeout_s": 5.0,
        "null_run": False,
    }
    return LoadPlan(**(fields | changes))


@asynccontextmanager
async def running(plan: LoadPlan, books: Books, watch: Watching | None = None) -> AsyncIterator[LoadRun]:
    async with open_session() as session:
        yield LoadRun(
            plan,
            stored=books.stored(plan_hash=plan.plan_hash),
            keep=books.keep,
            watching=watch or (lambda arm: watching(session, arm.deployment)),
            audience=Silence(),
        )


async def test_a_run_measures_both_lanes_and_goes_on_where_it_broke_off() -> None:
    books = Books(None, experiment_id="trial", run_id="run")
    async with served("baseline") as baseline, served("candidate", ttft_ms=80.0) as candidate:
        plan = plan_of(baseline, candidate)
        async with running(plan, books) as run:
            (*_, last) = await run.run()
        first = books.levels()
        books.keep(last)
        async with running(replace(plan, loads=(*plan.loads, Load(Loop.OPEN, 20.0))), books) as run:
            levels = await run.run()
    assert [level.lane for level in first] == [Lane.BASELINE, Lane.CANDIDATE, Lane.CANDIDATE, Lane.BASELINE]
    assert levels[:4] == list(first)
    assert [level.load.loop for level in levels[4:]] == [Loop.OPEN] * 4
    _check_levels(first)


def _check_levels(levels: tuple[LoadLevel, ...]) -> None:
    for level in levels:
        figures = figures_of(level)
        assert figures.kept >= 20
        assert figures.ttft_ms.p50 is not None
        assert figures.ttft_ms.p50 >= (40 if level.lane is Lane.BASELINE else 80)
        assert level.server.kv_peak_tokens is not None
        assert level.server.kv_peak_tokens > 0
        assert level.server.ttft.total > 0


async def test_the_limit_and_the_knee_of_a_simulator_are_its_planted_capacity() -> None:
    async with served("candidate", ttft_ms=200.0, itl_ms=20.0, max_num_seqs=6) as arm:
        # One more waits for a sixth of a reply of 340 ms: 57 ms.
        plan = plan_of(arm, loads=(), slo=Slo(ttft_ms=230.0), kept=40)
        books = Books(None, experiment_id="trial", run_id="run")
        async with running(plan, books, watch=lambda _: nullcontext(ServerWatch())) as run:
            found = saturation_of(await search(run.try_streams, first=5, most=64, within=0))
    assert found == Saturation(carried=6, refused=7, knee=6)


async def test_a_server_that_is_not_there_stops_the_run_and_stores_nothing() -> None:
    books = Books(None, experiment_id="trial", run_id="run")
    gone = Arm(Lane.CANDIDATE, deployment("candidate", base_url="http://127.0.0.1:9"))
    async with running(plan_of(gone), books) as run:
        with pytest.raises(Unavailable, match="takes no connection"):
            await run.run()
    assert books.levels() == ()


async def test_the_null_run_is_part_of_the_check() -> None:
    async with served("candidate") as arm:
        measured = await measure(order_of(arm, null_streams=4), clients=1, watch=lambda _: None)
    assert measured.check.null_ttft_error_ms is not None
    assert measured.check.null_ttft_error_ms < 200
