"""Traces of the way of an exchange, built from stamps after the fact: nothing here runs on a request's path.

A span says where, when, how large and how it ended, never what was said: the names of its attributes are a closed
list. Off unless an endpoint is named; then nothing is recorded and no record carries a trace.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final, Literal

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from proxy.errors import UsageError
from proxy.exchange import RawExchange

TRACE_HEADER: Final = "traceparent"
"""Header of requests and of records that names the trace. Source: W3C Trace Context, Level 1, section 3.2."""

type Fact = Literal[
    "attempts", "deployment", "door", "exchange", "experiment", "lane", "outcome", "reply_bytes", "request_bytes",
    "route", "status",
]  # fmt: skip
"""What a span may say; each stands in it as understudy.NAME."""

type Facts = Mapping[Fact, str | int]

type Step = Literal["admit", "publish", "replay"]

_KINDS: Final[dict[Step, SpanKind]] = {
    "admit": SpanKind.INTERNAL,
    "publish": SpanKind.PRODUCER,
    "replay": SpanKind.CONSUMER,
}
_FORMAT = TraceContextTextMapPropagator()
_EXPORT_S = 5.0


class Tracing:
    """Records spans; without a tracer it does nothing.

    A trace travels as the text of its `traceparent`, since an exchange may wait on disk between two spans. The
    client's `tracestate` ends here: it is free text that no anonymiser has read.

    Args:
        clock: Wall-clock time, ns since the epoch.
        monotonic: The clock of the doors' stamps, ns; one for all processes of a machine.
        close: Sends what is left and lets go of the exporter.
    """

    def __init__(
        self,
        tracer: Tracer | None = None,
        *,
        clock: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = time.perf_counter_ns,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._tracer = tracer
        self._clock = clock
        self._monotonic = monotonic
        self.close = close

    def door(self, raw: RawExchange, *, route: str) -> str:
        """Record an exchange from its arrival to its reply's last byte, below the client's own span if it sent one.

        Returns:
            The `traceparent` under which all that follows belongs; empty when tracing is off.
        """
        if self._tracer is None:
            return ""
        started_ns = int(raw.started_at * 1e9)
        span = self._tracer.start_span(
            f"door {raw.door}",
            context=_client_context(raw),
            kind=SpanKind.SERVER,
            start_time=started_ns,
            attributes=_attributes(_facts(raw, route=route)),
        )
        ended_ns = self._wall_ns(raw, raw.ended_ns)
        if raw.reply:
            span.add_event("first reply byte", timestamp=self._wall_ns(raw, raw.reply[0].at_ns))
        span.end(ended_ns)
        return _traceparent(span)

    def _wall_ns(self, raw: RawExchange, stamp_ns: int) -> int:
        """A door's stamp as time of day; one of another clock (an imported log's) counts from the arrival."""
        now_ns, started_ns = self._clock(), int(raw.started_at * 1e9)
        wall_ns = now_ns - (self._monotonic() - stamp_ns)
        if started_ns <= wall_ns <= now_ns:
            return wall_ns
        return started_ns + max(stamp_ns - raw.sent_ns, 0)

    def step(
        self,
        name: Step,
        *,
        parent: str,
        started_ns: int,
        facts: Facts,
        failure: str = "",
    ) -> None:
        """Record one step that ends now.

        Args:
            parent: A `traceparent`; without one nothing is recorded.
            started_ns: Wall-clock start, ns since the epoch.
            failure: Kind of failure, never payload text; empty when the step went well.
        """
        if self._tracer is None or not parent:
            return
        span = self._tracer.start_span(
            name,
            context=_FORMAT.extract({TRACE_HEADER: parent}, context=Context()),
            kind=_KINDS[name],
            start_time=started_ns,
            attributes=_attributes(facts),
        )
        if failure:
            span.set_status(Status(StatusCode.ERROR, failure))
        span.end(self._clock())


def record_headers(traceparent: str) -> dict[str, bytes]:
    """Headers of a record of the log that belongs to a trace, or none."""
    return {TRACE_HEADER: traceparent.encode()} if traceparent else {}


def traceparent_of(headers: Mapping[str, bytes]) -> str:
    """The trace that a record of the log belongs to, or an empty text."""
    return headers.get(TRACE_HEADER, b"").decode("ascii", "replace")


def open_tracing(*, endpoint: str, ratio: float, service: str) -> Tracing:
    """Tracing to an OTLP/HTTP receiver, or none where no endpoint is named.

    Spans wait in memory, 2,048 at most, for a thread that sends them; what a receiver that is away does not take is
    dropped. Credentials go in OTEL_EXPORTER_OTLP_HEADERS, as with any exporter.

    Args:
        endpoint: URL such as http://127.0.0.1:4318/v1/traces; empty turns tracing off.
        ratio: Share of exchanges that are traced, [0, 1]; where the client sent a trace, its own flag decides.
        service: Name of the process in the traces.

    Raises:
        UsageError: the extra `otel` is not installed.
    """
    if not endpoint:
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError as error:
        message = "traces need the extra otel: install understudy[otel], or unset UNDERSTUDY_TRACES_ENDPOINT"
        raise UsageError(message) from error
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(ratio)),
        resource=Resource.create({"service.name": service}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=_EXPORT_S)))
    return Tracing(provider.get_tracer("understudy"), close=provider.shutdown)


def _client_context(raw: RawExchange) -> Context:
    """The client's span, when it named exactly one."""
    named = [value for name, value in raw.headers if name == TRACE_HEADER]
    return _FORMAT.extract({TRACE_HEADER: named[0]} if len(named) == 1 else {}, context=Context())


def _facts(raw: RawExchange, *, route: str) -> Facts:
    return {
        "exchange": raw.exchange_id,
        "door": raw.door,
        "route": route,
        "outcome": raw.outcome,
        "status": raw.status,
        "request_bytes": len(raw.body),
        "reply_bytes": sum(len(chunk.data) for chunk in raw.reply),
    }


def _attributes(facts: Facts) -> dict[str, str | int]:
    return {f"understudy.{name}": value if isinstance(value, int) else str(value) for name, value in facts.items()}


def _traceparent(span: Span) -> str:
    carrier: dict[str, str] = {}
    _FORMAT.inject(carrier, context=set_span_in_context(span, Context()))
    return carrier.get(TRACE_HEADER, "")
