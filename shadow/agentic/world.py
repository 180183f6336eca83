"""What a world is: rules, tools, and a state that lives in memory alone. No world ever reaches a real system."""

import copy
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import JsonValue

from proxy.errors import BadRecord
from proxy.wire.fields import Json, decode
from proxy.wire.reply import ToolCall

type Arguments = Mapping[str, Any]
"""Arguments that fit the tool's parameters; `Tool.fault_of` saw to that."""

_KINDS: Mapping[str, type | tuple[type, ...]] = {"string": str, "integer": int, "array": list}


@dataclass(frozen=True, slots=True)
class Denied:
    """What a tool answers instead of doing it; `reason` tells the agent what is wrong."""

    reason: str


@dataclass(frozen=True, slots=True)
class Tool[S]:
    """One tool of a world.

    Attributes:
        parameters: JSON Schema kind by name: string, integer, or array (of texts).
        optional: Parameters that may be left out.
        run: Acts on the state, which it may change, and returns the result.
    """

    name: str
    description: str
    parameters: Mapping[str, str]
    run: Callable[[S, Arguments], "JsonValue | Denied"]
    changes_state: bool = False
    optional: frozenset[str] = frozenset()

    def to_body(self) -> Json:
        """The tool in the form of chat's `tools`."""
        described: Json = {"name": self.name, "description": self.description, "parameters": self.schema()}
        return {"type": "function", "function": described}

    def schema(self) -> Json:
        """JSON Schema of the arguments."""
        return {
            "type": "object",
            "properties": {name: _property(kind) for name, kind in self.parameters.items()},
            "required": [name for name in self.parameters if name not in self.optional],
            "additionalProperties": False,
        }

    def fault_of(self, arguments: Arguments) -> str:
        """What is wrong with arguments, or empty."""
        if unknown := sorted(arguments.keys() - self.parameters.keys()):
            return f"{self.name} has no argument {unknown[0]}"
        for name, kind in self.parameters.items():
            if name not in arguments:
                if name not in self.optional:
                    return f"{self.name} needs the argument {name}"
            elif not _fits(arguments[name], kind):
                return f"{name} must be of type {kind}"
        return ""


@dataclass(frozen=True, slots=True)
class World[S]:
    """A small deterministic world.

    Attributes:
        rules: What the agent is told before it starts.
    """

    name: str
    rules: str
    tools: tuple[Tool[S], ...]

    def tool(self, name: str) -> Tool[S] | None:
        """The tool of that name, or None."""
        return next((tool for tool in self.tools if tool.name == name), None)

    @property
    def changing(self) -> tuple[str, ...]:
        """Names of the tools that change the state."""
        return tuple(tool.name for tool in self.tools if tool.changes_state)


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool call came to.

    Attributes:
        text: As the agent is told it.
        injected: Id of the fault that was injected, or empty.
    """

    text: str
    is_error: bool
    injected: str = ""


def denied(reason: str, *, injected: str = "") -> Result:
    """The result of a call that was not carried out."""
    return Result(f"Error: {reason}", is_error=True, injected=injected)


def act[S](world: World[S], state: S, call: ToolCall) -> Result:
    """Carry out one call; whatever is wrong with it becomes an error that the agent reads, never an exception."""
    tool = world.tool(call.name)
    if tool is None:
        return denied(f"there is no tool {call.name[:64]}")
    arguments = read_arguments(call)
    if arguments is None:
        return denied("the arguments are no JSON object")
    if fault := tool.fault_of(arguments):
        return denied(fault)
    result = tool.run(state, arguments)
    if isinstance(result, Denied):
        return denied(result.reason)
    return Result(result if isinstance(result, str) else json.dumps(result), is_error=False)


def read_arguments(call: ToolCall) -> Json | None:
    """The JSON object that the call's text holds; None when it holds none."""
    try:
        read = decode(call.arguments.strip() or "{}")
    except BadRecord:
        return None
    return read if isinstance(read, dict) else None


def state_hash(state: Any) -> str:  # noqa: ANN401 - every world has its own dataclass
    """Hash of a world's state: equal states, equal hashes."""
    return hashlib.sha256(json.dumps(asdict(state), sort_keys=True).encode()).hexdigest()[:16]


def copied[S](state: S) -> S:
    """A state of its own, equal to the given one."""
    return copy.deepcopy(state)


def listed(values: Iterable[str]) -> str:
    """Texts as a sentence lists them: a, b and c."""
    *first, last = values
    return f"{', '.join(first)} and {last}" if first else last


def _property(kind: str) -> Json:
    return {"type": "array", "items": {"type": "string"}} if kind == "array" else {"type": kind}


def _fits(value: object, kind: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, _KINDS[kind]):
        return False
    return not isinstance(value, list) or all(isinstance(item, str) for item in value)
