import sys
from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import SpanKind, StatusCode

from proxy.errors import UsageError
from proxy.exchange import Chunk
from proxy.tracing import Tracing, open_tracing, record_headers, traceparent_of
from tests.records import raw_exchange

_CLIENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_ARRIVED_NS = int(raw_exchange().started_at * 1e9)
_SECOND = 1_000_000_000


class Recorded:
    """Tracing into memory, a fixed time after the exchange's arrival.

    Args:
        now_ns: Wall-clock ns since the arrival.
        monotonic_ns: The doors' clock at the same moment.
    """

    def __init__(self, *, now_ns: int = 5 * _SECOND, monotonic_ns: int = 5 * _SECOND) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(sampler=ParentBased(ALWAYS_ON), shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracing = Tracing(
            provider.get_tracer("test"), clock=lambda: _ARRIVED_NS + now_ns, monotonic=lambda: monotonic_ns
        )

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    @property
    def span(self) -> ReadableSpan:
        (only,) = self.spans
        return only


def _raw(*headers: tuple[str, str], **changes: Any) -> Any:
    return raw_exchange(headers=headers, **changes)


def _ids(traceparent: str) -> tuple[int, int]:
    _, trace, span, _ = traceparent.split("-")
    return int(trace, 16), int(span, 16)


def test_an_exchange_continues_the_trace_of_its_client() -> None:
    recorded = Recorded()
    trace = recorded.tracing.door(_raw(("traceparent", _CLIENT), ("tracestate", "vendor=secret")), route="chat")
    assert recorded.span.parent is not None
    assert (recorded.span.parent.trace_id, recorded.span.parent.span_id) == _ids(_CLIENT)
    assert _ids(trace) == (recorded.span.context.trace_id, recorded.span.context.span_id)
    assert recorded.span.kind is SpanKind.SERVER
    assert record_headers(trace) == {"traceparent": trace.encode()}


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("traceparent", "nonsense"),),
        (("traceparent", _CLIENT.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32)),),
        (("traceparent", _CLIENT), ("traceparent", _CLIENT)),
    ],
    ids=["none", "malformed", "zero", "two"],
)
def test_without_one_valid_trace_of_the_client_a_new_one_begins(headers: tuple[tuple[str, str], ...]) -> None:
    recorded = Recorded()
    assert recorded.tracing.door(_raw(*headers), route="chat")
    assert recorded.span.parent is None


def test_a_client_that_does_not_sample_is_not_recorded_and_its_trace_goes_on() -> None:
    recorded = Recorded()
    trace = recorded.tracing.door(_raw(("traceparent", _CLIENT[:-1] + "0")), route="chat")
    recorded.tracing.step("admit", parent=trace, started_ns=_ARRIVED_NS, facts={})
    assert recorded.spans == ()
    assert _ids(trace)[0] == _ids(_CLIENT)[0]
    assert trace.endswith("-00")


def test_the_door_spans_arrival_to_last_byte() -> None:
    """The doors' clock stood at 3 s when the reply ended, and stands at 5 s now, which is 5 s after the arrival."""
    recorded = Recorded()
    raw = _raw(sent_ns=1 * _SECOND, ended_ns=3 * _SECOND, reply=(Chunk(2 * _SECOND, b"reply"),))
    recorded.tracing.door(raw, route="chat")
    assert (recorded.span.start_time, recorded.span.end_time) == (_ARRIVED_NS, _ARRIVED_NS + 3 * _SECOND)
    assert [(event.name, event.timestamp) for event in recorded.span.events] == [
        ("first reply byte", _ARRIVED_NS + 2 * _SECOND)
    ]


def test_stamps_of_another_clock_count_from_the_arrival() -> None:
    recorded = Recorded(monotonic_ns=1_000 * _SECOND)
    recorded.tracing.door(_raw(sent_ns=1 * _SECOND, ended_ns=3 * _SECOND), route="chat")
    assert recorded.span.end_time == _ARRIVED_NS + 2 * _SECOND


def test_an_exchange_without_times_ends_where_it_began() -> None:
    recorded = Recorded(monotonic_ns=1_000 * _SECOND)
    recorded.tracing.door(_raw(sent_ns=0, ended_ns=0, reply=()), route="chat")
    assert recorded.span.end_time == recorded.span.start_time == _ARRIVED_NS


def test_steps_stand_below_the_door_even_after_a_wait_on_disk() -> None:
    before, after = Recorded(), Recorded(now_ns=9 * _SECOND)
    trace = before.tracing.door(_raw(), route="chat")
    carried = traceparent_of(record_headers(trace))
    facts: Mapping[Any, str | int] = {"lane": "candidate", "outcome": "completed"}
    after.tracing.step("replay", parent=carried, started_ns=_ARRIVED_NS + 7 * _SECOND, facts=facts)
    assert after.span.parent is not None
    assert (after.span.parent.trace_id, after.span.parent.span_id) == _ids(trace)
    assert after.span.parent.is_remote
    assert (after.span.start_time, after.span.end_time) == (_ARRIVED_NS + 7 * _SECOND, _ARRIVED_NS + 9 * _SECOND)
    assert after.span.attributes == {"understudy.lane": "candidate", "understudy.outcome": "completed"}


def test_a_failed_step_says_its_kind() -> None:
    recorded = Recorded()
    trace = recorded.tracing.door(_raw(), route="chat")
    recorded.tracing.step("publish", parent=trace, started_ns=_ARRIVED_NS, facts={}, failure="Unavailable")
    published = recorded.spans[-1]
    assert (published.status.status_code, published.status.description) == (StatusCode.ERROR, "Unavailable")
    assert published.kind is SpanKind.PRODUCER


def test_no_span_holds_what_was_said_or_who_said_it() -> None:
    recorded = Recorded()
    secret = "Xaver Huber xaver@example.org"
    raw = _raw(
        ("tracestate", f"v={secret}"),
        ("x-conversation-id", secret),
        body=secret.encode(),
        reply=(Chunk(1, secret.encode()),),
        path=f"/{secret}/v1/chat/completions",
    )
    trace = recorded.tracing.door(raw, route="chat")
    assert "xaver" not in recorded.span.to_json().lower()
    assert "xaver" not in trace.lower()
    assert recorded.span.attributes == {
        "understudy.exchange": "raw-0001",
        "understudy.door": "gateway",
        "understudy.route": "chat",
        "understudy.outcome": "complete",
        "understudy.status": 200,
        "understudy.request_bytes": len(secret),
        "understudy.reply_bytes": len(secret),
    }


def test_without_an_endpoint_nothing_is_recorded_and_no_record_carries_a_trace() -> None:
    tracing = open_tracing(endpoint="", ratio=1.0, service="test")
    trace = tracing.door(_raw(("traceparent", _CLIENT)), route="chat")
    tracing.step("admit", parent=_CLIENT, started_ns=0, facts={})
    tracing.close()
    assert trace == ""
    assert record_headers(trace) == {}


def test_an_endpoint_without_the_extra_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(UsageError, match="otel"):
        open_tracing(endpoint="http://127.0.0.1:1/v1/traces", ratio=1.0, service="test")


def test_a_record_without_a_trace_has_none() -> None:
    assert traceparent_of({}) == ""
    assert traceparent_of({"traceparent": b"\xff"}) != ""
    recorded = Recorded()
    recorded.tracing.step("replay", parent=traceparent_of({}), started_ns=0, facts={})
    assert recorded.spans == ()
