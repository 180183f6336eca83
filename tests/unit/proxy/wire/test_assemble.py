import json

import pytest

from proxy.exchange import Chunk, Shape
from proxy.wire.assemble import Assembly, read_reply
from proxy.wire.reply import Choice, Reply, Usage
from tests.records import chat_body
from tests.unit.proxy.wire.streams import DONE, chat_chunk, event_bytes, read_stream, read_whole


def _read(*chunks: bytes, streamed: bool = True, shape: Shape = Shape.CHAT) -> Assembly:
    return read_reply(shape, streamed=streamed, chunks=[Chunk(number, data) for number, data in enumerate(chunks)])


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("streamed", [True, False])
def test_nothing_at_all_is_an_empty_reply_that_has_not_ended(shape: Shape, *, streamed: bool) -> None:
    nothing = Assembly(Reply(), (), ended=False, malformed=0)
    assert read_reply(shape, streamed=streamed, chunks=[]) == nothing
    assert read_reply(shape, streamed=streamed, chunks=[Chunk(1, b"")]) == nothing


def test_a_whole_body_is_one_output_event_at_its_first_byte() -> None:
    body = chat_body("hello")
    found = _read(b"", body[:9], body[9:], streamed=False)
    assert found.output_events_ns == (1,)
    assert found.ended
    assert found.reply == Reply(
        choices=(Choice(text="hello", finish_reason="stop"),),
        usage=Usage(prompt_tokens=3, completion_tokens=2),
        model="m",
    )


def test_a_body_where_a_stream_was_expected_is_read_as_a_body() -> None:
    found = _read(b" \n", b'{"error": {"type": "rate', b'_limit_error", "message": "m"}}')
    assert found == Assembly(Reply(error="rate_limit_error"), (), ended=True, malformed=0)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"null", b"<html>", b"\xff\xfe", b"[" * 100_000])
@pytest.mark.parametrize("shape", Shape)
def test_a_body_that_is_no_json_object_is_malformed(shape: Shape, body: bytes) -> None:
    assert _read(body, streamed=False, shape=shape) == Assembly(Reply(), (), ended=False, malformed=1)


@pytest.mark.parametrize("event", [b"data: {", b"data: []", b"data: x", b"data:", b"data: NaN", b"data: \xff"])
def test_a_malformed_event_is_counted_and_the_rest_is_read(event: bytes) -> None:
    found = _read(event_bytes(chat_chunk({"content": "a"})), event + b"\n\n", event_bytes(chat_chunk({"content": "b"})))
    assert found.malformed == 1
    assert found.reply.first.text == "ab"
    assert found.output_events_ns == (0, 2)


def test_a_half_event_at_the_end_is_malformed_and_the_stream_has_not_ended() -> None:
    half = event_bytes(chat_chunk({"content": "b"}))[:-12]
    found = _read(event_bytes(chat_chunk({"content": "a"})), half)
    assert (found.malformed, found.ended, found.reply.first.text) == (1, False, "a")


def test_a_last_event_without_its_blank_line_counts_when_its_data_is_whole() -> None:
    found = _read(event_bytes(chat_chunk({"content": "a"})), DONE.strip())
    assert (found.malformed, found.ended) == (0, True)


def test_comments_are_not_malformed_even_at_the_end() -> None:
    found = _read(b": ping\n\n", event_bytes(chat_chunk({"content": "a"})), DONE, b": bye\n")
    assert (found.malformed, found.ended, found.output_events_ns) == (0, True, (1,))


def test_an_oversized_event_is_malformed() -> None:
    found = _read(b"data: " + b"x" * 17_000_000 + b"\n\n", event_bytes(chat_chunk({"content": "a"})))
    assert found.malformed == 1
    assert found.reply.first.text == "a"


def test_several_events_in_one_chunk_share_its_stamp() -> None:
    both = event_bytes(chat_chunk({"content": "a"})) + event_bytes(chat_chunk({"content": "b"}))
    assert _read(both, DONE).output_events_ns == (0, 0)


def test_an_event_cut_over_chunks_is_stamped_at_its_first_byte() -> None:
    event = event_bytes(chat_chunk({"content": "a"}))
    assert _read(event[:3], event[3:-1], event[-1:] + DONE).output_events_ns == (0,)


def test_a_pair_cut_over_two_events_is_one_character() -> None:
    found = _read(
        b'data: {"choices": [{"index": 0, "delta": {"content": "\\ud83d"}}]}\n\n',
        b'data: {"choices": [{"index": 0, "delta": {"content": "\\ude00!"}}]}\n\n',
    )
    assert found.reply.first.text == "\U0001f600!"
    assert found.output_events_ns == (0, 1)


def test_a_pair_whose_other_half_never_comes_is_replaced() -> None:
    found = _read(b'data: {"model": "\\ude00", "choices": [{"delta": {"content": "a\\ud83d"}}]}\n\n')
    assert found.reply.first.text == "a\ufffd"
    assert found.reply.model == "\ufffd"


def test_an_event_with_a_name_and_no_type_is_known_by_its_name() -> None:
    payload = {"index": 0, "delta": {"type": "text_delta", "text": "a"}}
    found = _read(event_bytes(payload, name="content_block_delta"), shape=Shape.MESSAGES)
    assert found.reply.first.text == "a"


def test_an_embeddings_reply_keeps_its_counts_and_no_vectors() -> None:
    data = [{"object": "embedding", "index": 0, "embedding": [0.25, 0.5]}]
    usage = {"prompt_tokens": 4, "total_tokens": 4}
    found = read_whole(Shape.EMBEDDINGS, {"object": "list", "model": "e", "data": data, "usage": usage})
    assert found == Assembly(Reply(usage=Usage(prompt_tokens=4), model="e"), (), ended=True, malformed=0)


def test_an_error_of_an_embeddings_reply_is_named_streamed_or_whole() -> None:
    error = {"error": {"type": "invalid_request_error"}}
    assert read_whole(Shape.EMBEDDINGS, error).reply == read_stream(Shape.EMBEDDINGS, error).reply
    assert read_whole(Shape.EMBEDDINGS, error).reply.error == "invalid_request_error"


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("streamed", [True, False])
def test_the_message_of_an_error_is_never_kept(shape: Shape, *, streamed: bool) -> None:
    body = json.dumps({"error": {"type": "my prompt", "code": "my prompt", "message": "my prompt"}}).encode()
    found = _read(b"data: " + body if streamed else body, streamed=streamed, shape=shape)
    assert found.reply.error == "error"
    assert "my prompt" not in found.reply.model_dump_json()


@pytest.mark.parametrize("depth", [50, 500, 5_000])
@pytest.mark.parametrize("core", [b"", b'"\\ud83d"'])
@pytest.mark.parametrize("shape", Shape)
def test_deep_nesting_is_read_or_refused_and_never_raises(shape: Shape, core: bytes, depth: int) -> None:
    deep = b"[" * depth + core + b"]" * depth
    body = b'{"content": [{"type": "tool_use", "name": "f", "input": {"a": ' + deep + b"}}]}"
    for found in (_read(body, streamed=False, shape=shape), _read(b"data: " + body + b"\n\n", shape=shape)):
        assert found.malformed == (depth > 100)
        assert Reply.model_validate_json(found.reply.model_dump_json()) == found.reply
