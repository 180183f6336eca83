"""The worker between a log in memory and two simulated deployments: what it sends, measures, stores and commits."""

import asyncio
import itertools
import json
import statistics
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proxy.canary import CANARY_SUITE
from proxy.exchange import Shape
from proxy.log.memory import MemoryLog
from proxy.log.topics import DEAD_LETTERS, EXCHANGES
from shadow.experiment import Experiment, State
from shadow.main import _read_work
from shadow.replay import Lane, ReplayOutcome, Timings
from shadow.simulator.app import Simulator
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.connection import Message, Receive, Scope, Send
from shadow.simulator.faults import Fault
from shadow.simulator.serving import simulator_in_loop, simulator_process
from shadow.stack.processes import free_port
from shadow.store.clickhouse import Store
from shadow.store.halving import RefusedRow, RowsRefused
from shadow.store.rows import exchange_row, replay_from_row, replay_row
from shadow.worker.lane import open_session
from shadow.worker.null_run import null_run
from shadow.worker.rhythm import Rhythm
from shadow.worker.spend import Work
from tests.integration.gateways import served
from tests.integration.replays import (
    CHECK_S,
    Shelf,
    announce,
    committed,
    publish,
    registry_on,
    replay_all,
    running,
    until,
)
from tests.records import NOON, deployment, exchange, experiment, replay

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


async def test_a_replay_weighs_what_its_exchange_does_within_the_experiment() -> None:
    log, shelf = MemoryLog(), Shelf()
    by_draw = exchange(0, weight=2.0, draw=0.1)
    rare = exchange(1, weight=1.0, draw=0.9, by_floor=True)
    await publish(log, by_draw, rare, exchange(2, suite="held@out"), exchange(3, weight=8.0, draw=0.1))
    async with both(sample_ratio=0.25) as wanted:
        await replay_all(log, wanted, shelf)
    assert [row["weight"] for row in shelf.lane("candidate")] == [4.0, 1.0, 1.0, 8.0]


async def test_timings_of_a_client_that_is_off_are_void_with_the_reason() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, exchange(0))
    async with both() as wanted:
        await replay_all(log, wanted, shelf, null_ttft_error_ms=99.0)
    assert {"null run: off by 99.0 ms" in row["void_reason"] for row in shelf.replays} == {True}


class Full(Shelf):
    """A store that will never take a candidate's answer."""

    def insert(self, table: str, rows: list[dict[str, Any]]) -> int:
        bad = [place for place, row in enumerate(rows) if row.get("lane") == "candidate"]
        super().insert(table, [row for place, row in enumerate(rows) if place not in bad])
        if bad:
            raise RowsRefused("refused", rows=[RefusedRow(place, "too odd") for place in bad])
        return len(rows)


async def test_an_answer_that_the_store_refuses_is_dropped_in_the_books_and_its_exchange_a_dead_letter() -> None:
    log, shelf = MemoryLog(), Full()
    await publish(log, exchange(0), exchange(1))
    async with both() as wanted:
        await replay_all(log, wanted, shelf)
    assert shelf.dispositions == dict.fromkeys((0, 1), ("dropped", "row_refused"))
    assert len(shelf.lane("baseline")) == 2
    assert len(log.records[DEAD_LETTERS.name]) == 2


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


def again(one: Experiment, **changes: Any) -> Experiment:
    """The experiment with other values, checked."""
    return Experiment.model_validate(one.model_dump() | changes)


async def test_a_lane_in_distress_pauses_the_experiment_and_what_was_read_is_counted() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, *(exchange(number) for number in range(200)))
    registry = registry_on(log)
    async with simulator_in_loop(behave("baseline")) as left:
        wanted = trial(left, f"http://127.0.0.1:{free_port()}", max_concurrency=4, speed=100.0)
        await announce(log, wanted)
        await replay_all(log, wanted, shelf, control=registry)
        await until(lambda: len(log.records["understudy.experiments"]) > 1)
    paused = await registry.get("trial")
    assert (paused.state, paused.updated_by) == (State.PAUSED, "understudy-worker")
    assert "replays of candidate failed" in (paused.stopped_because or "")
    found = Counter(shelf.dispositions.values())
    assert set(found) == {("replayed", ""), ("dropped", "distress_errors")}
    assert found.total() == 200
    outcomes = Counter((row["lane"], row["outcome"], row["error"]) for row in shelf.replays)
    assert outcomes["candidate", "not_sent", "breaker_open"] > 0
    assert outcomes["baseline", "completed", ""] == found["replayed", ""]
    unsent = next(row for row in shelf.replays if row["outcome"] == "not_sent")
    assert (unsent["e2e_ms"], unsent["ttft_ms"], unsent["attempts"]) == (None, None, 0)


async def test_spend_of_other_workers_leaves_nothing_to_send() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, *(exchange(number) for number in range(5)))

    async def read() -> dict[str, Work]:
        return {"baseline": Work(output_tokens=600), "candidate": Work(output_tokens=400)}

    async with both(budget={"output_tokens": 1000}) as wanted:
        async with running(log, wanted, shelf, read_work=read):
            await asyncio.sleep(0.5)
    assert (shelf.replays, committed(log)) == ([], 0)


async def test_canaries_take_nothing_from_the_budget() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, *(exchange(number, suite=CANARY_SUITE) for number in range(10)), exchange(10))
    async with both(budget={"output_tokens": 1}, max_concurrency=1) as wanted:
        await replay_all(log, wanted, shelf)
    assert set(shelf.dispositions.values()) == {("replayed", "")}


async def test_the_store_sums_what_all_workers_spent_and_spans_that_overlap_count_once(store: Store) -> None:
    def at(number: int, *, second: float, took_ms: float, **changes: Any) -> dict[str, Any]:
        timings = Timings(schedule_delay_ms=0, e2e_ms=took_ms, ttft_ms=1, itl_ms=(1.0,))
        return replay_row(replay(number, sent_at=NOON + timedelta(seconds=second), timings=timings, **changes))

    rows = [
        at(0, second=0, took_ms=4_000),
        at(1, second=1, took_ms=1_000),
        at(2, second=3, took_ms=3_000),
        at(3, second=10, took_ms=500, outcome=ReplayOutcome.TIMED_OUT),
        at(4, second=20, took_ms=500, outcome=ReplayOutcome.NOT_SENT),
        at(5, second=0, took_ms=2_000, lane=Lane.BASELINE),
        at(6, second=40, took_ms=500),
    ]
    store.insert("exchanges", [exchange_row(exchange(6, suite=CANARY_SUITE))])
    for _ in range(2):
        store.insert("replays", rows)
    found = await _read_work(store, "trial")
    assert found["candidate"].output_tokens == 4 * 2
    assert found["candidate"].busy_s == pytest.approx(6.5)
    assert found["candidate"].busy_until_s == pytest.approx((NOON + timedelta(seconds=10.5)).timestamp())
    assert found["baseline"].busy_s == pytest.approx(2)
    assert await _read_work(store, "another") == {}


async def test_a_second_worker_goes_on_with_the_budget_that_the_first_left(store: Store) -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, *(exchange(number) for number in range(4)))
    async with both() as wanted:
        await replay_all(log, wanted, store)
        spent = sum(work.output_tokens for work in (await _read_work(store, "trial")).values())
        await publish(log, *(exchange(number) for number in range(4, 24)))
        bounded = again(wanted, budget={"output_tokens": spent + 1}, max_concurrency=1)
        await replay_all(log, bounded, shelf, read_work=lambda: _read_work(store, "trial"))
    found = Counter(shelf.dispositions.values())
    assert found["dropped", "token_budget_spent"] >= 16
    assert 1 <= found["replayed", ""] <= 4


async def test_servers_are_scraped_while_replays_run() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, *(exchange(number) for number in range(30)))
    async with both(candidate={"ttft_ms": 50}, speed=30.0) as wanted:
        await replay_all(log, wanted, shelf, rhythm=Rhythm(check_s=CHECK_S, scrape_s=0.1))
    rows = shelf.rows["server_metrics"]
    assert {row["deployment_id"] for row in rows} == {"baseline", "candidate"}
    assert max(row["running"] for row in rows) >= 1
    assert max(row["generation_tokens_total"] for row in rows) > 0
    assert max(row["ttft_counts"][-1] for row in rows) > 0


async def test_a_backlog_older_than_the_bound_is_skipped_and_counted() -> None:
    log, shelf, now = MemoryLog(), Shelf(), datetime.now(UTC)
    ages_s = (9_000, 4_000, 3_000, 1)
    await publish(log, *(exchange(n, captured_at=now - timedelta(seconds=age)) for n, age in enumerate(ages_s)))
    async with both() as wanted:
        await replay_all(log, wanted, shelf, rhythm=Rhythm(check_s=CHECK_S, max_behind_s=3_600))
    assert shelf.dispositions == {
        0: ("dropped", "too_old"),
        1: ("dropped", "too_old"),
        2: ("replayed", ""),
        3: ("replayed", ""),
    }


async def test_a_deployment_that_became_another_one_splits_the_run() -> None:
    log, shelf = MemoryLog(), Shelf()
    registry = registry_on(log)
    async with both() as wanted:
        await announce(log, wanted)
        async with running(log, wanted, shelf, control=registry):
            await until(lambda: len(log.records["understudy.experiments"]) > 1)
        split = await registry.get("trial")
    assert {one.arm for one in split.splits} == {"baseline", "candidate"}
    assert split.candidate.engine == "understudy-simulator"
    assert split.candidate.fingerprint != wanted.candidate.fingerprint
    assert split.updated_by == "understudy-worker"


async def test_a_stop_while_the_store_is_away_ends_within_its_grace_and_the_next_worker_reads_again() -> None:
    log, away, shelf = MemoryLog(), Shelf(failures=10**9), Shelf()
    await publish(log, *(exchange(number) for number in range(5)))
    async with both() as wanted:
        async with asyncio.timeout(60):
            async with running(log, wanted, away, rhythm=Rhythm(check_s=CHECK_S, grace_s=0.2)):
                await asyncio.sleep(0.5)
        assert committed(log) == 0
        await replay_all(log, wanted, shelf)
    assert len(shelf.lane("candidate")) == 5


STREAM = b"""\
data: {"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

data: {"model":"m","choices":[{"index":0,"delta":{"reasoning":"let me see"}}]}

data: {"model":"m","choices":[{"index":1,"delta":{"content":"second"}},{"index":0,"delta":{"content":"first"}}]}

data: {"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"look"}}]}}]}

data: {"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"a\\":1}"}}]}}]}

data: {"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":9},\
"metrics":{"queue_time_ms":1.5,"time_to_first_token_ms":2.5}}

data: [DONE]

"""


async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
    """A server that answers everything with the recorded stream."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    kind = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": kind})
    await send({"type": "http.response.body", "body": STREAM})


async def test_all_choices_reasoning_tool_calls_and_the_servers_own_figures_are_kept() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, exchange(request={"model": "production", "n": 2, "messages": []}))
    async with served(recorded) as left, served(recorded) as right:
        await replay_all(log, trial(left, right), shelf)
    for row in shelf.replays:
        kept = replay_from_row(row)
        first, second = kept.reply.choices
        assert (first.text, first.reasoning, second.text) == ("first", "let me see", "second")
        assert [(call.name, call.arguments) for call in first.tool_calls] == [("look", '{"a":1}')]
        assert (kept.outcome, kept.timings.server_ttft_ms) == ("completed", 4.0)
        assert len(kept.timings.itl_ms) == 3


SHAPES: dict[Shape, dict[str, Any]] = {
    Shape.CHAT: {"messages": [{"role": "user", "content": "hello"}], "n": 3},
    Shape.COMPLETIONS: {"prompt": "hello", "n": 2},
    Shape.RESPONSES: {"input": "hello"},
    Shape.MESSAGES: {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 20},
    Shape.EMBEDDINGS: {"input": ["hello", "you"]},
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_every_shape_is_replayed_and_timed(shape: Shape) -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, exchange(shape=shape, request={"model": "production"} | SHAPES[shape]))
    async with both() as wanted:
        await replay_all(log, wanted, shelf)
    for row in shelf.replays:
        kept = replay_from_row(row)
        assert (kept.outcome, kept.status, kept.error) == ("completed", 200, "")
        assert kept.reply.usage.prompt_tokens
        assert len(kept.reply.choices) == (0 if shape is Shape.EMBEDDINGS else SHAPES[shape].get("n", 1))
        if shape is Shape.EMBEDDINGS:
            assert "stream" not in kept.rewrites
            assert kept.timings.ttft_ms is None
        else:
            assert all(choice.text for choice in kept.reply.choices)
            assert "stream" in kept.rewrites
            assert kept.timings.ttft_ms is not None


async def test_tools_and_pictures_reach_the_model_as_they_were_asked() -> None:
    left, log, shelf = Overhearing(behave("baseline")), MemoryLog(), Shelf()
    asked = {
        "model": "production",
        "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png,AA"}}]}],
        "tools": [{"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}],
        "tool_choice": "required",
        "response_format": {"type": "json_schema", "json_schema": {"name": "z", "schema": {"b": 1, "a": 2}}},
    }
    await publish(log, exchange(request=asked))
    async with served(left) as baseline, simulator_in_loop(behave("candidate")) as candidate:
        await replay_all(log, trial(baseline, candidate), shelf)
    for kept in ("messages", "tools", "response_format"):
        assert json.dumps({kept: asked[kept]}, separators=(",", ":"))[1:-1].encode() in left.bodies[0]
    assert replay_from_row(shelf.lane("candidate")[0]).reply.first.tool_calls
