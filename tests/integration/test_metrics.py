"""What Prometheus would scrape: the capture process as users run it, and the rules that we ship."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from proxy.channel import ChannelSender, socket_path
from proxy.coverage import Disposition, Ledger
from proxy.exchange import Door
from proxy.log.kafka import create_topics
from proxy.log.topics import ALL
from proxy.metrics import CaptureMetrics, serving
from proxy.settings import KafkaSettings
from shadow.stack.processes import Service, end, free_port, start
from shadow.worker.metrics import WorkerMetrics
from tests.records import raw_exchange

_ROOT = Path(__file__).parents[2]
type Scraped = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def _scrape(port: int) -> Scraped:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.status == 200
        families = text_string_to_metric_families(await answer.text())
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in families
            for sample in family.samples
        }


def _requests(disposition: str, reason: str = "") -> tuple[str, tuple[tuple[str, str], ...]]:
    labels = {"disposition": disposition, "door": "gateway", "reason": reason, "route": "chat"}
    return "understudy_requests_total", tuple(sorted(labels.items()))


@asynccontextmanager
async def _capture(kafka: KafkaSettings, folder: Path) -> AsyncIterator[int]:
    """`understudy capture` that keeps everything; gives the port of its metrics."""
    port = free_port()
    environment = {
        "UNDERSTUDY_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "UNDERSTUDY_KAFKA_IDEMPOTENT": str(kafka.idempotent).lower(),
        "UNDERSTUDY_PROXY_STATE_DIR": str(folder),
        "UNDERSTUDY_PROXY_LEAST_RATIO": "1",
        "UNDERSTUDY_PROXY_METRICS_PORT": str(port),
    }
    argv = [sys.executable, "-m", "analytics.cli", "capture"]
    service = Service(name="capture", argv=argv, ready_file=folder / "ready" / "capture")
    running = await asyncio.to_thread(start, service, folder=folder, environment=environment)
    assert running is not None
    try:
        yield port
    finally:
        await asyncio.to_thread(end, running)


async def test_the_capture_process_serves_its_own_counts_and_its_doors(tansu: KafkaSettings, tmp_path: Path) -> None:
    await create_topics(tansu, ALL)
    door = Ledger("gateway-1")
    sender = ChannelSender(socket_path(tmp_path), max_messages=1_000, max_bytes=2**24)
    async with _capture(tansu, tmp_path) as port, asyncio.timeout(60):
        sending = asyncio.create_task(sender.run())
        for number in range(20):
            door.count(Disposition.SEEN, at=raw_exchange().started_at, door=Door.GATEWAY, route="chat")
            assert sender.offer(raw_exchange(exchange_id=f"{number}", body=b"{half" if number == 0 else _BODY))
            for entry in door.changed():
                sender.note(entry)
        while (found := await _scrape(port)).get(_requests("published")) != 19:
            await asyncio.sleep(0.2)
        sending.cancel()
    assert found[_requests("seen")] == 20
    assert found[_requests("dropped", "bad_request")] == 1
    assert found["understudy_admission_seconds_count", ()] == 20
    assert found["understudy_publication_seconds_count", ()] == 19
    assert found["understudy_broker_away", ()] == 0
    assert found["understudy_spool_parcels", ()] == 0
    assert found["process_resident_memory_bytes", ()] > 2**20


_BODY = raw_exchange().body


async def test_a_port_that_is_taken_costs_the_metrics_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    with serving(CollectorRegistry(), port=0) as first:
        assert first is not None
        with serving(CollectorRegistry(), port=first) as second:
            assert second is None
        assert str(first) in caplog.text
        assert await _scrape(first) == {}
    with pytest.raises(aiohttp.ClientConnectorError):
        await _scrape(first)


def test_rules_and_docs_name_metrics_that_exist() -> None:
    known = {
        name
        for registry in (CaptureMetrics().registry, WorkerMetrics().registry)
        for family in registry.collect()
        for name in (family.name, f"{family.name}_total", f"{family.name}_bucket", f"{family.name}_count")
    }
    for file in ("deploy/prometheus/understudy.rules.yml", "docs/how-to/watch-capture.md"):
        named = set(re.findall(r"understudy_[a-z_]+", (_ROOT / file).read_text("utf-8")))
        assert named
        assert named <= known, file
