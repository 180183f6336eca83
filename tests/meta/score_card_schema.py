"""The published JSON Schema of score cards: `python -m tests.meta.score_card_schema` rewrites it."""

import json
from pathlib import Path

from analytics.decide.score_card import ScoreCard

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "score-card.schema.json"


def score_card_schema() -> str:
    """The schema of a score card's TOML, as JSON."""
    return json.dumps(ScoreCard.model_json_schema(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    PAGE.write_text(score_card_schema(), "utf-8")
