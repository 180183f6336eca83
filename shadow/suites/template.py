"""What templates of examples are made of: the fields of an example and the checks that its answer must pass."""

import json
from collections.abc import Callable, Mapping, Sequence
from random import Random

from pydantic import JsonValue

type Fields = dict[str, JsonValue]
"""Fields of an example; the draw adds id, category and family."""

type Template = Callable[[Random], Fields]
"""Draws the fields of one example; the right answer is computed with the question."""

type Catalogue = Mapping[str, Sequence[Template]]
"""Templates by category."""

type Checks = Sequence[Fields]


def ask(text: str, *, checks: Checks, reference: str, max_tokens: int = 24, **more: JsonValue) -> Fields:
    """One question of the user."""
    return talk([("user", text)], checks=checks, reference=reference, max_tokens=max_tokens, **more)


def talk(
    turns: Sequence[tuple[str, str]], *, checks: Checks, reference: str, max_tokens: int = 24, **more: JsonValue
) -> Fields:
    """A conversation that ends with the question; `turns` are (role, text)."""
    return {
        "messages": [{"role": role, "content": text} for role, text in turns],
        "checks": [dict(check) for check in checks],
        "reference": reference,
        "max_tokens": max_tokens,
        **more,
    }


def ask_number(text: str, result: float, *, tolerance: float = 0.0, max_tokens: int = 24, **more: JsonValue) -> Fields:
    """A question whose answer is a number."""
    spelled = str(int(result)) if result == int(result) else str(result)
    checks = [number(result, tolerance=tolerance)]
    return ask(text, checks=checks, reference=spelled, max_tokens=max_tokens, **more)


def ask_choice(text: str, right: str, options: Sequence[str], *, max_tokens: int = 24, **more: JsonValue) -> Fields:
    """A question whose answer is one of the options."""
    return ask(text, checks=[choice(right, options)], reference=right, max_tokens=max_tokens, **more)


def ask_json(text: str, value: Fields, *, is_forced: bool, max_tokens: int = 80, **more: JsonValue) -> Fields:
    """A question whose answer is a flat JSON object.

    Args:
        is_forced: Whether the request carries the schema as its response format too.
    """
    schema: Fields = {
        "type": "object",
        "properties": {key: {"type": _TYPES[type(one)]} for key, one in value.items()},
        "required": list(value),
        "additionalProperties": False,
    }
    form: Fields = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    checks: Checks = [{"kind": "json_schema", "schema": schema}, {"kind": "json_equals", "value": value}]
    forced: Fields = {"response_format": form} if is_forced else {}
    reference = json.dumps(value, ensure_ascii=False)
    return ask(text, checks=checks, reference=reference, max_tokens=max_tokens, **forced, **more)


def ask_tool(
    text: str, name: str, arguments: Fields, *, tools: Sequence[Fields], is_named: bool = False, **more: JsonValue
) -> Fields:
    """A question whose answer is one call of a tool.

    Args:
        is_named: Whether the request itself names the tool, so that only its arguments are left to find.
    """
    checks: Checks = [{"kind": "tool_call", "name": name, "arguments": arguments}]
    reference = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    wanted: JsonValue = {"type": "function", "function": {"name": name}} if is_named else "required"
    offered: Fields = {"tools": [dict(tool) for tool in tools], "tool_choice": wanted}
    return ask(text, checks=checks, reference=reference, max_tokens=80, **offered, **more)


def tool(name: str, description: str, **properties: str) -> Fields:
    """A tool all of whose parameters are required; `properties` maps each to its JSON type.

    It is strict: vLLM lets a model write arguments of any form otherwise, whatever the schema says.
    """
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {key: {"type": kind} for key, kind in properties.items()},
                "required": list(properties),
                "additionalProperties": False,
            },
        },
    }


def number(value: float, *, tolerance: float = 0.0) -> Fields:
    """The last number of the answer is this one."""
    return {"kind": "number", "value": float(value), "tolerance": tolerance}


def choice(value: str, options: Sequence[str]) -> Fields:
    """The answer names this option and no other."""
    return {"kind": "choice", "value": value, "options": list(options)}


def has(*values: str) -> Fields:
    """All of these stand in the answer."""
    return {"kind": "contains", "values": list(values), "mode": "all"}


def has_any(*values: str) -> Fields:
    """One of these stands in the answer."""
    return {"kind": "contains", "values": list(values), "mode": "any"}


def lacks(*values: str) -> Fields:
    """None of these stands in the answer."""
    return {"kind": "not_contains", "values": list(values)}


def words(most: int, *, least: int = 1) -> Fields:
    """The answer has so many words."""
    return {"kind": "words", "minimum": least, "maximum": most}


def matches(pattern: str) -> Fields:
    """The pattern is found in the answer."""
    return {"kind": "regex", "pattern": pattern}


_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
