from contextlib import suppress
from typing import Any

import pytest

from judges.schema import BrokenSchema, violations

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {"age": {"type": "integer", "minimum": 0}, "name": {"type": "string"}},
    "required": ["age", "name"],
    "additionalProperties": False,
}


def test_a_valid_value_breaks_nothing() -> None:
    assert violations({"age": 3, "name": "Ada"}, schema=PERSON) == []
    assert violations(5, schema={}) == []


def test_each_broken_keyword_is_named_once() -> None:
    assert sorted(violations({"age": -1, "x": 1, "y": 2}, schema=PERSON)) == [
        "additionalProperties",
        "minimum",
        "required",
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "https://example.org/person.json"},
        {"$ref": "file:///etc/hostname"},
        {"pattern": "("},
    ],
)
def test_a_schema_that_is_malformed_or_lies_elsewhere_is_broken(schema: dict[str, Any]) -> None:
    with pytest.raises(BrokenSchema):
        violations("text", schema=schema)


@pytest.mark.parametrize("value", [float("1e400"), 10**40, "\ud800", {"\ud800": 1}])
def test_values_at_the_edge_are_answered_or_refused_but_never_crash(value: Any) -> None:
    with suppress(BrokenSchema):
        assert isinstance(violations(value, schema={"type": "string"}), list)


def test_a_meta_schema_of_somebodys_own_is_read_as_2020_12() -> None:
    schema: dict[str, Any] = {"$schema": "https://example.org/draft", "type": "string"}
    assert violations("text", schema=schema) == []
    assert violations(1, schema=schema) == ["type"]


def test_formats_are_notes_unless_they_are_asserted() -> None:
    schema: dict[str, Any] = {"format": "date"}
    assert violations("soon", schema=schema) == []
    assert violations("soon", schema=schema, assert_formats=True) == ["format"]


def test_references_within_the_schema_are_followed() -> None:
    schema: dict[str, Any] = {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}}
    assert violations([1, 2], schema=schema) == []
    assert violations([1, "2"], schema=schema) == ["type"]
