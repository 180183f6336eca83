"""Traces as a collector gets them, and one trace from a client's request to the answers of the lanes."""

import asyncio
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.capture import Capture
from proxy.coverage import Ledger
from proxy.log.memory import MemoryLog
from proxy.log.topics import EXCHANGES
from proxy.tracing import Tracing, open_tracing, traceparent_of
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_in_loop
from shadow.stack.processes import free_port
from shadow.worker.lane import open_session
from shadow.worker.runner import Runner
from tests.integration.replays import GROUP, Shelf, committed, until
from tests.records import deployment, experiment, raw_exchange

_KEY = b"0123456789abcdef"
_CLIENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Receiver(ThreadingHTTPServer):
    """An OTLP/HTTP receiver that keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.requests: list[ExportTraceServiceRequest] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"


class _Take(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.requests.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_collector_gets_the_spans_of_an_exchange(receiver: Receiver) -> None:
    tracing = open_tracing(endpoint=receiver.url, ratio=1.0, service="understudy-test")
    trace = tracing.door(raw_exchange(headers=(("traceparent", _CLIENT),)), route="chat")
    tracing.step("admit", parent=trace, started_ns=1_000, facts={"outcome": "kept"})
    tracing.close()
    resources = [one for request in receiver.requests for one in request.resource_spans]
    names = {pair.key: pair.value.string_value for one in resources for pair in one.resource.attributes}
    spans = {span.name: span for one in resources for scope in one.scope_spans for span in scope.spans}
    assert names["service.name"] == "understudy-test"
    assert set(spans) == {"door gateway", "admit"}
    assert {span.trace_id.hex() for span in spans.values()} == {_CLIENT.split("-")[1]}
    assert spans["door gateway"].parent_span_id.hex() == _CLIENT.split("-")[2]
    assert spans["admit"].parent_span_id == spans["door gateway"].span_id


def test_a_share_of_exchanges_is_traced_whole(receiver: Receiver) -> None:
    tracing = open_tracing(endpoint=receiver.url, ratio=0.5, service="understudy-test")
    for _ in range(200):
        trace = tracing.door(raw_exchange(), route="chat")
        tracing.step("admit", parent=trace, started_ns=1_000, facts={})
    tracing.close()
    spans = [
        span
        for request in receiver.requests
        for one in request.resource_spans
        for scope in one.scope_spans
        for span in scope.spans
    ]
    doors = {span.trace_id for span in spans if span.name.startswith("door")}
    assert 40 < len(doors) < 160
    assert {span.trace_id for span in spans if span.name == "admit"} == doors


def test_a_collector_that_is_away_costs_nothing_but_the_spans() -> None:
    tracing = open_tracing(endpoint=f"http://127.0.0.1:{free_port()}/v1/traces", ratio=1.0, service="understudy-test")
    assert tracing.door(raw_exchange(), route="chat")
    tracing.close()


def _recorded() -> tuple[Tracing, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Tracing(provider.get_tracer("test")), exporter


async def _captured(log: MemoryLog, tracing: Tracing) -> None:
    naming = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
    admission = Admission(Anonymiser(_KEY), key=_KEY, naming=naming)
    capture = Capture(admission, producer=log.producer(), ledger=Ledger("capture"), tracing=tracing)
    await capture.receive(raw_exchange(headers=(("traceparent", _CLIENT), ("tracestate", "vendor=1"))))
    await capture.finish()


def _named(spans: tuple[ReadableSpan, ...]) -> list[tuple[str, str | None]]:
    """Spans with their lanes, sorted."""
    return sorted(
        (span.name, lane if isinstance(lane := (span.attributes or {}).get("understudy.lane"), str) else None)
        for span in spans
    )


async def test_one_trace_goes_from_the_client_to_every_lane() -> None:
    log, shelf = MemoryLog(), Shelf()
    tracing, exporter = _recorded()
    await _captured(log, tracing)
    (record,) = log.records[EXCHANGES.name]
    assert "tracestate" not in record.headers
    async with (
        simulator_in_loop(Behaviour(model="baseline", ttft_ms=1, itl_ms=0)) as left,
        simulator_in_loop(Behaviour(model="candidate", ttft_ms=1, itl_ms=0)) as right,
        open_session() as session,
    ):
        runner = Runner(
            experiment(
                baseline=deployment("baseline", base_url=left),
                candidate=deployment("candidate", base_url=right),
                again_ratio=0.0,
            ),
            worker_id="worker",
            consumer=log.consumer(EXCHANGES.name, group=GROUP),
            dead_letters=log.producer(),
            session=session,
            sink=shelf,
            batch_rows=10,
            batch_seconds=0.05,
            tracing=tracing,
        )
        work = asyncio.create_task(runner.run())
        await until(lambda: committed(log) == 1)
        await runner.stop()
        await work
    spans = exporter.get_finished_spans()
    assert _named(spans) == [
        ("admit", None),
        ("door gateway", None),
        ("publish", None),
        ("replay", "baseline"),
        ("replay", "candidate"),
    ]
    door = next(span for span in spans if span.name == "door gateway")
    assert traceparent_of(record.headers).split("-")[1:3] == [_CLIENT.split("-")[1], f"{door.context.span_id:016x}"]
    below = [span.parent.span_id for span in spans if span is not door and span.parent is not None]
    assert below == [door.context.span_id] * 4


async def test_without_tracing_a_record_carries_no_trace_of_its_client() -> None:
    log = MemoryLog()
    await _captured(log, Tracing())
    (record,) = log.records[EXCHANGES.name]
    assert set(record.headers) == {"understudy-schema"}
