"""A smallest JSON value of a schema's form, for tool arguments and JSON replies that no rule of the script words."""

import json
from typing import Any

from proxy.wire.fields import Json, rows, table

_DEEPEST = 12


def sample(schema: Json) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """A value that fits the schema's types, enums, minima and required properties; patterns are not read."""
    return _sample(schema, root=schema, depth=0)


def is_json(text: str) -> bool:
    """Whether the text is a JSON object or array."""
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _sample(schema: Json, *, root: Json, depth: int) -> Any:  # noqa: ANN401 - as above
    if depth > _DEEPEST:
        return None
    if reference := schema.get("$ref"):
        return _sample(_target(str(reference), root=root), root=root, depth=depth + 1)
    if "const" in schema:
        return schema["const"]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if options := rows(schema, several):
            return _sample(options[0], root=root, depth=depth + 1)
    return _of_type(schema, root=root, depth=depth)


def _of_type(schema: Json, *, root: Json, depth: int) -> Any:  # noqa: ANN401 - as above
    kind = schema.get("type")
    match kind[0] if isinstance(kind, list) and kind else kind:
        case "string":
            return "example"
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case "array":
            least = schema.get("minItems", 1)
            item = _sample(table(schema, "items"), root=root, depth=depth + 1)
            return [item] * min(least if isinstance(least, int) else 1, 16)
        case _:
            return {
                name: _sample(inner, root=root, depth=depth + 1)
                for name, inner in table(schema, "properties").items()
                if isinstance(inner, dict)
            }


def _target(reference: str, *, root: Json) -> Json:
    found = root
    for step in filter(None, reference.removeprefix("#").split("/")):
        found = table(found, step)
    return found
