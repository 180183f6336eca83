from typing import Any

import pytest
from jsonschema_rs import validator_for

from shadow.simulator.form import sample

PERSON = {"type": "object", "properties": {"name": {"type": "string"}, "tags": {"type": "array", "items": {}}}}


@pytest.mark.parametrize(
    "schema",
    [
        PERSON,
        {"type": "array", "minItems": 2, "items": {"enum": ["a", "b"]}},
        {"$ref": "#/$defs/person", "$defs": {"person": PERSON}},
        {"anyOf": [{"type": "integer", "minimum": 7}, {"type": "null"}]},
        {"type": ["boolean", "null"]},
        {"const": 4.5},
        {"type": "null"},
    ],
)
def test_a_sample_fits_its_schema(schema: dict[str, Any]) -> None:
    assert validator_for(schema).is_valid(sample(schema))


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    assert sample({"type": "object", "properties": {"next": {"$ref": "#"}}})["next"]
