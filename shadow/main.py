"""Wiring of replay, store and control: the only place of this package where objects are built."""

import asyncio
import os
import secrets
import signal
import socket
import sys
import tomllib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from proxy.errors import UsageError
from proxy.log.kafka import open_consumer, open_producer, read_topic
from proxy.log.record import Producer
from proxy.log.reopening import ReopeningProducer
from proxy.log.topics import EXCHANGES, EXPERIMENTS
from proxy.metrics import serving
from proxy.readiness import mark_ready
from proxy.settings import KafkaSettings, TracesSettings
from proxy.tracing import open_tracing
from shadow.agentic.books import Books
from shadow.agentic.driver import Bounds
from shadow.agentic.run import Plan, jobs_left, run_agents
from shadow.agentic.showing import Tally, tallies
from shadow.agentic.suite import draw_agentic
from shadow.agentic.transcript import Transcript
from shadow.control.api import Parts, changes_of, control_app, probed
from shadow.control.history import Entry
from shadow.control.registry import TARGETS, Registry
from shadow.experiment import Action, Experiment, Proposal, State, Through
from shadow.settings import ClickHouseSettings, ShadowSettings
from shadow.store.access import make_roles
from shadow.store.clickhouse import Store
from shadow.store.erasing import erase_conversation
from shadow.store.schema import migrate
from shadow.worker.aside import Aside
from shadow.worker.lane import open_session
from shadow.worker.metrics import WorkerMetrics
from shadow.worker.null_run import null_run
from shadow.worker.recorder import GROUP, RECORDED, Recorder
from shadow.worker.rhythm import Rhythm
from shadow.worker.runner import Runner
from shadow.worker.service import WorkerService
from shadow.worker.spend import Work

_NULL_STREAMS = 50
_SWITCH_S = 0.0005


def run_migrations(*, to: int | None) -> list[str]:
    """Migrate the store that the settings name."""
    store = Store.connect(ClickHouseSettings())
    try:
        return migrate(store, to=to)
    finally:
        store.close()


def run_roles(*, tenant: str) -> list[str]:
    """Make the store's roles, and a tenant's unless it is empty; what was done."""
    store = Store.connect(ClickHouseSettings())
    try:
        done = [f"{make_roles(store)} statements for roles"]
        return done + ([f"{make_roles(store, tenant=tenant)} statements for tenant {tenant}"] if tenant else [])
    finally:
        store.close()


def run_erasure(conversation_id: str) -> Mapping[str, int]:
    """Erase a conversation from the store; rows by table."""
    store = Store.connect(ClickHouseSettings())
    try:
        return erase_conversation(store, conversation_id)
    finally:
        store.close()


def run_worker(*, experiments: frozenset[str], record: bool) -> None:
    """Run a worker until SIGTERM or SIGINT, on uvloop: asyncio's own loop stamps late at hundreds of streams.

    Long replies are read in a thread, which must let the loop go on at once.
    """
    import uvloop

    sys.setswitchinterval(_SWITCH_S)
    asyncio.run(_worker(experiments=experiments, record=record), loop_factory=uvloop.new_event_loop)


async def _worker(*, experiments: frozenset[str], record: bool) -> None:
    kafka, settings = KafkaSettings(), ShadowSettings()
    worker_id = f"{socket.gethostname()}-{os.getpid()}"
    async with AsyncExitStack() as stack:
        metrics, traces = WorkerMetrics(), TracesSettings()
        stack.enter_context(serving(metrics.registry, port=settings.metrics_port))
        tracing = open_tracing(endpoint=traces.endpoint, ratio=traces.ratio, service="understudy-worker")
        stack.push_async_callback(asyncio.to_thread, tracing.close)
        session = await stack.enter_async_context(open_session())
        producer = ReopeningProducer(partial(open_producer, kafka))
        stack.push_async_callback(producer.close)
        recorders = await _recorders(stack, kafka, settings, producer=producer, metrics=metrics) if record else []
        registry = Registry(producer=producer, read_all=partial(read_topic, kafka), through=Through.WORKER)
        error_ms = await null_run(session, concurrency=_NULL_STREAMS)

        async def start_runner(experiment: Experiment) -> Runner:
            sink, books = await asyncio.to_thread(lambda: (_open_store(stack), _open_store(stack)))
            group = f"understudy.experiment.{experiment.experiment_id}"
            return Runner(
                experiment,
                worker_id=worker_id,
                consumer=await open_consumer(kafka, EXCHANGES.name, group=group),
                dead_letters=producer,
                session=session,
                sink=sink,
                batch_rows=settings.batch_rows,
                batch_seconds=settings.batch_seconds,
                null_ttft_error_ms=error_ms,
                metrics=metrics,
                tracing=tracing,
                read_work=partial(_read_work, books, experiment.experiment_id),
                control=registry,
                rhythm=_rhythm(settings),
            )

        service = WorkerService(
            follower=await open_consumer(kafka, EXPERIMENTS.name, group=None),
            start_runner=start_runner,
            recorders=recorders,
            wanted=experiments,
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, service.stop)
        mark_ready(settings.state_dir, "worker")
        await service.run()


def _rhythm(settings: ShadowSettings) -> Rhythm:
    return Rhythm(
        scrape_s=settings.scrape_seconds,
        probe_s=settings.probe_seconds,
        spend_s=settings.spend_seconds,
        max_behind_s=settings.replay_behind_seconds,
        grace_s=settings.stop_grace_seconds,
    )


async def _recorders(
    stack: AsyncExitStack, kafka: KafkaSettings, settings: ShadowSettings, *, producer: Producer, metrics: WorkerMetrics
) -> list[Recorder]:
    """One recorder per recorded topic; they join their groups together, since a broker may take seconds over it."""
    consumers = await asyncio.gather(*(open_consumer(kafka, topic, group=f"{GROUP}.{topic}") for topic in RECORDED))
    return [
        Recorder(
            consumer,
            _open_store(stack),
            to_rows=to_rows,
            aside=Aside(producer),
            refused=metrics.refused,
            batch_rows=settings.batch_rows,
            batch_seconds=settings.batch_seconds,
            grace_s=settings.stop_grace_seconds,
        )
        for consumer, to_rows in zip(consumers, RECORDED.values(), strict=True)
    ]


async def _read_work(store: Store, experiment_id: str) -> dict[str, Work]:
    """What each deployment did for the experiment; read in a thread, since the store's client blocks."""
    rows = await asyncio.to_thread(store.read, "experiment_spend", experiment_id=experiment_id)
    return {row.pop("deployment_id"): Work(**row) for row in rows}


def _open_store(stack: AsyncExitStack) -> Store:
    store = Store.connect(ClickHouseSettings())
    stack.callback(store.close)
    return store


def run_control() -> None:
    """Run the control service until SIGTERM or SIGINT."""
    import uvicorn

    settings = ShadowSettings()

    @asynccontextmanager
    async def open_parts() -> AsyncIterator[Parts]:
        async with _registry(Through.API) as registry, open_session() as session:
            yield Parts(
                registry,
                session,
                read_stored=_read_stored,
                token=_token(settings),
                allowed_hosts=_allowed_hosts(settings),
            )

    app = control_app(open_parts=open_parts)
    uvicorn.run(app, host=settings.control_host, port=settings.control_port, log_level="warning")


def _token(settings: ShadowSettings) -> str:
    """The configured control token, or the one kept in the state folder, made on first use."""
    configured = settings.control_token.get_secret_value()
    if configured:
        return configured
    file = settings.state_dir / "control-token"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(32))
    return file.read_text("utf-8").strip()


def _allowed_hosts(settings: ShadowSettings) -> frozenset[str]:
    return frozenset(host.strip() for host in settings.allowed_hosts.split(",") if host.strip())


@asynccontextmanager
async def _registry(through: Through = Through.CLI) -> AsyncIterator[Registry]:
    kafka = KafkaSettings()
    producer = await open_producer(kafka)
    try:
        yield Registry(producer=producer, read_all=partial(read_topic, kafka), through=through)
    finally:
        await producer.close()


def _with_registry[T](act: Callable[[Registry], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        async with _registry() as registry:
            return await act(registry)

    return asyncio.run(run())


async def _read_stored(experiment_id: str) -> list[Experiment]:
    """The versions that the recorder stored; read in a thread, since the store's client blocks."""

    def read() -> list[Experiment]:
        store = Store.connect(ClickHouseSettings())
        try:
            rows = store.read("experiment_versions", experiment_id=experiment_id)
        finally:
            store.close()
        return [Experiment.from_bytes(row["record"].encode()) for row in rows]

    return await asyncio.to_thread(read)


def create_experiment(file: str, *, owner: str, days: int, enable: bool, by: str | None = None) -> Experiment:
    """Read an experiment file, probe its deployments and add it; `by` is the owner where it is left out.

    Raises:
        UsageError: the file is no experiment.
    """
    wanted = read_experiment(Path(file), owner=owner, days=days, now=datetime.now(UTC))

    async def act(registry: Registry) -> Experiment:
        async with open_session() as session:
            ready = await probed(wanted, session=session, allowed_hosts=_allowed_hosts(ShadowSettings()))
        made = await registry.create(ready, by=by)
        if enable:
            made = await registry.change_state(made.experiment_id, to=State.ENABLED, by=made.updated_by)
        return made

    return _with_registry(act)


def read_experiment(file: Path, *, owner: str, days: int, now: datetime) -> Proposal:
    """What a TOML file asks for.

    Raises:
        UsageError: no TOML, or fields missing, unknown or out of range.
    """
    try:
        fields = tomllib.loads(file.read_text("utf-8"))
        return Proposal.model_validate(fields | {"owner": owner, "expires_at": now + timedelta(days=days)})
    except tomllib.TOMLDecodeError as error:
        message = f"{file.name} is not TOML: {error}"
        raise UsageError(message) from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        message = f"{file.name} is not an experiment: {wrong}"
        raise UsageError(message) from None


def list_experiments() -> list[Experiment]:
    """Every experiment, each in its last version."""

    async def act(registry: Registry) -> list[Experiment]:
        return list((await registry.all()).values())

    return _with_registry(act)


def show_experiment(experiment_id: str) -> Experiment:
    """One experiment."""
    return _with_registry(lambda registry: registry.get(experiment_id))


def change_experiment(experiment_id: str, *, action: str, by: str) -> Experiment:
    """Enable, pause or disable an experiment."""
    return _with_registry(lambda registry: registry.change_state(experiment_id, to=TARGETS[Action(action)], by=by))


def extend_experiment(experiment_id: str, *, days: int, by: str) -> Experiment:
    """Let an experiment end later."""
    return _with_registry(lambda registry: registry.extend(experiment_id, days=days, by=by))


def log_of_experiment(experiment_id: str) -> tuple[Entry, ...]:
    """Who changed what, when and by which way, oldest first."""
    return _with_registry(lambda registry: changes_of(experiment_id, registry=registry, read_stored=_read_stored))


def run_agentic(
    experiment_id: str,
    *,
    options: Mapping[str, float],
    begin: Callable[[int], None] = lambda _total: None,
    advance: Callable[[], None] = lambda: None,
) -> tuple[str, tuple[Tally, ...]]:
    """Run the agentic suite on both lanes of an experiment and keep every transcript.

    Args:
        options: seed, per_world, trials, concurrency, temperature, max_steps, max_tokens and max_seconds.
        begin: Told the number of runs that are to be made.
        advance: Called after each.

    Returns:
        The suite's id, and what the lanes came to, earlier runs of the same suite included.
    """
    plan = Plan(
        draw_agentic(seed=int(options["seed"]), per_world=int(options["per_world"])),
        trials=int(options["trials"]),
        concurrency=int(options["concurrency"]),
        temperature=options["temperature"],
        bounds=Bounds(
            steps=int(options["max_steps"]), tokens=int(options["max_tokens"]), seconds=options["max_seconds"]
        ),
    )
    experiment = show_experiment(experiment_id)
    with closing(Store.connect(ClickHouseSettings())) as store:
        books = Books(store, experiment_id=experiment_id)
        done = books.done(suite=plan.suite.id)
        begin(jobs_left(plan, experiment=experiment, done=done))

        async def keep(transcript: Transcript) -> None:
            await books.keep(transcript)
            advance()

        async def run() -> None:
            async with open_session() as session:
                await run_agents(plan, experiment=experiment, session=session, done=done, keep=keep)

        asyncio.run(run())
        return plan.suite.id, tallies(one for one in books.all() if one.suite == plan.suite.id)


def read_transcripts(experiment_id: str, *, task_id: str) -> tuple[Transcript, ...]:
    """What the lanes of an experiment did on one task."""
    with closing(Store.connect(ClickHouseSettings())) as store:
        return Books(store, experiment_id=experiment_id).of_task(task_id)
