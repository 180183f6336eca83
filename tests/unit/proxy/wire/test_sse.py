import pytest

from proxy.wire.sse import SseEvent, SseSplitter


def _split(*chunks: bytes, limit: int = 1_000) -> tuple[list[SseEvent], SseSplitter]:
    """Events of chunks that arrive at 0, 10, 20 ns and so on."""
    splitter = SseSplitter(max_event_bytes=limit)
    found = [event for number, chunk in enumerate(chunks) for event in splitter.feed(chunk, at_ns=10 * number)]
    rest = splitter.finish()
    return [*found, *([rest] if rest else [])], splitter


def _data(*chunks: bytes) -> list[bytes]:
    return [event.data for event in _split(*chunks)[0]]


def test_an_event_is_stamped_when_its_first_byte_came_not_its_last() -> None:
    events, _ = _split(b"data: a\n\nda", b"ta: b\n", b"\ndata: c\n\n")
    assert events == [SseEvent(0, "", b"a"), SseEvent(0, "", b"b"), SseEvent(20, "", b"c")]


def test_an_event_is_given_out_by_the_chunk_that_completes_it() -> None:
    splitter = SseSplitter()
    assert splitter.feed(b"data: a\n", at_ns=1) == []
    assert splitter.feed(b"", at_ns=2) == []
    assert splitter.feed(b"\n", at_ns=3) == [SseEvent(1, "", b"a")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_of_the_standard_is_known(end: bytes) -> None:
    stream = end.join([b"event: x", b"data: a", b"data: b", b"", b"data: c", b"", b""])
    events, _ = _split(stream)
    assert events == [SseEvent(0, "x", b"a\nb"), SseEvent(0, "", b"c")]


def test_a_crlf_cut_in_two_is_one_line_end() -> None:
    assert _data(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\ndata: c\r\n\r\n") == [b"a\nb", b"c"]


def test_mixed_line_ends_make_a_blank_line() -> None:
    assert _data(b"data: a\n\r\ndata: b\r\n\ndata: c\r\rdata: d\n\rdata: e\n\n") == [b"a", b"b", b"c", b"d", b"e"]


@pytest.mark.parametrize("chunks", [(b"\xef\xbb\xbfdata: a\n\n",), (b"\xef", b"\xbb\xbf", b"data: a\n\n")])
def test_a_byte_order_mark_in_front_is_left_out(chunks: tuple[bytes, ...]) -> None:
    assert _data(*chunks) == [b"a"]


def test_a_byte_order_mark_later_is_part_of_the_stream() -> None:
    assert _data(b"data: a\n\n\xef\xbb\xbfdata: b\n\ndata: c\n\n") == [b"a", b"c"]


def test_comments_are_no_events_and_do_not_stamp_the_one_that_follows() -> None:
    events, _ = _split(b": ping\n\n", b": ping\n", b"data: a\n: in between\ndata: b\n\n", b": end\n")
    assert events == [SseEvent(20, "", b"a\nb")]


def test_blank_lines_do_not_stamp_the_event_that_follows() -> None:
    events, _ = _split(b"\n\r\n\n", b"\n", b"data: a\n\n")
    assert events == [SseEvent(20, "", b"a")]


def test_one_space_after_the_colon_is_left_out_and_only_one() -> None:
    assert _data(b"data:a\n\ndata:  b\n\ndata\n\ndata:\n\n") == [b"a", b" b", b"", b""]


def test_other_fields_are_ignored_and_an_event_without_data_is_none() -> None:
    events, _ = _split(b"id: 1\nretry: 5\nevent: x\ndata: a\n\nevent: y\n\ndatum: b\n\n")
    assert events == [SseEvent(0, "x", b"a")]


def test_a_name_that_is_not_utf_8_is_read_all_the_same() -> None:
    events, _ = _split(b"event: \xff\ndata: a\n\n")
    assert events == [SseEvent(0, "\ufffd", b"a")]


def test_a_half_event_is_given_at_the_end_and_marked() -> None:
    events, _ = _split(b"data: a\n\n", b"data: {half")
    assert events == [SseEvent(0, "", b"a"), SseEvent(10, "", b"{half", whole=False)]


def test_a_half_field_is_a_half_event_without_data() -> None:
    assert _split(b"dat")[0] == [SseEvent(0, "", b"", whole=False)]


def test_an_event_that_ends_in_a_blank_line_of_carriage_returns_is_whole() -> None:
    assert _split(b"data: a\r\r")[0] == [SseEvent(0, "", b"a")]


@pytest.mark.parametrize("rest", [b"", b"\n", b"\r\n", b" \n", b": bye", b": bye\n"])
def test_nothing_is_left_when_only_blanks_or_a_comment_follow(rest: bytes) -> None:
    assert _data(b"data: a\n\n", rest) == [b"a"]


def test_finishing_twice_gives_the_half_event_once() -> None:
    splitter = SseSplitter()
    splitter.feed(b"data: a", at_ns=1)
    assert splitter.finish() is not None
    assert splitter.finish() is None


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
def test_an_oversized_event_is_skipped_and_counted_however_it_is_cut(size: int) -> None:
    stream = b"data: a\n\ndata: " + b"x" * 100 + b"\r\n\r\ndata: b\n\n"
    chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
    events, splitter = _split(*chunks, limit=50)
    assert [event.data for event in events] == [b"a", b"b"]
    assert splitter.oversized == 1


@pytest.mark.parametrize("size", [1, 2, 3, 56, 60, 1_000])
def test_an_event_of_just_the_largest_size_is_kept_however_it_is_cut(size: int) -> None:
    stream = b"data: " + b"x" * 50 + b"\r\n\r\n"
    chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
    events, splitter = _split(*chunks, limit=56)
    assert [event.data for event in events] == [b"x" * 50]
    assert splitter.oversized == 0


def test_an_oversized_half_event_leaves_nothing() -> None:
    events, splitter = _split(b"data: " + b"x" * 100, b"y" * 100, limit=50)
    assert events == []
    assert splitter.oversized == 1


def test_an_oversized_event_does_not_fill_the_memory() -> None:
    splitter = SseSplitter(max_event_bytes=100)
    for at in range(1_000):
        splitter.feed(b"x" * 100, at_ns=at)
    assert len(splitter._buffer) <= 200
    assert len(splitter._arrivals) <= 10
