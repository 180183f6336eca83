import json

import pytest
from pydantic import JsonValue, ValidationError

from shadow.suites.check import CHECK
from shadow.suites.example import Example

KINDS: list[dict[str, JsonValue]] = [
    {"kind": "exact", "value": "yes"},
    {"kind": "number", "value": 3.5, "tolerance": 0.1},
    {"kind": "regex", "pattern": "a+"},
    {"kind": "contains", "values": ["a"], "mode": "any"},
    {"kind": "not_contains", "values": ["a"]},
    {"kind": "choice", "value": "B", "options": ["A", "B"]},
    {"kind": "json_schema", "schema": {"type": "object"}},
    {"kind": "json_equals", "value": {"a": 1}},
    {"kind": "tool_call", "name": "f", "arguments": {}},
    {"kind": "words", "minimum": 1, "maximum": 5},
]


@pytest.mark.parametrize("check", KINDS, ids=lambda check: str(check["kind"]))
def test_every_kind_is_kept_as_it_was_written(check: dict[str, JsonValue]) -> None:
    example = Example(id="a", category="c", messages=({"role": "user", "content": "q"},), checks=(check,))
    assert example.checks == (check,)
    assert json.loads(example.model_dump_json())["checks"] == [check]


@pytest.mark.parametrize("check", KINDS, ids=lambda check: str(check["kind"]))
def test_a_check_with_a_field_too_many_or_too_few_is_refused(check: dict[str, JsonValue]) -> None:
    with pytest.raises(ValidationError):
        CHECK.validate_python({**check, "extra": 1})
    with pytest.raises(ValidationError):
        CHECK.validate_python({"kind": check["kind"]})


def test_the_body_leaves_out_what_the_example_leaves_out() -> None:
    example = Example(id="a", category="c", messages=({"role": "user", "content": "q"},))
    assert set(example.to_body(model="m")) == {"model", "messages", "temperature", "max_tokens"}


def test_a_line_keeps_a_lone_surrogate_and_reads_umlauts() -> None:
    asked = Example(id="a", category="c", messages=({"role": "user", "content": "\ud800"},), language="de")
    plain = Example(id="a", category="c", messages=({"role": "user", "content": "größer"},))
    assert json.loads(asked.to_line())["messages"][0]["content"] == "\ud800"
    assert "größer" in plain.to_line()
    assert Example.model_validate(json.loads(asked.to_line())) == asked


@pytest.mark.parametrize("field", ["canary", "reference"])
def test_what_the_store_must_hold_as_it_is_has_no_lone_surrogate(field: str) -> None:
    with pytest.raises(ValidationError, match="lone surrogate"):
        Example.model_validate({"id": "a", "category": "c", "messages": [{"role": "user"}], field: "\udfff"})
