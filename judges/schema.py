"""JSON Schema validation that never leaves the process: jsonschema-rs with remote references blocked."""

import json
from functools import lru_cache
from typing import Any, Final, NoReturn

import jsonschema_rs
from pydantic import JsonValue

_CACHED: Final = 512


class BrokenSchema(ValueError):
    """The schema itself cannot be used: malformed, or it refers to another place."""


def _block(uri: str) -> NoReturn:
    message = f"remote reference refused: {len(uri)} characters"
    raise ValueError(message)


@lru_cache(maxsize=_CACHED)
def _validator(schema: str) -> Any:  # noqa: ANN401 - the library returns one class per draft
    try:
        return jsonschema_rs.validator_for(json.loads(schema), retriever=_block)
    except (ValueError, RecursionError) as error:
        raise BrokenSchema(type(error).__name__) from error


def violations(value: JsonValue, *, schema: dict[str, JsonValue]) -> list[str]:
    """Keywords that `value` breaks, each once in order (`required`, `type`, ...); empty when it is valid.

    The draft is the one that `$schema` names, else 2020-12.

    Raises:
        BrokenSchema: the schema cannot be used.
    """
    validator = _validator(json.dumps(schema, sort_keys=True))
    try:
        if validator.is_valid(value):
            return []
        found = [_keyword(error.schema_path) for error in validator.iter_errors(value)]
    except (ValueError, OverflowError) as error:
        raise BrokenSchema(type(error).__name__) from error
    return list(dict.fromkeys(found)) or ["schema"]


def _keyword(path: list[str | int]) -> str:
    words = [part for part in path if isinstance(part, str)]
    return words[-1] if words else "schema"
