"""Whatever a server sends and however it is cut: the same events, the same reply, and nothing raised."""

import itertools
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy.errors import BadRecord
from proxy.exchange import Chunk, Exchange, Shape
from proxy.wire.assemble import Assembly, read_reply
from proxy.wire.fields import decode
from proxy.wire.reply import Reply
from proxy.wire.request import read_request
from proxy.wire.sse import SseEvent, SseSplitter
from tests.records import exchange

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIMIT = 24
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
LINES = st.sampled_from(
    [b"data: a", b"data:b", b"data", b": ping", b"event: x", b"id: 1", b"", b"", b"data: " + b"x" * 30, b"dat", b"\xff"]
)
STREAMS = st.builds(
    lambda mark, lines, rest: mark + b"".join(line + end for line, end in lines) + rest,
    st.sampled_from([b"", b"", b"\xef\xbb\xbf"]),
    st.lists(st.tuples(LINES, ENDS), max_size=14),
    LINES,
)
KEYS = [
    *("type", "index", "output_index", "delta", "message", "response", "content", "content_block", "item", "output"),
    *("choices", "text", "thinking", "partial_json", "reasoning", "tool_calls", "function", "name", "arguments"),
    *("logprobs", "tokens", "token_logprobs", "token", "logprob", "usage", "prompt_tokens", "input_tokens", "error"),
    *("finish_reason", "stop_reason", "status", "model", "input", "id", "role", "messages", "prompt", "tools"),
]
KINDS = [
    *("message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta"),
    *("message_stop", "tool_use", "error", "message", "reasoning", "function_call", "response.completed"),
    *("response.output_text.delta", "response.output_item.added", "response.function_call_arguments.delta"),
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), *KINDS, *KINDS, "\ud83d", "\ude00"])
    | st.floats()
    | st.text(max_size=6)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=24,
)
PAYLOADS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6)


@st.composite
def cuts(draw: st.DrawFn, stream: bytes) -> list[int]:
    inner = draw(st.lists(st.integers(0, len(stream)), max_size=8)) if stream else []
    return [0, *sorted(set(inner) - {0, len(stream)}), len(stream)]


def _split(stream: bytes, places: list[int], *, stamps: dict[int, int]) -> tuple[list[SseEvent], int]:
    """Events and oversized ones of a stream cut at `places`; a piece is stamped by the byte that it begins with."""
    splitter = SseSplitter(max_event_bytes=LIMIT)
    found: list[SseEvent] = []
    for start, end in itertools.pairwise(places):
        found += splitter.feed(stream[start:end], at_ns=stamps[start])
    rest = splitter.finish()
    return [*found, *([rest] if rest else [])], splitter.oversized


@given(st.data(), STREAMS)
@settings(PATIENT, max_examples=400)
def test_a_stream_cut_anywhere_gives_the_same_events_and_stamps(data: st.DataObject, stream: bytes) -> None:
    places = data.draw(cuts(stream))
    bytewise = list(range(len(stream) + 1))
    fine, fine_oversized = _split(stream, bytewise, stamps={at: at for at in bytewise})
    coarse, coarse_oversized = _split(stream, places, stamps={at: at for at in places})
    expected = [
        SseEvent(max(at for at in places if at <= event.first_byte_ns), event.name, event.data, event.whole)
        for event in fine
    ]
    assert coarse == expected
    assert coarse_oversized == fine_oversized


@given(st.lists(st.tuples(st.text(max_size=9), st.integers(0, 3)), max_size=6), ENDS, st.data())
@settings(PATIENT, max_examples=150)
def test_what_was_written_as_events_is_read_back(
    written: list[tuple[str, int]], end: bytes, data: st.DataObject
) -> None:
    texts = [json.dumps(text).encode() for text, _ in written]
    stream = b"".join(
        (b": ping" + end) * pings + b"data: " + text + end * 2 for text, (_, pings) in zip(texts, written, strict=True)
    )
    splitter = SseSplitter()
    places = data.draw(cuts(stream))
    found = [
        event for start, stop in itertools.pairwise(places) for event in splitter.feed(stream[start:stop], at_ns=start)
    ]
    rest = splitter.finish()
    assert [event.data for event in [*found, *([rest] if rest else [])]] == texts


def _sound(found: Assembly) -> None:
    assert Reply.model_validate_json(found.reply.model_dump_json()) == found.reply
    assert list(found.output_events_ns) == sorted(found.output_events_ns)
    assert found.malformed >= 0


@given(st.sampled_from(Shape), st.booleans(), st.lists(st.binary(max_size=60), max_size=4))
@settings(PATIENT, max_examples=200)
def test_arbitrary_bytes_never_raise(shape: Shape, streamed: bool, pieces: list[bytes]) -> None:  # noqa: FBT001 - hypothesis passes by position
    _sound(read_reply(shape, streamed=streamed, chunks=[Chunk(at, piece) for at, piece in enumerate(pieces)]))


@given(st.sampled_from(Shape), st.lists(PAYLOADS, max_size=4))
@settings(PATIENT, max_examples=400)
def test_arbitrary_json_never_raises_as_events_or_as_bodies(shape: Shape, payloads: list[dict[str, Any]]) -> None:
    texts = [json.dumps(payload).encode() for payload in payloads]
    _sound(read_reply(shape, streamed=True, chunks=[Chunk(at, b"data: %b\n\n" % t) for at, t in enumerate(texts)]))
    for text in texts:
        _sound(read_reply(shape, streamed=False, chunks=[Chunk(0, text)]))


@given(st.sampled_from(Shape), PAYLOADS, st.text(max_size=9))
@settings(PATIENT, max_examples=200)
def test_arbitrary_requests_never_raise(shape: Shape, body: dict[str, Any], named: str) -> None:
    asked = read_request(shape, body=body, headers={"x-conversation-id": named, "x-understudy-category": named})
    assert asked.turn >= 1
    assert asked.category
    assert len(asked.conversation_id(b"0123456789abcdef")) == 32


@given(st.text(), st.data())
@settings(PATIENT)
def test_a_text_in_pieces_of_utf_16_is_whole_again(text: str, data: st.DataObject) -> None:
    """Some servers cut between the halves of a pair, and each event then holds a lone surrogate."""
    units = text.encode("utf-16-le", "surrogatepass")
    places = [2 * place for place in sorted(data.draw(st.sets(st.integers(0, len(units) // 2), max_size=4)))]
    bounds = [0, *places, len(units)]
    pieces = [units[a:b].decode("utf-16-le", "surrogatepass") for a, b in itertools.pairwise(bounds) if a < b]
    events = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    chunks = [Chunk(at, b"data: " + json.dumps(event).encode() + b"\n\n") for at, event in enumerate(events)]
    found = read_reply(Shape.CHAT, streamed=True, chunks=chunks)
    assert found.reply.first.text == text
    assert found.output_events_ns == tuple(range(len(pieces)))


@given(st.binary(max_size=40) | PAYLOADS.map(lambda payload: json.dumps(payload).encode()))
@settings(PATIENT, max_examples=200)
def test_what_can_be_decoded_can_be_published_and_read_back(data: bytes) -> None:
    try:
        value = decode(data)
    except BadRecord:
        return
    one = exchange(request={"value": value})
    assert Exchange.from_bytes(one.to_bytes()) == one


@given(st.binary(max_size=60) | PAYLOADS.map(lambda payload: json.dumps(payload).encode()))
@settings(PATIENT, max_examples=100)
def test_bytes_that_are_no_exchange_are_a_bad_record(data: bytes) -> None:
    try:
        Exchange.from_bytes(data)
    except BadRecord as error:
        assert str(error).startswith("not an Exchange record")  # noqa: PT017 - any other error fails
    else:
        raise AssertionError("a stranger was taken for an exchange")
