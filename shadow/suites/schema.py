"""The JSON Schema of a suite's line, made from the model: `python -m shadow.suites.schema FILE` writes it."""

import json
import sys
from pathlib import Path
from typing import Any

from shadow.suites.check import CHECK
from shadow.suites.example import Example


def suite_schema() -> dict[str, Any]:
    """The schema of one line of a suite; the kinds of check are spelled out, as the reader demands them."""
    schema = Example.model_json_schema()
    checks = CHECK.json_schema()
    schema["$defs"] = schema.get("$defs", {}) | checks.pop("$defs")
    schema["properties"]["checks"]["items"] = checks
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "One line of an Understudy suite"}
    return schema | named


def write_schema(file: Path) -> None:
    """Write the schema as its page in the docs has it."""
    file.write_text(json.dumps(suite_schema(), indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    write_schema(Path(sys.argv[1]))
