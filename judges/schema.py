"""JSON Schema validation that never leaves the process: jsonschema-rs with remote references blocked."""

import json
from functools import lru_cache
from typing import Any, Final, NoReturn

import jsonschema_rs
from pydantic import JsonValue

_CACHED: Final = 512
_DRAFTS: Final = ("http://json-schema.org/draft-", "https://json-schema.org/draft")


class BrokenSchema(ValueError):
    """The schema itself cannot be used: malformed, or it refers to another place."""


def _block(uri: str) -> NoReturn:
    message = f"remote reference refused: {len(uri)} characters"
    raise ValueError(message)


@lru_cache(maxsize=_CACHED)
def _validator(spelled: str, *, assert_formats: bool) -> Any:  # noqa: ANN401 - the library returns one class per draft
    schema = json.loads(spelled)
    if isinstance(schema, dict) and not _names_draft(schema.get("$schema")):
        schema = {key: value for key, value in schema.items() if key != "$schema"}
    try:
        return jsonschema_rs.validator_for(schema, retriever=_block, validate_formats=assert_formats or None)
    except (ValueError, RecursionError) as error:
        raise BrokenSchema(type(error).__name__) from error


def _names_draft(name: object) -> bool:
    return isinstance(name, str) and name.startswith(_DRAFTS)


def violations(value: JsonValue, *, schema: dict[str, JsonValue] | bool, assert_formats: bool = False) -> list[str]:
    """Keywords that `value` breaks, each once in order (`required`, `type`, ...); empty when it is valid.

    The draft is the one that `$schema` names, else 2020-12; a meta-schema of somebody's own is never fetched.

    Args:
        assert_formats: Whether `format` must hold; in 2020-12 it is a note unless the user says otherwise.

    Raises:
        BrokenSchema: the schema cannot be used.
    """
    validator = _validator(json.dumps(schema, sort_keys=True), assert_formats=assert_formats)
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
