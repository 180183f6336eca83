import json
from pathlib import Path

import jsonschema_rs
import pytest

from shadow.suites.adversarial.draw import draw_adversarial
from shadow.suites.heldout.draw import draw_heldout
from shadow.suites.schema import suite_schema

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "suite.schema.json"


def test_the_published_schema_is_the_models() -> None:
    """`python -m shadow.suites.schema docs/reference/suite.schema.json` writes it anew."""
    assert json.loads(PAGE.read_text("utf-8")) == suite_schema()


def test_every_drawn_example_fits_the_schema() -> None:
    validator = jsonschema_rs.validator_for(suite_schema())
    for suite in (draw_heldout(seed=1, size=220), draw_adversarial(seed=1, size=220)):
        for example in suite.examples:
            line = json.loads(example.to_line())
            if "surrogate" not in example.family:
                assert validator.is_valid(line), example.id


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "a b"},
        {"messages": []},
        {"checks": [{"kind": "sounds_right"}]},
        {"checks": [{"kind": "words"}]},
        {"weight": 0},
        {"colour": "red"},
    ],
)
def test_what_the_reader_refuses_the_schema_refuses_too(wrong: dict[str, object]) -> None:
    line = {"id": "a", "category": "c", "messages": [{"role": "user", "content": "q"}]}
    validator = jsonschema_rs.validator_for(suite_schema())
    assert validator.is_valid(line)
    assert not validator.is_valid(line | wrong)
