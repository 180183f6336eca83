import pytest
from pydantic import JsonValue

from judges.document import MAX_DEPTH, NotJson, canonical_json, parse_json


@pytest.mark.parametrize(
    ("text", "value"),
    [("null", None), (' {"a": [1, 2.5, true]} ', {"a": [1, 2.5, True]}), ('"\\u00e9"', "\u00e9"), ("-0", 0)],
)
def test_strict_json_is_read(text: str, value: JsonValue) -> None:
    assert parse_json(text) == value


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", "-Infinity", "{'a': 1}", "[1,]", "01", '{"a": 1} x'])
def test_what_is_no_json_is_invalid(text: str) -> None:
    assert parse_json(text) == NotJson("invalid")


def test_a_number_too_long_to_read_is_invalid() -> None:
    assert parse_json("9" * 10_000) == NotJson("invalid")


def test_nesting_is_read_to_its_bound_and_no_deeper() -> None:
    assert not isinstance(parse_json("[" * MAX_DEPTH + "]" * MAX_DEPTH), NotJson)
    assert parse_json("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == NotJson("too_deep")
    assert parse_json("[" * 200_000) == NotJson("too_deep")


def test_brackets_within_strings_and_side_by_side_are_not_deep() -> None:
    assert isinstance(parse_json('["' + "[" * 500 + '"]'), list)
    assert isinstance(parse_json("[" + ",".join(["[]"] * 500) + "]"), list)


def test_a_key_named_twice_keeps_its_last_value_unless_it_is_refused() -> None:
    assert parse_json('{"a": 1, "a": 2}') == {"a": 2}
    assert parse_json('{"a": 1, "a": 2}', unique_keys=True) == NotJson("duplicate_key")


def test_one_document_has_one_spelling() -> None:
    assert canonical_json({"b": 2.0, "a": [1, "\u00e9"]}) == canonical_json({"a": [1.0, "\u00e9"], "b": 2})
    assert canonical_json({"a": [1, 2]}) != canonical_json({"a": [2, 1]})
    assert canonical_json(1) != canonical_json(True)
    assert canonical_json(0.5) == "0.5"
