"""Wiring of capture and log: the only place of this package where objects are built."""

import asyncio
import hashlib
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.anonymise.found import Found
from proxy.capture import Capture, Sampling
from proxy.channel import ChannelSender, serve_channel, socket_path
from proxy.coverage import Ledger
from proxy.doors.gateway import Gateway, Limits
from proxy.doors.imported.job import ImportJob, ImportReport
from proxy.doors.imported.reading import origin_of
from proxy.doors.tap import Tap
from proxy.errors import UsageError
from proxy.exchange import Exchange
from proxy.log.kafka import create_topics, open_consumer, open_producer, read_topic
from proxy.log.spool import Spool
from proxy.log.topics import ALL, EXPERIMENTS
from proxy.readiness import mark_ready
from proxy.sampling.demand import Demand
from proxy.sampling.sampler import Kept, SampledOut, Sampler
from proxy.settings import KafkaSettings, ProxySettings

_LEAST_KEY_BYTES = 16
_MAX_WEBSOCKET_BYTES = 2**30
_DRAIN_S = 30
_KEEP_ALIVE_S = 75
"""Longer than clients keep idle connections: one that is closed at both ends at once would fail a POST."""


def open_gateway(settings: ProxySettings) -> Gateway:
    """The inline door as an ASGI application."""
    return Gateway(
        upstream=settings.upstream,
        channel=_open_channel(settings),
        ledger=Ledger(_source_id("gateway")),
        max_capture_bytes=settings.max_capture_bytes,
        keep_headers=_kept_headers(settings),
        hidden_headers=frozenset({settings.category_header}),
        routes=settings.routes,
        limits=Limits(
            request_bytes=settings.max_request_bytes,
            open_requests=settings.max_open_requests,
            silence_s=settings.silence_s,
        ),
    )


def open_tap(settings: ProxySettings) -> Tap:
    """The sink for mirrored requests as an ASGI application."""
    return Tap(
        channel=_open_channel(settings),
        ledger=Ledger(_source_id("tap")),
        max_capture_bytes=settings.max_capture_bytes,
        keep_headers=_kept_headers(settings),
    )


def _open_channel(settings: ProxySettings) -> ChannelSender:
    return ChannelSender(
        socket_path(settings.state_dir), max_messages=settings.queue_exchanges, max_bytes=settings.queue_bytes
    )


def _kept_headers(settings: ProxySettings) -> frozenset[str]:
    return frozenset({settings.conversation_header, settings.category_header, settings.tenant_header})


def gateway_app() -> Gateway:
    """The gateway of one process, as the environment sets it."""
    return open_gateway(ProxySettings())


def tap_app() -> Tap:
    """The tap of one process, as the environment sets it."""
    return open_tap(ProxySettings())


def run_gateway() -> None:
    """Serve the gateway until SIGTERM or SIGINT; replies under way are finished first."""
    settings = ProxySettings()
    _serve("proxy.main:gateway_app", port=settings.port, settings=settings)


def run_tap() -> None:
    """Serve the tap until SIGTERM or SIGINT."""
    settings = ProxySettings()
    _serve("proxy.main:tap_app", port=settings.tap_port, settings=settings)


def _serve(app: str, *, port: int, settings: ProxySettings) -> None:
    import uvicorn

    uvicorn.run(
        app,
        factory=True,
        workers=settings.workers,
        host=settings.host,
        port=port,
        http="httptools",
        ws_max_size=_MAX_WEBSOCKET_BYTES,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_DRAIN_S,
    )


def run_capture() -> None:
    """Run the capture process until SIGTERM or SIGINT."""
    asyncio.run(_capture(ProxySettings(), KafkaSettings()))


async def _capture(settings: ProxySettings, kafka: KafkaSettings) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        producer = await open_producer(kafka)
        stack.push_async_callback(producer.close)
        spool = Spool.open(settings.state_dir / "spool.db", max_bytes=settings.spool_bytes)
        stack.callback(spool.close)
        capture = Capture(
            open_admission(settings),
            producer=producer,
            ledger=Ledger(_source_id("capture")),
            spool=spool,
            sampling=await _open_sampling(stack, settings, kafka),
            max_record_bytes=settings.max_record_bytes,
        )
        stack.push_async_callback(capture.finish)
        server = await serve_channel(socket_path(settings.state_dir), capture.receive)
        stack.callback(server.close)
        keeping = asyncio.create_task(capture.keep_books())
        mark_ready(settings.state_dir, "capture")
        await stopping.wait()
        keeping.cancel()


async def _open_sampling(stack: AsyncExitStack, settings: ProxySettings, kafka: KafkaSettings) -> Sampling:
    """Follows what experiments want, for as long as the stack is open."""
    follower = await open_consumer(kafka, EXPERIMENTS.name, group=None)
    stack.push_async_callback(follower.close)
    demand = Demand(follower, read_topic=partial(read_topic, kafka, EXPERIMENTS.name))
    following = asyncio.create_task(demand.follow())
    stack.callback(following.cancel)
    sampler = Sampler(
        pseudonym_key(settings),
        floor_exchanges=settings.sample_floor_exchanges,
        window_s=settings.sample_window_s,
    )

    def decide(exchange: Exchange) -> Kept | SampledOut:
        ratio = max(settings.least_ratio, demand.ratio(now=datetime.now(UTC)))
        return sampler.decide(exchange, ratio=ratio, at=time.monotonic())

    return decide


def run_import(file: Path, *, format_name: str, model: str, advance: Callable[[int, int], None]) -> ImportReport:
    """Import a log straight into Kafka; everything in it is wanted, so nothing is sampled out.

    Args:
        advance: Told bytes done and bytes in all.

    Raises:
        UsageError: the file is no log of that format.
        Unavailable: no broker answers.
    """
    return asyncio.run(_import(file, format_name=format_name, model=model, advance=advance, settings=ProxySettings()))


def _bookmark(settings: ProxySettings, file: Path) -> Path:
    place = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:16]
    return settings.state_dir / "imports" / f"{place}.json"


async def _import(
    file: Path, *, format_name: str, model: str, advance: Callable[[int, int], None], settings: ProxySettings
) -> ImportReport:
    async with AsyncExitStack() as stack:
        producer = await open_producer(KafkaSettings())
        stack.push_async_callback(producer.close)
        capture = Capture(open_admission(settings), producer=producer, ledger=Ledger(_source_id("import-capture")))
        stack.push_async_callback(capture.finish)
        job = ImportJob(
            file,
            origin=origin_of(
                file,
                model=model,
                conversation_header=settings.conversation_header,
                keep_headers=_kept_headers(settings),
            ),
            format_name=format_name,
            bookmark=_bookmark(settings, file),
            ledger=Ledger(_source_id("import")),
            deliver=capture.receive,
            settle=capture.settle,
            progress=lambda done: advance(done.bytes_done, done.bytes_total),
        )
        return await job.run()


def open_admission(settings: ProxySettings) -> Admission:
    """The way from raw to publishable, with the key that the settings name."""
    key = pseudonym_key(settings)
    naming = Naming(
        conversation=settings.conversation_header, category=settings.category_header, tenant=settings.tenant_header
    )
    return Admission(Anonymiser(key), key=key, naming=naming)


def pseudonym_key(settings: ProxySettings) -> bytes:
    """The configured key, or the random one kept in the state folder, made on first use.

    Raises:
        UsageError: the configured key is shorter than 16 bytes.
    """
    configured = settings.pseudonym_key.get_secret_value().encode()
    if configured:
        if len(configured) < _LEAST_KEY_BYTES:
            message = f"UNDERSTUDY_PROXY_PSEUDONYM_KEY is too short: give it {_LEAST_KEY_BYTES} bytes or more"
            raise UsageError(message)
        return configured
    file = settings.state_dir / "pseudonym-key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secrets.token_hex(32).encode())
    return file.read_bytes().strip()


def create_all_topics() -> list[str]:
    """Create the topics that are missing; returns the names of all."""
    asyncio.run(create_topics(KafkaSettings(), ALL))
    return [topic.name for topic in ALL]


def explain_text(text: str) -> list[Found]:
    """What would be masked in a text, and why; uses a key of its own, since aliases are not shown."""
    return Anonymiser(secrets.token_bytes(32)).explain(text)


def anonymise_body(body: dict[str, Any]) -> dict[str, Any]:
    """A body as it would be published, with aliases of a key that is thrown away."""
    return Anonymiser(secrets.token_bytes(32)).anonymise_json(body, conversation="").value


def _source_id(role: str) -> str:
    return f"{role}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
