"""Runs the agentic suite on both lanes of an experiment: every task, several trials, each run a transcript."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final

import aiohttp

from proxy.exchange import Door, Exchange, ExchangeOutcome, Shape
from proxy.wire.fields import Json
from proxy.wire.routes import PATHS
from shadow.agentic.driver import Bounds, Drawing, Driver
from shadow.agentic.suite import AgenticSuite, as_tool_calls
from shadow.agentic.task import Task
from shadow.agentic.transcript import Loop, Transcript
from shadow.deployment import Deployment
from shadow.experiment import Experiment
from shadow.replay import Lane, Replay
from shadow.worker.lane import LaneClient
from shadow.worker.preparation import prepare
from shadow.worker.reading import to_replay

LANES: Final = (Lane.BASELINE, Lane.CANDIDATE)

type Key = tuple[Lane, str, int, str]
"""Lane, task, trial and the deployment's fingerprint: what was run under it need not be run again."""
type Keep = Callable[[Transcript], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run.

    Attributes:
        trials: Runs of each task on each lane.
        concurrency: Runs under way on each lane.
    """

    suite: AgenticSuite
    trials: int = 4
    concurrency: int = 4
    temperature: float = 0.7
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True)
class _Job:
    task: Task
    trial: int


def jobs_left(plan: Plan, *, experiment: Experiment, done: Collection[Key]) -> int:
    """Runs that are still to be made, over both lanes."""
    return sum(len(list(_jobs(plan, lane, experiment, done))) for lane in LANES)


async def run_agents(
    plan: Plan, *, experiment: Experiment, session: aiohttp.ClientSession, done: Collection[Key], keep: Keep
) -> None:
    """Run what is not done yet, both lanes at the same time; each transcript is kept as soon as it ends.

    Raises:
        ExceptionGroup: a transcript could not be kept.
    """
    async with asyncio.TaskGroup() as group:
        for lane in LANES:
            client = _client(plan, experiment, lane, session)
            waiting = _jobs(plan, lane, experiment, done)
            for _ in range(plan.concurrency):
                group.create_task(_work(waiting, partial(_run, plan, experiment, lane, client), keep))


def _jobs(plan: Plan, lane: Lane, experiment: Experiment, done: Collection[Key]) -> Iterator[_Job]:
    fingerprint = _deployment(experiment, lane).fingerprint
    return (
        _Job(task, trial)
        for trial in range(plan.trials)
        for task in plan.suite.tasks
        if (lane, task.task_id, trial, fingerprint) not in done
    )


async def _work(waiting: Iterator[_Job], run: Callable[[_Job], Awaitable[Transcript]], keep: Keep) -> None:
    for job in waiting:
        await keep(await run(job))


def _deployment(experiment: Experiment, lane: Lane) -> Deployment:
    return experiment.candidate if lane is Lane.CANDIDATE else experiment.baseline


def _client(plan: Plan, experiment: Experiment, lane: Lane, session: aiohttp.ClientSession) -> LaneClient:
    return LaneClient(
        session, _deployment(experiment, lane), concurrency=plan.concurrency, timeout_s=experiment.timeout_s
    )


async def _run(plan: Plan, experiment: Experiment, lane: Lane, client: LaneClient, job: _Job) -> Transcript:
    drawing = Drawing(temperature=plan.temperature, trial=job.trial)
    driver = Driver(job.task, drawing=drawing, bounds=plan.bounds, clock=time.monotonic)
    started_at = datetime.now(UTC)
    driven = await driver.drive(partial(_ask, client, experiment, lane, job))
    world, deployment = job.task.world, client.deployment
    return Transcript(
        experiment_id=experiment.experiment_id,
        lane=lane,
        loop=Loop.CLOSED,
        suite=plan.suite.id,
        world=world.name,
        task_id=job.task.task_id,
        trial=job.trial,
        deployment_id=deployment.deployment_id,
        fingerprint=deployment.fingerprint,
        tools={tool.name: tool.schema() for tool in world.tools},
        changing=world.changing,
        messages=driven.messages,
        ending=driven.ending,
        error=driven.error,
        solved=driven.is_solved,
        reference=as_tool_calls(job.task.draft.reference),
        says=job.task.draft.says,
        reference_steps=job.task.reference_steps,
        started_at=started_at,
        ms=driven.seconds * 1000,
    )


async def _ask(client: LaneClient, experiment: Experiment, lane: Lane, job: _Job, body: Json) -> Replay:
    """One answer of the lane, over the same client, with the same changes to the request, as any replay."""
    name = f"{job.task.task_id}-{job.trial}"
    sent_at, scheduled_ns = datetime.now(UTC), time.perf_counter_ns()
    exchange = Exchange(
        exchange_id=name,
        conversation_id=name,
        captured_at=sent_at,
        door=Door.SUITE,
        shape=Shape.CHAT,
        path=PATHS[Shape.CHAT],
        model=client.deployment.model,
        streamed=True,
        category=job.task.world.name,
        turn=1,
        request=body,
        outcome=ExchangeOutcome.NO_REPLY,
    )
    prepared = prepare(exchange, deployment=client.deployment, lane=lane, run=f"{experiment.experiment_id}:agentic")
    heard = await client.send(prepared)
    return to_replay(
        heard,
        exchange=exchange,
        prepared=prepared,
        experiment_id=experiment.experiment_id,
        deployment=client.deployment,
        lane=lane,
        scheduled_ns=scheduled_ns,
        sent_at=sent_at,
    )
