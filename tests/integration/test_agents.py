"""The agentic suite on lanes of the simulator that act in known manners, kept in a real store."""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from analytics.decide.score_card import load_score_card
from analytics.jobs.decisions import keep_decision
from analytics.jobs.reading import read_evidence
from analytics.jobs.recomputing import Inputs, keep_inputs, recompute
from judges.agents import Figures, figures_of
from shadow.agentic.books import Books
from shadow.agentic.run import Key, Plan, jobs_left, run_agents
from shadow.agentic.scripted import Manner
from shadow.agentic.suite import AgenticSuite, draw_agentic
from shadow.agentic.task import FaultKind
from shadow.agentic.transcript import Ending, Transcript
from shadow.replay import Lane
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_in_loop
from shadow.store.clickhouse import Store
from shadow.store.rows import experiment_row, transcript_row
from shadow.worker.lane import open_session
from tests.records import NOON, deployment, experiment

SUITE = draw_agentic(seed=1)
SOME = AgenticSuite(SUITE.id, SUITE.tasks[::5])

type Keep = Callable[[Transcript], Awaitable[None]]


def behave(name: str, manner: Manner) -> Behaviour:
    return Behaviour(model=name, agent=manner, ttft_ms=0, itl_ms=0)


async def run(
    keep: Keep,
    *,
    baseline: Manner = Manner.RECOVERS,
    candidate: Manner = Manner.RECOVERS,
    suite: AgenticSuite = SOME,
    done: frozenset[Key] = frozenset(),
) -> int:
    """Run a suite on both lanes; how many runs were left to make."""
    async with AsyncExitStack() as stack:
        urls = [
            await stack.enter_async_context(simulator_in_loop(behave(name, manner)))
            for name, manner in (("baseline", baseline), ("candidate", candidate))
        ]
        trial = experiment(
            baseline=deployment("baseline", base_url=urls[0]), candidate=deployment("candidate", base_url=urls[1])
        )
        session = await stack.enter_async_context(open_session())
        plan = Plan(suite)
        await run_agents(plan, experiment=trial, session=session, done=done, keep=keep)
        return jobs_left(plan, experiment=trial, done=done)


async def transcripts(
    *, candidate: Manner, baseline: Manner = Manner.RECOVERS, suite: AgenticSuite = SOME
) -> dict[Lane, list[tuple[Transcript, Figures]]]:
    """What each lane did, one trial a task."""
    found: dict[Lane, list[tuple[Transcript, Figures]]] = {Lane.BASELINE: [], Lane.CANDIDATE: []}

    async def keep(transcript: Transcript) -> None:
        found[transcript.lane].append((transcript, figures_of(transcript)))

    later = {(lane, task.task_id, trial) for lane in found for task in suite.tasks for trial in (1, 2, 3)}
    prints = {Lane.BASELINE: deployment("baseline").fingerprint, Lane.CANDIDATE: deployment("candidate").fingerprint}
    done = frozenset((lane, task, trial, prints[lane]) for lane, task, trial in later)
    await run(keep, baseline=baseline, candidate=candidate, suite=suite, done=done)
    return found


async def test_the_perfect_agent_solves_every_task_in_the_reference_s_steps() -> None:
    found = await transcripts(candidate=Manner.WANDERS, suite=SUITE)
    assert len(found[Lane.BASELINE]) == len(SUITE.tasks) >= 60
    assert len({task.world.name for task in SUITE.tasks}) >= 4
    for transcript, figures in found[Lane.BASELINE]:
        assert transcript.solved, transcript.task_id
        assert (figures.steps, figures.is_exact) == (transcript.reference_steps, True)
        assert (figures.redundant, figures.cycles, figures.invented, figures.invalid) == (0, 0, 0, 0)
        assert figures.recovery.mended == figures.recovery.injected
    assert sum(figures.recovery.injected for _, figures in found[Lane.BASELINE]) > 20
    assert all(transcript.solved and figures.is_exact for transcript, figures in found[Lane.CANDIDATE])
    assert sum(figures.redundant for _, figures in found[Lane.CANDIDATE]) > 60


async def test_who_retries_blindly_is_told_apart_from_who_recovers() -> None:
    found = await transcripts(baseline=Manner.GIVES_UP, candidate=Manner.RETRIES)
    faults = {task.task_id: [fault.kind for fault in task.faults] for task in SUITE.tasks}
    met = Counter[FaultKind | None]()
    for lane, runs in found.items():
        for transcript, figures in runs:
            kind = next(iter(faults[transcript.task_id]), None)
            can = kind is None or (kind is FaultKind.BUSY and lane is Lane.CANDIDATE)
            assert (transcript.solved, figures.recovery.mended) == (can, int(can and kind is not None))
            is_blind = kind is FaultKind.LAPSED and lane is Lane.CANDIDATE
            assert figures.recovery.identical_retries == (4 if is_blind else 0)
            met[kind] += 1
    assert min(met[None], met[FaultKind.BUSY], met[FaultKind.LAPSED]) >= 4


async def test_a_loop_ends_at_the_bound_and_is_found() -> None:
    found = await transcripts(candidate=Manner.LOOPS)
    endings = Counter(transcript.ending for transcript, _ in found[Lane.CANDIDATE])
    assert endings == {Ending.STEP_LIMIT: len(SOME.tasks)}
    assert not any(transcript.solved for transcript, _ in found[Lane.CANDIDATE])
    assert all(figures.cycles for _, figures in found[Lane.CANDIDATE])


async def test_a_run_that_was_broken_off_goes_on_where_it_was(store: Store) -> None:
    books = Books(store, experiment_id="trial")
    kept: list[Transcript] = []

    async def keep_some(transcript: Transcript) -> None:
        if len(kept) == 30:
            raise ConnectionError
        kept.append(transcript)
        await books.keep(transcript)

    with pytest.raises(ExceptionGroup):
        await run(keep_some)
    done = books.done(suite=SUITE.id)
    assert 0 < len(done) <= 30
    left = await run(books.keep, done=done)
    assert left == 2 * 4 * len(SOME.tasks) - len(done)
    assert len(books.all()) == 2 * 4 * len(SOME.tasks)
    assert await run(books.keep, done=books.done(suite=SUITE.id)) == 0
    (row,) = store.rows("SELECT sum(runs) AS runs, sum(solved) AS solved FROM {database}.agents")
    assert row["runs"] == row["solved"] == 2 * 4 * len(SOME.tasks)


async def test_a_repeated_run_is_one_row_and_one_whose_lane_failed_is_made_again(store: Store) -> None:
    books = Books(store, experiment_id="trial")
    down = experiment(baseline=deployment("baseline"), candidate=deployment("candidate"))
    plan = Plan(AgenticSuite(SUITE.id, SUITE.tasks[:2]), trials=1)
    for _ in range(2):
        async with open_session() as session:
            await run_agents(plan, experiment=down, session=session, done=frozenset(), keep=books.keep)
    found = books.all()
    assert [(one.ending, one.solved) for one in found] == [(Ending.FAILED, None)] * 4
    assert books.done(suite=SUITE.id) == frozenset()
    assert books.of_task("orders-001") == tuple(one for one in found if one.task_id == "orders-001")


async def test_what_the_agents_did_stands_in_the_decision_and_is_computed_again_to_the_byte(store: Store) -> None:
    books = Books(store, experiment_id="trial")
    await run(books.keep, candidate=Manner.RETRIES)
    trial = experiment(baseline=deployment("baseline"), candidate=deployment("candidate"))
    store.insert("experiment_versions", [experiment_row(trial)])
    store.insert(
        "transcripts", [transcript_row(books.all()[0].model_copy(update={"suite": "old", "fingerprint": "o"}))]
    )
    inputs = Inputs(read_evidence(store, "trial"), load_score_card("default"), seed=3, resamples=200)
    decision = inputs.decide()
    whole = {row.lane: row for row in decision.agents if row.world == "all"}
    assert {row.world for row in decision.agents} == {"all", "orders", "calendar", "files", "banking"}
    assert (whole["baseline"].pass_hat, whole["baseline"].runs) == ((1.0,) * 4, 4 * len(SOME.tasks))
    assert whole["candidate"].pass_hat[0] < 1
    assert whole["candidate"].identical_retries > 0 == whole["baseline"].identical_retries
    assert [part.value is not None for part in decision.score.factors[3].components] == [True, True, True]
    assert decision.hashes["suite:agentic"] == SUITE.id.partition("@")[2]
    decision_id = keep_decision(store, decision, decided_at=NOON)
    keep_inputs(store, inputs, decision, decision_id=decision_id)
    assert recompute(store, "trial", until=NOON).is_the_same
