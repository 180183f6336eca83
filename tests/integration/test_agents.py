"""The agentic suite on lanes of the simulator that act in known manners."""

from collections import Counter
from contextlib import AsyncExitStack

import pytest

from judges.agents import Figures, figures_of
from shadow.agentic.run import Key, Plan, jobs_left, run_agents
from shadow.agentic.scripted import Manner
from shadow.agentic.suite import draw_agentic
from shadow.agentic.transcript import Ending, Transcript
from shadow.experiment import Experiment
from shadow.replay import Lane
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_in_loop
from shadow.worker.lane import open_session
from tests.records import deployment, experiment

SUITE = draw_agentic(seed=1)


def behave(name: str, manner: Manner) -> Behaviour:
    return Behaviour(model=name, agent=manner, ttft_ms=0, itl_ms=0)


async def run(
    *, baseline: Manner = Manner.RECOVERS, candidate: Manner, trials: int = 1, done: frozenset[Key] = frozenset()
) -> tuple[Experiment, list[Transcript]]:
    """Every transcript of a run."""
    async with AsyncExitStack() as stack:
        urls = [
            await stack.enter_async_context(simulator_in_loop(behave(name, manner)))
            for name, manner in (("baseline", baseline), ("candidate", candidate))
        ]
        trial = experiment(
            baseline=deployment("baseline", base_url=urls[0]), candidate=deployment("candidate", base_url=urls[1])
        )
        session = await stack.enter_async_context(open_session())
        kept: list[Transcript] = []

        async def keep(transcript: Transcript) -> None:
            kept.append(transcript)

        plan = Plan(SUITE, trials=trials)
        before = jobs_left(plan, experiment=trial, done=done)
        await run_agents(plan, experiment=trial, session=session, done=done, keep=keep)
        assert len(kept) == before
        return trial, kept


def of(transcripts: list[Transcript], lane: Lane) -> list[tuple[Transcript, Figures]]:
    return [(one, figures_of(one)) for one in transcripts if one.lane is lane]


async def test_the_perfect_agent_solves_every_task_in_the_reference_s_steps() -> None:
    _, kept = await run(candidate=Manner.WANDERS)
    assert len(SUITE.tasks) >= 60
    assert len({task.world.name for task in SUITE.tasks}) >= 4
    for transcript, figures in of(kept, Lane.BASELINE):
        assert transcript.solved, transcript.task_id
        assert (figures.steps, figures.is_exact) == (transcript.reference_steps, True)
        assert (figures.redundant, figures.cycles, figures.invented, figures.invalid) == (0, 0, 0, 0)
        assert figures.recovery.mended == figures.recovery.injected
    assert sum(figures.recovery.injected for _, figures in of(kept, Lane.BASELINE)) > 20
    wandering = of(kept, Lane.CANDIDATE)
    assert all(transcript.solved and figures.is_exact for transcript, figures in wandering)
    assert sum(figures.redundant for _, figures in wandering) > 60


@pytest.mark.parametrize(("manner", "busy", "lapsed"), [(Manner.RETRIES, True, False), (Manner.GIVES_UP, False, False)])
async def test_who_retries_blindly_is_told_apart_from_who_recovers(manner: Manner, *, busy: bool, lapsed: bool) -> None:
    _, kept = await run(candidate=manner)
    faults = {task.task_id: [fault.kind for fault in task.faults] for task in SUITE.tasks}
    for transcript, figures in of(kept, Lane.CANDIDATE):
        match faults[transcript.task_id]:
            case []:
                assert transcript.solved
            case [kind]:
                assert transcript.solved is (busy if kind == "busy" else lapsed)
                assert figures.recovery.mended == int(transcript.solved)
                assert figures.recovery.identical_retries == (4 if manner is Manner.RETRIES and kind == "lapsed" else 0)


async def test_a_loop_ends_at_the_bound_and_is_found() -> None:
    _, kept = await run(candidate=Manner.LOOPS)
    looping = of(kept, Lane.CANDIDATE)
    assert Counter(transcript.ending for transcript, _ in looping) == {Ending.STEP_LIMIT: len(SUITE.tasks)}
    assert not any(transcript.solved for transcript, _ in looping)
    assert all(figures.cycles for _, figures in looping)
