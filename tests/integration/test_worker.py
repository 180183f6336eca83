"""The worker between a log in memory and two simulated deployments: what it sends, measures, stores and commits."""

import asyncio
import itertools
import json
import statistics
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from proxy.log.memory import MemoryLog
from proxy.log.topics import DEAD_LETTERS, EXCHANGES
from shadow.experiment import Experiment
from shadow.replay import Lane
from shadow.simulator.app import Simulator
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.connection import Message, Receive, Scope, Send
from shadow.simulator.faults import Fault
from shadow.simulator.serving import simulator_in_loop, simulator_process
from shadow.stack.processes import free_port
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, replay_from_row
from shadow.worker.lane import open_session
from shadow.worker.null_run import null_run
from tests.integration.gateways import served
from tests.integration.replays import Shelf, committed, publish, replay_all, running, until
from tests.records import NOON, deployment, exchange, experiment

FAST = {"ttft_ms": 2, "itl_ms": 0.5}


class Overhearing:
    """A simulator that remembers the bodies it was sent."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.bodies: list[bytes] = []
        self._simulator = Simulator(behaviour)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def overhear() -> Message:
            message = await receive()
            if message.get("body"):
                self.bodies.append(message["body"])
            return message

        await self._simulator(scope, overhear, send)


def behave(model: str, **changes: Any) -> Behaviour:
    return Behaviour.model_validate({"model": model} | FAST | changes)


def trial(baseline: str, candidate: str, **changes: Any) -> Experiment:
    """A fast experiment without a third lane."""
    fields = {
        "baseline": deployment("baseline", base_url=baseline, engine="vllm"),
        "candidate": deployment("candidate", base_url=candidate, engine="vllm"),
        "again_ratio": 0.0,
        "speed": 1000.0,
    }
    return experiment(**(fields | changes))


@asynccontextmanager
async def both(*, candidate: dict[str, Any] | None = None, **changes: Any) -> AsyncIterator[Experiment]:
    """An experiment of two simulators in this loop."""
    async with simulator_in_loop(behave("baseline")) as left:
        async with simulator_in_loop(behave("candidate", **(candidate or {}))) as right:
            yield trial(left, right, **changes)


async def test_lanes_are_sent_equal_bytes_but_for_model_and_salt() -> None:
    left, right, log, shelf = Overhearing(behave("baseline")), Overhearing(behave("candidate")), MemoryLog(), Shelf()
    request = {
        "model": "production",
        "messages": [{"role": "user", "content": "ünïcode ☂"}],
        "temperature": 0.30000000000000004,
        "seed": 7,
        "stop": ["\n"],
    }
    await publish(log, exchange(request=request))
    async with served(left) as baseline, served(right) as candidate:
        await replay_all(log, trial(baseline, candidate), shelf)
    sent, also_sent = json.loads(left.bodies[0]), json.loads(right.bodies[0])
    assert sent.pop("model") == "baseline"
    assert also_sent.pop("model") == "candidate"
    assert sent.pop("cache_salt") != also_sent.pop("cache_salt")
    assert json.dumps(sent) == json.dumps(also_sent)
    assert {name: sent[name] for name in request if name != "model"} == {
        name: value for name, value in request.items() if name != "model"
    }
    assert len({row["parameters_hash"] for row in shelf.replays}) == 1


async def test_the_baseline_answers_again_for_its_share_of_conversations() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, *(exchange(number) for number in range(60)))
    async with both(again_ratio=0.5) as wanted:
        await replay_all(log, wanted, shelf)
    lanes = Counter(row["lane"] for row in shelf.replays)
    assert lanes[Lane.BASELINE] == lanes[Lane.CANDIDATE] == 60
    assert 15 < lanes[Lane.BASELINE_AGAIN] < 45
    assert {row["deployment_id"] for row in shelf.lane("baseline_again")} == {"baseline"}


async def test_first_tokens_are_measured_as_the_simulator_sent_them() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, *(exchange(number) for number in range(11)))
    async with (
        simulator_process(behave("baseline", ttft_ms=80, itl_ms=10)) as left,
        simulator_process(behave("candidate", ttft_ms=160, itl_ms=10)) as right,
    ):
        await replay_all(log, trial(left, right, speed=20.0), shelf)
    for lane, truth_ms in (("baseline", 80), ("candidate", 160)):
        measured = statistics.median(row["ttft_ms"] for row in shelf.lane(lane))
        assert truth_ms - 1 <= measured <= truth_ms + 30
    assert all(row["outcome"] == "completed" and row["tpot_ms"] > 0 for row in shelf.replays)


@pytest.mark.parametrize(
    ("fault", "outcome", "status"),
    [
        (Fault.HANG, "timed_out", 0),
        (Fault.HALF_EVENT, "broken_stream", 200),
        (Fault.HTTP_500, "http_error", 500),
    ],
)
async def test_each_fault_of_the_wire_is_an_outcome_of_its_lane_alone(fault: Fault, outcome: str, status: int) -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, exchange())
    async with both(candidate={"faults": {fault: 1.0}}, timeout_s=0.6) as wanted:
        await replay_all(log, wanted, shelf)
    (failed,), (whole,) = shelf.lane("candidate"), shelf.lane("baseline")
    assert (failed["outcome"], failed["status"]) == (outcome, status)
    assert failed["error"]
    assert (whole["outcome"], whole["status"], whole["error"]) == ("completed", 200, "")
    if fault is Fault.HANG:
        assert 550 <= failed["e2e_ms"] < 1_500
        assert failed["ttft_ms"] is None


async def test_a_candidate_that_is_not_there_is_tried_twice_and_said_so() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, exchange())
    async with simulator_in_loop(behave("baseline")) as left:
        await replay_all(log, trial(left, f"http://127.0.0.1:{free_port()}"), shelf)
    (failed,) = shelf.lane("candidate")
    assert (failed["outcome"], failed["attempts"], failed["status"]) == ("connection_failed", 2, 0)
    assert replay_from_row(failed).timings.ttft_ms is None
    assert shelf.lane("baseline")[0]["attempts"] == 1


async def test_a_record_that_is_no_exchange_becomes_a_dead_letter_and_stands_in_the_ledger() -> None:
    log, shelf = MemoryLog(), Shelf()
    await log.producer().publish(EXCHANGES.name, key=b"k", value=b'{"secret": "words"', headers={"a": b"b"})
    await publish(log, exchange())
    async with both() as wanted:
        await replay_all(log, wanted, shelf)
    (letter,) = log.records[DEAD_LETTERS.name]
    assert (letter.key, letter.value, letter.headers["a"]) == (b"k", b'{"secret": "words"', b"b")
    assert b"words" not in letter.headers["understudy-reason"]
    assert shelf.dispositions == {0: ("dropped", "bad_record"), 1: ("replayed", "")}


async def test_what_is_not_for_this_experiment_is_counted_and_never_sent() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(
        log,
        exchange(0, experiment_id="another"),
        exchange(1),
        exchange(60, experiment_id="trial"),
    )
    async with both(replay_from=NOON + timedelta(seconds=30)) as wanted:
        await replay_all(log, wanted, shelf)
    assert shelf.dispositions == {
        0: ("sampled_out", "other_experiment"),
        1: ("sampled_out", "before_start"),
        2: ("replayed", ""),
    }
    assert {row["exchange_id"] for row in shelf.replays} == {"exchange-0060"}


async def test_a_share_of_conversations_is_replayed_and_suites_always_are() -> None:
    log, shelf = MemoryLog(), Shelf()
    live = [exchange(number) for number in range(40)]
    await publish(log, *live, *(one.model_copy(update={"suite": "held@out"}) for one in live))
    async with both(sample_ratio=0.25) as wanted:
        await replay_all(log, wanted, shelf)
    replayed = [offset for offset, (name, _) in shelf.dispositions.items() if name == "replayed"]
    assert 2 < sum(offset < 40 for offset in replayed) < 20
    assert sum(offset >= 40 for offset in replayed) == 40


async def test_a_spent_token_budget_ends_the_sending() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, *(exchange(number) for number in range(20)))
    async with both(token_budget=40, max_concurrency=1) as wanted:
        await replay_all(log, wanted, shelf)
    reasons = [shelf.dispositions[offset] for offset in range(20)]
    replayed = reasons.count(("replayed", ""))
    assert 0 < replayed < 20
    assert reasons == [("replayed", "")] * replayed + [("dropped", "token_budget_spent")] * (20 - replayed)
    assert sum(row["completion_tokens"] for row in shelf.replays) >= 40


async def test_a_store_that_is_away_loses_nothing_and_nothing_is_committed_before_it_is_back() -> None:
    log, commits = MemoryLog(), list[int]()
    shelf = Shelf(failures=2, on_failure=lambda: commits.append(committed(log)))
    await publish(log, *(exchange(number) for number in range(5)))
    async with both() as wanted:
        await replay_all(log, wanted, shelf)
    assert commits == [0, 0]
    assert len(shelf.lane("candidate")) == len(shelf.lane("baseline")) == 5
    assert len(shelf.dispositions) == 5


async def test_a_runner_stopped_midway_is_completed_by_the_next_without_loss_or_repeat() -> None:
    log, shelf = MemoryLog(), Shelf()
    exchanges = [exchange(number) for number in range(30)]
    await publish(log, *exchanges)
    async with both(speed=20.0, again_ratio=1.0) as wanted:
        async with running(log, wanted, shelf):
            await until(lambda: len(shelf.replays) >= 9)
        done = committed(log)
        assert 3 <= done < 30
        assert {row["offset"] for row in shelf.rows["lane_ledger"]} == set(range(done))
        await replay_all(log, wanted.model_copy(update={"speed": 1000.0}), shelf)
    found = Counter((row["experiment_id"], row["exchange_id"], row["lane"]) for row in shelf.replays)
    lanes = ("baseline", "baseline_again", "candidate")
    assert found == Counter(("trial", one.exchange_id, lane) for one in exchanges for lane in lanes)


async def test_recorded_arrival_gaps_are_kept() -> None:
    log, shelf, gaps_s = MemoryLog(), Shelf(), [0.3, 0.05, 0.5, 0.15]
    arrivals = itertools.accumulate(gaps_s, initial=0.0)
    await publish(
        log, *(exchange(n, captured_at=NOON + timedelta(seconds=second)) for n, second in enumerate(arrivals))
    )
    async with both(speed=1.0) as wanted:
        await replay_all(log, wanted, shelf)
    for lane in ("baseline", "candidate"):
        sent = [row["sent_at"] for row in shelf.lane(lane)]
        kept = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(sent)]
        assert kept == pytest.approx(gaps_s, abs=0.08)


async def test_a_slow_candidate_does_not_hold_up_the_pace() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, *(exchange(number) for number in range(10)))
    async with both(candidate={"ttft_ms": 700}, speed=50.0) as wanted:
        await replay_all(log, wanted, shelf)
    sent = [row["sent_at"] for row in shelf.lane("candidate")]
    assert (sent[-1] - sent[0]).total_seconds() < 0.6
    assert max(row["in_flight"] for row in shelf.lane("candidate")) == 10


async def test_rows_land_in_the_store_and_a_repeat_is_no_second_pair(store: Store) -> None:
    exchanges = [exchange(number) for number in range(4)]
    store.insert("exchanges", [exchange_row(one) for one in exchanges])
    async with both(again_ratio=1.0) as wanted:
        for _ in range(2):
            log = MemoryLog()
            await publish(log, *exchanges)
            await replay_all(log, wanted, store)
    pairs = await asyncio.to_thread(store.rows, "SELECT * FROM {database}.pairs ORDER BY exchange_id")
    assert [row["exchange_id"] for row in pairs] == [one.exchange_id for one in exchanges]
    assert all(row["same_parameters"] and row["baseline_outcome"] == "completed" for row in pairs)
    assert all(row["candidate_ttft_ms"] > 0 for row in pairs)
    books = store.rows("SELECT count() AS n FROM {database}.lane_ledger FINAL WHERE disposition = 'replayed'")
    assert books == [{"n": 4}]
    checks = store.rows("SELECT DISTINCT worker_id FROM {database}.self_checks")
    assert checks == [{"worker_id": "worker"}]


async def test_the_null_run_gives_a_finite_error() -> None:
    async with open_session() as session:
        assert 0 <= await null_run(session, concurrency=10) < 10_000
