"""Reads the files of the Berkeley Function-Calling Leaderboard: a question, its tools, and which calls are right.

Source: Gorilla, BFCL v1 to v4. An answer names each function with a list of allowed values per argument, in which the
empty text says that the argument may be left out; the fields of an object have such lists again. A multi-turn answer
writes calls as Python would, turn by turn.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxy.errors import BadRecord
from proxy.wire.fields import Json
from shadow.agentic.expected import (
    Allowed,
    Call,
    ExpectedCall,
    Fields,
    Items,
    Reference,
    Slot,
    Value,
    Wanted,
    exactly,
)

_ABSENT = ""
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("dict", "hashmap", "hashtable", "object"), "object"),
    **dict.fromkeys(("float", "double", "number"), "number"),
    **dict.fromkeys(("int", "integer", "long", "short", "byte", "bigint"), "integer"),
    **dict.fromkeys(("bool", "boolean"), "boolean"),
    **dict.fromkeys(("tuple", "list", "array", "arraylist", "queue", "stack", "set"), "array"),
    **dict.fromkeys(("string", "char"), "string"),
}
"""JSON Schema's words for the types of BFCL's Python, Java and JavaScript functions; others, as any, say nothing."""
_UNFIT = re.compile(r"[^A-Za-z0-9_-]")
_WRONG = (AttributeError, IndexError, KeyError, SyntaxError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of BFCL.

    Attributes:
        turns: Messages of each turn, as the API takes them.
        tools: In the form of chat's `tools`, names and types made fit for it.
        references: The right calls of each turn.
    """

    question_id: str
    turns: tuple[tuple[Json, ...], ...]
    tools: tuple[Json, ...]
    references: tuple[Reference, ...]


def read_bfcl(questions: Path, *, answers: Path | None = None) -> Iterator[Question]:
    """Every question of a JSONL file with the answer of the same id.

    Args:
        answers: The file of `ground_truth`; left out where the category has none (irrelevance, relevance).

    Raises:
        BadRecord: a line is no such record, or a question that needs an answer has none; file and line are named.
    """
    right = {line.get("id"): line.get("ground_truth") for _, line in _lines(answers)} if answers else {}
    for number, line in _lines(questions):
        try:
            yield to_question(line, ground_truth=right.get(line["id"]))
        except _WRONG as error:
            message = (
                f"{questions.name}, line {number}, is no question of BFCL with its answer ({type(error).__name__}); "
                "give a file of questions and, unless nothing is to be called, the file of its possible answers"
            )
            raise BadRecord(message) from None


def _lines(path: Path) -> Iterator[tuple[int, Json]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            try:
                yield number, dict(json.loads(line))
            except (TypeError, ValueError):
                message = f"{path.name}, line {number}, is no JSON object; give a JSONL file of BFCL"
                raise BadRecord(message) from None


def to_question(line: Json, *, ground_truth: list[Any] | None) -> Question:
    """The question that a line holds.

    Args:
        ground_truth: The answer's field of that name; None where the category has none.

    Raises:
        KeyError, TypeError, ValueError, SyntaxError: the line is of another form.
    """
    functions = _listed(line.get("function") or ())
    return Question(
        question_id=str(line["id"]),
        turns=tuple(tuple(_listed(turn)) for turn in line["question"]),
        tools=tuple(_tool(function) for function in functions),
        references=_references(str(line["id"]), functions, ground_truth),
    )


def _listed(value: Any) -> list[Json]:  # noqa: ANN401 - the oldest files write one record where later ones have a list
    return [value] if isinstance(value, dict) else list(value)


def tool_name(name: str) -> str:
    """A function's name as the API allows it: what is no letter, digit, dash or underscore becomes an underscore."""
    return _UNFIT.sub("_", name)


def _references(question_id: str, functions: list[Json], ground_truth: list[Any] | None) -> tuple[Reference, ...]:
    if ground_truth is None:
        if "relevance" not in question_id:
            raise ValueError("no answer")
        wanted = Wanted.NONE if "irrelevance" in question_id else Wanted.SOME
        return (Reference(wanted),)
    if ground_truth and all(isinstance(turn, list) for turn in ground_truth):
        return tuple(exactly(map(read_python_call, turn)) for turn in ground_truth)
    declared = {function["name"]: function["parameters"] for function in functions}
    calls = [_expected(name, slots, declared.get(name, {})) for call in ground_truth for name, slots in call.items()]
    return (Reference(Wanted.THESE, tuple(calls), is_lenient=True),)


def read_python_call(text: str) -> Call:
    """The call that Python would make of a text such as `move(source='a', target='b')`.

    Raises:
        SyntaxError, ValueError: it is no call, or an argument is no literal or has no name.
    """
    call = ast.parse(text.strip(), mode="eval").body
    if not isinstance(call, ast.Call) or call.args:
        raise ValueError("not a call with named arguments")
    arguments = {str(one.arg): _jsonable(ast.literal_eval(one.value)) for one in call.keywords}
    return Call(ast.unparse(call.func), arguments)


def _jsonable(value: Any) -> Any:  # noqa: ANN401 - a literal of any type
    return json.loads(json.dumps(value))


def _expected(name: str, slots: Json, parameters: Json) -> ExpectedCall:
    required, properties = parameters.get("required") or (), parameters.get("properties") or {}
    return ExpectedCall(
        tool_name(name),
        Fields(
            {
                argument: _slot(values, properties.get(argument) or {}, is_required=argument in required)
                for argument, values in slots.items()
            }
        ),
    )


def _slot(values: list[Any], schema: Json, *, is_required: bool = False) -> Slot:
    allowed = tuple(one for value in values for one in _allowed(value, schema))
    return Slot(allowed, may_be_absent=_ABSENT in values and not is_required)


def _allowed(value: Any, schema: Json) -> Iterator[Allowed]:  # noqa: ANN401 - JSON has no narrower type
    """The value as it stands, and as it reads where lists of allowed values stand inside it."""
    yield Value(value)
    if isinstance(value, dict) and value and all(isinstance(held, list) for held in value.values()):
        inner = schema.get("properties") or {}
        yield Fields({name: _slot(held, inner.get(name) or {}) for name, held in value.items()})
    if isinstance(value, list) and value and _holds_choices(value, schema.get("items") or {}):
        items = schema.get("items") or {}
        yield Items(tuple(_slot(one if isinstance(one, list) else [one], items) for one in value))


def _holds_choices(value: list[Any], items: Json) -> bool:
    """Whether the items are objects, or lists of allowed values where the function declares no list of lists."""
    is_nested = _TYPES.get(str(items.get("type")).lower()) == "array"
    return all(isinstance(one, dict) or (isinstance(one, list) and not is_nested) for one in value)


def _tool(function: Json) -> Json:
    described = {"name": tool_name(function["name"]), "description": function.get("description", "")}
    return {"type": "function", "function": described | {"parameters": _schema(function["parameters"])}}


def _schema(schema: Json) -> Json:
    """The function's schema in JSON Schema's words; a type that those do not know is left open."""
    told = {name: held for name, held in schema.items() if name != "type"}
    kind = _TYPES.get(str(schema.get("type")).lower())
    if kind is not None:
        told["type"] = kind
    if isinstance(told.get("properties"), dict):
        told["properties"] = {name: _schema(held) for name, held in told["properties"].items()}
    if isinstance(told.get("items"), dict):
        told["items"] = _schema(told["items"])
    return told
