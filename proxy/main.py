"""Wiring of capture and log: the only place of this package where objects are built."""

import asyncio
import os
import secrets
import signal
import socket
from contextlib import AsyncExitStack
from typing import Any

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.anonymise.found import Found
from proxy.capture import Capture
from proxy.channel import ChannelSender, serve_channel, socket_path
from proxy.coverage import Ledger
from proxy.doors.gateway import Gateway
from proxy.errors import UsageError
from proxy.log.kafka import create_topics, open_producer
from proxy.log.topics import ALL
from proxy.readiness import mark_ready
from proxy.settings import KafkaSettings, ProxySettings

_LEAST_KEY_BYTES = 16


def open_gateway(settings: ProxySettings) -> Gateway:
    """The inline door as an ASGI application."""
    channel = ChannelSender(
        socket_path(settings.state_dir), max_messages=settings.queue_exchanges, max_bytes=settings.queue_bytes
    )
    return Gateway(
        upstream=settings.upstream,
        channel=channel,
        ledger=Ledger(_source_id("gateway")),
        max_capture_bytes=settings.max_capture_bytes,
        keep_headers=frozenset({settings.conversation_header, settings.category_header, settings.tenant_header}),
        hidden_headers=frozenset({settings.category_header}),
    )


def run_gateway() -> None:
    """Serve the gateway until SIGTERM or SIGINT; replies under way are finished first."""
    import uvicorn

    settings = ProxySettings()
    uvicorn.run(
        open_gateway(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=30,
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
        capture = Capture(open_admission(settings), producer=producer, ledger=Ledger(_source_id("capture")))
        stack.push_async_callback(capture.finish)
        server = await serve_channel(socket_path(settings.state_dir), capture.receive)
        stack.callback(server.close)
        mark_ready(settings.state_dir, "capture")
        keeping = asyncio.create_task(capture.keep_books())
        await stopping.wait()
        keeping.cancel()


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
