"""Wiring of capture and log: the only place of this package where objects are built."""

import asyncio
import contextlib
import hashlib
import logging
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

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.anonymise.explanation import Explanation, anonymise
from proxy.anonymise.keyring import KeyRing, key_id, open_ring, rotate
from proxy.anonymise.ner import recogniser
from proxy.anonymise.policy import Policy
from proxy.canary import CANARY_HEADER
from proxy.capture import Capture, Sampling
from proxy.channel import ChannelSender, serve_visits, socket_path
from proxy.coverage import Ledger
from proxy.doors.gateway import Gateway, Limits
from proxy.doors.imported.job import ImportJob, ImportReport
from proxy.doors.imported.reading import origin_of
from proxy.doors.tap import Tap
from proxy.errors import Unavailable, UsageError
from proxy.exchange import Exchange
from proxy.heap import settle_heap
from proxy.journal import Journal
from proxy.language import Languages
from proxy.log.kafka import create_topics, open_consumer, open_producer, read_topic
from proxy.log.reopening import ReopeningConsumer, ReopeningProducer
from proxy.log.spool import Spool
from proxy.log.topics import ALL, EXPERIMENTS
from proxy.metrics import CaptureMetrics, serving
from proxy.readiness import mark_ready
from proxy.reception import Reception, door_journal
from proxy.sampling.demand import Demand
from proxy.sampling.outlook import OutlookFile
from proxy.sampling.sampler import Kept, SampledOut, Sampler
from proxy.settings import KafkaSettings, ProxySettings, TracesSettings
from proxy.tracing import open_tracing

_LOG = logging.getLogger(__name__)
_MAX_WEBSOCKET_BYTES = 2**30
_DRAIN_S = 30
_NICENESS = 19
_KEEP_ALIVE_S = 75
"""Longer than clients keep idle connections: one that is closed at both ends at once would fail a POST."""


def open_gateway(settings: ProxySettings) -> Gateway:
    """The inline door as an ASGI application."""
    ledger = _open_ledger(settings, role="gateway")
    return Gateway(
        upstream=settings.upstream,
        channel=_open_channel(settings, ledger),
        ledger=ledger,
        max_capture_bytes=settings.max_capture_bytes,
        keep_headers=_kept_headers(settings),
        hidden_headers=frozenset({settings.category_header, CANARY_HEADER}),
        routes=settings.routes,
        models=settings.model_routes,
        limits=Limits(
            request_bytes=settings.max_request_bytes,
            open_requests=settings.max_open_requests,
            silence_s=settings.silence_s,
        ),
    )


def open_tap(settings: ProxySettings) -> Tap:
    """The sink for mirrored requests as an ASGI application."""
    ledger = _open_ledger(settings, role="tap")
    return Tap(
        channel=_open_channel(settings, ledger),
        ledger=ledger,
        max_capture_bytes=settings.max_capture_bytes,
        keep_headers=_kept_headers(settings),
    )


def _open_ledger(settings: ProxySettings, *, role: str) -> Ledger:
    """A door's counts, which outlive it; a door that finds no room for its journal serves all the same."""
    source_id = _source_id(role)
    try:
        return Ledger(source_id, mirror=Journal.create(door_journal(_books(settings), source_id)))
    except Unavailable as error:
        _LOG.error("%s; if this process is killed, what it lost is not counted", error)
        return Ledger(source_id)


def _books(settings: ProxySettings) -> Path:
    return settings.state_dir / "books"


def _open_channel(settings: ProxySettings, ledger: Ledger) -> ChannelSender:
    return ChannelSender(
        socket_path(settings.state_dir),
        max_messages=settings.queue_exchanges,
        max_bytes=settings.queue_bytes,
        ledger=ledger,
    )


def _kept_headers(settings: ProxySettings) -> frozenset[str]:
    return frozenset({settings.conversation_header, settings.category_header, settings.tenant_header})


def gateway_app() -> Gateway:
    """The gateway of one process, as the environment sets it."""
    gateway = open_gateway(ProxySettings())
    settle_heap()
    return gateway


def tap_app() -> Tap:
    """The tap of one process, as the environment sets it."""
    tap = open_tap(ProxySettings())
    settle_heap()
    return tap


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


def run_intercept(*, upstream: str, hosts: tuple[str, ...], upstream_ca: Path | None) -> None:
    """Serve the interceptor until SIGTERM or SIGINT.

    Args:
        upstream: Base URL of a reverse proxy; empty for a forward proxy.
        hosts: Hosts that are decrypted and captured, with * for anything within a name.
        upstream_ca: Authority of production's certificate; None for the public ones.

    Raises:
        UsageError: mitmproxy is not installed, or it refuses the address, the upstream or the hosts.
    """
    try:
        from proxy.doors.interceptor import Interception, Interceptor, run
    except ImportError:
        raise UsageError("the interceptor needs mitmproxy: install understudy[interceptor]") from None
    settings = ProxySettings()
    ledger = _open_ledger(settings, role="interceptor")
    interceptor = Interceptor(
        channel=_open_channel(settings, ledger),
        ledger=ledger,
        max_capture_bytes=settings.max_capture_bytes,
        keep_headers=_kept_headers(settings),
        hidden_headers=frozenset({settings.category_header, CANARY_HEADER}),
        hosts=hosts,
    )
    interception = Interception(
        confdir=settings.state_dir / "intercept",
        upstream=upstream,
        host=settings.host,
        port=settings.intercept_port,
        upstream_ca=upstream_ca,
    )
    run(interceptor, interception)


def run_capture() -> None:
    """Run the capture process until SIGTERM or SIGINT."""
    import uvloop

    _give_way()
    asyncio.run(_capture(ProxySettings(), KafkaSettings()), loop_factory=uvloop.new_event_loop)


def _give_way() -> None:
    """Where cores are short, the doors come first: a reply waits for them, and for nothing here."""
    os.nice(_NICENESS)
    # Linux may share out the cores by session, which a niceness does not cross.
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_NICENESS), "ascii")


async def _capture(settings: ProxySettings, kafka: KafkaSettings) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        producer = ReopeningProducer(partial(open_producer, kafka))
        stack.push_async_callback(producer.close)
        metrics = CaptureMetrics()
        stack.enter_context(serving(metrics.registry, port=settings.metrics_port))
        traces = TracesSettings()
        tracing = open_tracing(endpoint=traces.endpoint, ratio=traces.ratio, service="understudy-capture")
        stack.push_async_callback(asyncio.to_thread, tracing.close)
        spool = Spool.open(settings.state_dir / "spool.db", max_bytes=settings.spool_bytes)
        stack.callback(spool.close)
        capture = Capture(
            open_admission(settings),
            producer=producer,
            ledger=Ledger(_source_id("capture")),
            spool=spool,
            sampling=_open_sampling(stack, settings, kafka),
            metrics=metrics,
            tracing=tracing,
            max_record_bytes=settings.max_record_bytes,
            oversize=settings.oversize,
        )
        stack.push_async_callback(capture.finish)
        reception = Reception(_books(settings), capture=capture)
        server = await serve_visits(socket_path(settings.state_dir), reception.welcome)
        stack.callback(server.close)
        stack.callback(reception.close)
        for books in (capture, reception):
            stack.callback(asyncio.create_task(books.keep_books()).cancel)
        settle_heap()
        mark_ready(settings.state_dir, "capture")
        await stopping.wait()


def _open_sampling(stack: AsyncExitStack, settings: ProxySettings, kafka: KafkaSettings) -> Sampling:
    """Follows what experiments want, for as long as the stack is open."""
    follower = ReopeningConsumer(partial(open_consumer, kafka, EXPERIMENTS.name, group=None))
    stack.push_async_callback(follower.close)
    demand = Demand(
        follower,
        read_topic=partial(read_topic, kafka, EXPERIMENTS.name),
        memory=OutlookFile(settings.state_dir / "demand.json"),
    )
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
    return Admission(open_anonymiser(settings, key), key=key, naming=naming, languages=Languages.load())


def open_anonymiser(settings: ProxySettings, key: bytes) -> Anonymiser:
    """An anonymiser with the policy and the recogniser that the settings name.

    Raises:
        UsageError: the policy is none, or what the recogniser needs is not installed.
    """
    policy = Policy(
        surrogates=settings.surrogates,
        media=settings.media,
        allow=settings.allow_fields,
        own_domains=settings.own_domains,
        keep_types=settings.keep_types,
    )
    return Anonymiser(key, policy=policy, recogniser=recogniser(settings.ner, types=settings.ner_types))


def pseudonym_key(settings: ProxySettings) -> bytes:
    """The configured key, or the current one of the ring in the state folder, made on first use.

    Raises:
        UsageError: the configured key is shorter than 16 bytes, or the file is no ring.
    """
    configured = settings.pseudonym_key.get_secret_value().encode()
    return (KeyRing((configured,)) if configured else open_ring(_key_file(settings))).current


def _key_file(settings: ProxySettings) -> Path:
    return settings.state_dir / "pseudonym-key"


def rotate_key() -> list[str]:
    """Put a new key before those in the state folder; returns the ids of all, the new one first.

    Raises:
        UsageError: the key is configured, so that it is rotated where it is kept.
    """
    settings = ProxySettings()
    if settings.pseudonym_key.get_secret_value():
        raise UsageError(
            "UNDERSTUDY_PROXY_PSEUDONYM_KEY is set: rotate the key where you keep it, then restart capture"
        )
    open_ring(_key_file(settings))
    return [key_id(key) for key in rotate(_key_file(settings)).keys]


def create_all_topics() -> list[str]:
    """Create the topics that are missing; returns the names of all."""
    asyncio.run(create_topics(KafkaSettings(), ALL))
    return [topic.name for topic in ALL]


def explain_text(text: str) -> Explanation:
    """What would be masked in a text, and why; uses a key of its own, since aliases are not shown."""
    anonymiser = open_anonymiser(ProxySettings(), secrets.token_bytes(32))
    return Explanation(text, tuple(anonymiser.explain(text)), anonymise(text, anonymiser).masked)


def anonymise_text(text: str) -> str:
    """A request or a text as it would be published, with aliases of a key that is thrown away."""
    return anonymise(text, open_anonymiser(ProxySettings(), secrets.token_bytes(32))).value


def _source_id(role: str) -> str:
    return f"{role}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
