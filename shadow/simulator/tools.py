"""The tools that a request offers, in the words of three API shapes."""

from dataclasses import dataclass
from typing import Any

from proxy.wire.fields import Json, rows, table, text


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the client would run; `schema` is the JSON schema of its arguments."""

    name: str
    schema: Json


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Whether a tool may or must be called, and which; an empty name leaves the tool free."""

    allowed: bool = True
    required: bool = False
    name: str = ""


def read_tools(body: Json) -> tuple[Tool, ...]:
    """The tools of a request body; entries without a name (tools that a server runs) are left out."""
    offered = (table(tool, "function") or tool for tool in rows(body, "tools"))
    return tuple(
        Tool(name, table(tool, "parameters") or table(tool, "input_schema"))
        for tool in offered
        if (name := text(tool, "name"))
    )


def read_tool_choice(body: Json) -> ToolChoice:
    """The tool choice of a request body."""
    choice: Any = body.get("tool_choice")
    wanted = text(choice, "type") if isinstance(choice, dict) else choice
    match wanted:
        case "none":
            return ToolChoice(allowed=False)
        case "required" | "any":
            return ToolChoice(required=True)
        case "function" | "tool":
            return ToolChoice(required=True, name=text(choice, "name") or text(table(choice, "function"), "name"))
        case _:
            return ToolChoice()
