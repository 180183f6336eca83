"""The published JSON Schema of a decision's record: `python -m tests.meta.decision_schema` rewrites it."""

import json
from pathlib import Path

from analytics.decide.decision import Decision

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "decision.schema.json"


def decision_schema() -> str:
    """The schema of `decision.json`, made from the record's model."""
    schema = Decision.model_json_schema(mode="serialization")
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(decision_schema(), "utf-8")
