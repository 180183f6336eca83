"""Wiring of replay, store and control: the only place of this package where objects are built."""

import asyncio
import os
import secrets
import signal
import socket
import tomllib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from proxy.errors import UsageError
from proxy.log.kafka import open_consumer, open_producer, read_topic
from proxy.log.record import SCHEMA_HEADER
from proxy.log.topics import EXCHANGES, EXPERIMENTS
from proxy.readiness import mark_ready
from proxy.settings import KafkaSettings
from shadow.control.api import TARGETS, Action, Parts, control_app, probed
from shadow.control.registry import Registry
from shadow.experiment import Experiment
from shadow.settings import ClickHouseSettings, ShadowSettings
from shadow.store.clickhouse import Store
from shadow.store.rows import example_row
from shadow.store.schema import migrate
from shadow.suites.heldout import draw_heldout
from shadow.suites.suite import Suite, load_suite, to_exchange
from shadow.worker.lane import open_session
from shadow.worker.null_run import null_run
from shadow.worker.recorder import GROUP, RECORDED, Recorder
from shadow.worker.runner import Runner
from shadow.worker.service import WorkerService

_NULL_STREAMS = 50


def run_migrations(*, to: int | None) -> list[str]:
    """Migrate the store that the settings name."""
    store = Store.connect(ClickHouseSettings())
    try:
        return migrate(store, to=to)
    finally:
        store.close()


def run_worker(*, experiments: frozenset[str], record: bool) -> None:
    """Run a worker until SIGTERM or SIGINT."""
    asyncio.run(_worker(experiments=experiments, record=record))


async def _worker(*, experiments: frozenset[str], record: bool) -> None:
    kafka, settings = KafkaSettings(), ShadowSettings()
    worker_id = f"{socket.gethostname()}-{os.getpid()}"
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        producer = await open_producer(kafka)
        stack.push_async_callback(producer.close)
        recorders = await _recorders(stack, kafka, settings) if record else []
        error_ms = await null_run(session, concurrency=_NULL_STREAMS)

        async def start_runner(experiment: Experiment) -> Runner:
            sink = _open_store(stack)
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


async def _recorders(stack: AsyncExitStack, kafka: KafkaSettings, settings: ShadowSettings) -> list[Recorder]:
    """One recorder per recorded topic; they join their groups together, since a broker may take seconds over it."""
    consumers = await asyncio.gather(*(open_consumer(kafka, topic, group=f"{GROUP}.{topic}") for topic in RECORDED))
    return [
        Recorder(
            consumer,
            _open_store(stack),
            to_rows=to_rows,
            batch_rows=settings.batch_rows,
            batch_seconds=settings.batch_seconds,
        )
        for consumer, to_rows in zip(consumers, RECORDED.values(), strict=True)
    ]


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
        async with _registry() as registry, open_session() as session:
            yield Parts(registry, session, token=_token(settings), allowed_hosts=_allowed_hosts(settings))

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
async def _registry() -> AsyncIterator[Registry]:
    kafka = KafkaSettings()
    producer = await open_producer(kafka)
    try:
        yield Registry(producer=producer, read_all=partial(read_topic, kafka))
    finally:
        await producer.close()


def _with_registry[T](act: Callable[[Registry], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        async with _registry() as registry:
            return await act(registry)

    return asyncio.run(run())


def create_experiment(file: str, *, owner: str, days: int, enable: bool) -> Experiment:
    """Read an experiment file, probe its deployments and add it.

    Raises:
        UsageError: the file is no experiment.
    """
    wanted = read_experiment(Path(file), owner=owner, days=days, now=datetime.now(UTC))

    async def act(registry: Registry) -> Experiment:
        async with open_session() as session:
            ready = await probed(wanted, session=session, allowed_hosts=_allowed_hosts(ShadowSettings()))
        made = await registry.create(ready)
        if enable:
            made = await registry.change_state(made.experiment_id, to=TARGETS[Action.ENABLE], by=owner)
        return made

    return _with_registry(act)


def read_experiment(file: Path, *, owner: str, days: int, now: datetime) -> Experiment:
    """An experiment from its TOML file.

    Raises:
        UsageError: no TOML, or fields missing, unknown or out of range.
    """
    try:
        fields = tomllib.loads(file.read_text("utf-8"))
        return Experiment.model_validate(
            fields | {"owner": owner, "expires_at": now + timedelta(days=days), "updated_at": now, "updated_by": owner}
        )
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


def draw_suite(file: str, *, seed: int, size: int) -> str:
    """Draw a held-out suite into a file; returns its id."""
    suite = draw_heldout(seed=seed, size=size)
    Path(file).write_text("".join(example.model_dump_json() + "\n" for example in suite.examples), "utf-8")
    return suite.id


def run_suite(file: str, *, experiment_id: str, rate: float) -> int:
    """Store a suite's checks and publish its examples for one experiment, `rate` per second; returns how many."""
    suite = load_suite(Path(file))
    store = Store.connect(ClickHouseSettings())
    try:
        store.insert("examples", [example_row(example, suite_id=suite.id) for example in suite.examples])
    finally:
        store.close()
    return asyncio.run(_publish_suite(suite, experiment_id=experiment_id, rate=rate))


async def _publish_suite(suite: Suite, *, experiment_id: str, rate: float) -> int:
    async with _registry() as registry:
        model = (await registry.get(experiment_id)).baseline.model
    producer = await open_producer(KafkaSettings())
    first = datetime.now(UTC)
    try:
        for index, example in enumerate(suite.examples):
            at = first + timedelta(seconds=index / rate)
            exchange = to_exchange(example, suite_id=suite.id, experiment_id=experiment_id, captured_at=at, model=model)
            await producer.publish(
                EXCHANGES.name,
                key=exchange.conversation_id.encode(),
                value=exchange.to_bytes(),
                headers={SCHEMA_HEADER: str(exchange.schema_version).encode()},
            )
    finally:
        await producer.close()
    return len(suite.examples)
