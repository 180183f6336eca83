import json
import tomllib
from importlib.resources import files
from pathlib import Path

import jsonschema_rs
import pytest

from analytics.decide.score_card import load_score_card
from tests.meta.score_card_schema import PAGE, score_card_schema

_SHIPPED = sorted(one.name for one in (files("analytics") / "decide").iterdir() if one.name.endswith(".toml"))


def test_the_published_schema_is_that_of_the_cards() -> None:
    assert PAGE.read_text("utf-8") == score_card_schema(), "run python -m tests.meta.score_card_schema"


@pytest.mark.parametrize("name", _SHIPPED)
def test_the_cards_that_ship_fit_it(name: str) -> None:
    card = tomllib.loads((files("analytics") / "decide" / name).read_text("utf-8"))
    jsonschema_rs.validator_for(json.loads(score_card_schema())).validate(card)


def test_a_card_with_an_unknown_key_does_not() -> None:
    card = tomllib.loads((files("analytics") / "decide" / "default.toml").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(json.loads(score_card_schema()))
    assert not validator.is_valid(card | {"alhpa": 0.05})
    assert not validator.is_valid(card | {"alpha": 0.7})


def test_the_documented_card_is_one(tmp_path: Path) -> None:
    page = PAGE.parents[1] / "how-to" / "write-a-score-card.md"
    text = page.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "card.toml").write_text(text, "utf-8")
    card = load_score_card(str(tmp_path / "card.toml"))
    assert (card.further.refusals is None, card.further.pii_leak is None, card.further.tool_calls) == (
        False,
        False,
        None,
    )
    jsonschema_rs.validator_for(json.loads(score_card_schema())).validate(tomllib.loads(text))
