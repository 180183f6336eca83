import math
from typing import Any

import pytest

from proxy.errors import BadRecord
from proxy.wire.fields import MAX_DEPTH, count, decode, parts, place, rows, table, text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a": 1} tail',
        b"NaN",
        b"-Infinity",
        b"1e999",
        b'{"a": [-1e400]}',
        b"1" * 5_000,
        b'"\xff"',
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-32"),
    ],
)
def test_what_is_no_json_in_utf_8_is_a_bad_record(data: bytes) -> None:
    with pytest.raises(BadRecord):
        decode(data)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 300, 2_000, 100_000])
@pytest.mark.parametrize(("left", "core", "right"), [(b"[", b"", b"]"), (b'{"a":', b'"\\ud800"', b"}")])
def test_deep_nesting_is_a_bad_record(left: bytes, core: bytes, right: bytes, depth: int) -> None:
    with pytest.raises(BadRecord):
        decode(left * depth + core + right * depth)


def test_the_deepest_nesting_that_is_read() -> None:
    value = decode("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH):
        inner, value = value, value[0] if value else None
    assert inner == []


def test_many_brackets_side_by_side_or_in_a_text_are_not_deep() -> None:
    assert decode(b"[" + b"{}," * 1_000 + b"{}]") == [{}] * 1_001
    assert decode(b'"' + b"[" * 1_000 + b'"') == "[" * 1_000


def test_the_message_never_quotes_the_text() -> None:
    with pytest.raises(BadRecord) as caught:
        decode(b'{"secret')
    assert "secret" not in str(caught.value)


def test_a_byte_order_mark_is_read_over() -> None:
    assert decode(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert decode(rb'"\ud83d\ude00"') == "\U0001f600"


def test_a_lone_surrogate_is_replaced_in_keys_and_values_alike() -> None:
    assert decode(rb'{"\ud83d": ["\ude00", {"a": "\ud83d!"}]}') == {"\ufffd": ["\ufffd", {"a": "\ufffd!"}]}


def test_a_lone_surrogate_is_kept_when_the_other_half_may_come() -> None:
    assert decode(rb'{"a": "\ud83d"}', surrogates=True) == {"a": "\ud83d"}


@pytest.mark.parametrize("value", [None, True, 1, 1.5, [], {}, ["text"]])
def test_a_wrong_type_reads_as_an_empty_text(value: Any) -> None:
    assert text({"a": value}, "a") == ""
    assert text({}, "a") == ""


@pytest.mark.parametrize("value", [None, True, -1, 1.0, math.inf, "1", [1], 10**30, 10**400])
def test_a_wrong_or_absurd_count_is_missing(value: Any) -> None:
    assert count({"a": value}, "a") is None


def test_zero_is_a_count() -> None:
    assert count({"a": 0}, "a") == 0


@pytest.mark.parametrize("value", [None, True, 1, "text", [{}]])
def test_a_wrong_type_reads_as_an_empty_table(value: Any) -> None:
    assert table({"a": value}, "a") == {}


@pytest.mark.parametrize("value", [None, {}, "text", 3, ["text", 1, None, [{}]]])
def test_a_wrong_type_reads_as_no_rows(value: Any) -> None:
    assert rows({"a": value}, "a") == []


def test_rows_keeps_the_objects_of_a_mixed_array() -> None:
    assert rows({"a": [1, {"b": 2}, "c", {}]}, "a") == [{"b": 2}, {}]


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (4_095, 4_095), (4_096, 0), (-1, 0), (None, 0), ("2", 0)])
def test_an_absurd_place_is_the_first(value: Any, expected: int) -> None:
    assert place({"index": value}) == expected
    assert place({"output_index": value}, "output_index") == expected


def test_the_parts_of_a_content_are_joined_and_others_left_out() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:"}}
    assert parts([{"type": "text", "text": "a"}, image, "b", None, {"type": "input_text", "text": "c"}]) == "ac"
    assert parts("whole") == "whole"
    assert parts(None) == parts(3) == parts({"text": "a"}) == ""
