"""What a request asked for, read from its JSON body whatever the API shape: messages, tools, the answer's format.

Reads only; nothing here judges. Bodies come from clients, so every field may be missing or of the wrong type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from pydantic import JsonValue

from judges.document import NotJson, parse_json
from proxy.exchange import Exchange

_INSTRUCTING: Final = frozenset({"system", "developer"})
_REMEMBERED: Final = 1_024
_FORMATS: Final = frozenset(
    {"response_format", "text", "structured_outputs", "guided_json", "guided_regex", "guided_choice", "guided_grammar"}
)
"""Fields without any of which a request demands no format."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool that the request offers; `schema` of its arguments, or None when it states none."""

    name: str
    schema: dict[str, JsonValue] | None


@dataclass(frozen=True, slots=True)
class WantedFormat:
    """The answer's format that the request demands: JSON, a pattern or grammar of all of it, or one of some options."""

    kind: Literal["json_object", "json_schema", "regex", "grammar", "choice"]
    schema: dict[str, JsonValue] | None = None
    pattern: str = ""
    grammar: str = ""
    options: tuple[str, ...] = ()


def _dict(value: object) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _text(content: JsonValue) -> str:
    """Text of a message's content: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    parts = (_dict(part).get("text") for part in _list(content))
    return "\n".join(part for part in parts if isinstance(part, str))


class _Body:
    """A request by its identity: it is never changed, so that one object has one reading."""

    __slots__ = ("request",)

    def __init__(self, request: Mapping[str, JsonValue]) -> None:
        self.request = request

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Body) and self.request is other.request

    def __hash__(self) -> int:
        return id(self.request)


def _messages(request: Mapping[str, JsonValue]) -> tuple[tuple[str, str], ...]:
    """Role and text of every message, read once for all judges and both lanes."""
    return _read(_Body(request))


@lru_cache(maxsize=_REMEMBERED)
def _read(body: _Body) -> tuple[tuple[str, str], ...]:
    return tuple(_read_messages(body.request))


def _read_messages(request: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    system = request.get("system") or request.get("instructions")
    if system is not None:
        yield "system", _text(system)
    for item in (*_list(request.get("messages")), *_list(request.get("input"))):
        message = _dict(item)
        yield str(message.get("role", "")), _text(message.get("content"))
    for key in ("input", "prompt"):
        plain = request.get(key)
        if isinstance(plain, str):
            yield "user", plain


def system_text(exchange: Exchange) -> str:
    """All system and developer instructions, joined by line breaks."""
    return "\n".join(text for role, text in _messages(exchange.request) if role in _INSTRUCTING)


def user_text(exchange: Exchange) -> str:
    """The last user message, or an empty string."""
    texts = [text for role, text in _messages(exchange.request) if role == "user"]
    return texts[-1] if texts else ""


def answered_texts(exchange: Exchange) -> list[str]:
    """Texts of the assistant's earlier turns, in order."""
    return [text for role, text in _messages(exchange.request) if role == "assistant"]


def spoken_text(exchange: Exchange) -> str:
    """Every message's text but the instructions: what users, tools and earlier answers said."""
    return "\n".join(text for role, text in _messages(exchange.request) if role not in _INSTRUCTING)


def all_text(exchange: Exchange) -> str:
    """Every message's text, instructions and tool results included."""
    return "\n".join(text for _, text in _messages(exchange.request))


def all_strings(exchange: Exchange) -> str:
    """Every string and number of the request, wherever it stands: tools, tool calls and their results included."""
    return "\n".join(_leaves(exchange.request))


def _leaves(value: JsonValue) -> Iterator[str]:
    match value:
        case dict():
            for item in value.values():
                yield from _leaves(item)
        case list():
            for item in value:
                yield from _leaves(item)
        case bool() | None:
            return
        case _:
            yield str(value)


def source_text(exchange: Exchange) -> str:
    """What the request gives to work with: instructions, what users say and what tools return; no earlier answers."""
    texts = [text for role, text in _messages(exchange.request) if role != "assistant"]
    return "\n".join([*texts, *_tool_results(exchange.request)])


def has_tool_results(exchange: Exchange) -> bool:
    """Whether the request brings results of tools."""
    return any(role in {"tool", "function"} and text for role, text in _messages(exchange.request)) or any(
        _tool_results(exchange.request)
    )


def _tool_results(request: Mapping[str, JsonValue]) -> Iterator[str]:
    """Results of tools where they are no messages of their own: Responses' items, Messages' parts."""
    for item in (*_list(request.get("messages")), *_list(request.get("input"))):
        message = _dict(item)
        for part in (message, *map(_dict, _list(message.get("content")))):
            if part.get("type") in {"function_call_output", "tool_result"}:
                yield "\n".join(_leaves(part.get("output", part.get("content"))))


def wanted_format(exchange: Exchange) -> WantedFormat | None:
    """The format that chat's `response_format`, Responses' `text.format` or vLLM's guided decoding demands, if any."""
    request = exchange.request
    if _FORMATS.isdisjoint(request):
        return None
    if (guided := _guided(request)) is not None:
        return guided
    wanted = _dict(request.get("response_format")) or _dict(_dict(request.get("text")).get("format"))
    match wanted.get("type"):
        case "json_object":
            return WantedFormat("json_object")
        case "json_schema":
            schema = _dict(wanted.get("json_schema")).get("schema", wanted.get("schema"))
            return WantedFormat("json_schema", _dict(schema) or None)
        case _:
            return None


def _guided(request: Mapping[str, JsonValue]) -> WantedFormat | None:
    """What vLLM's `structured_outputs` or its older `guided_*` fields demand."""
    given = _dict(request.get("structured_outputs"))
    json_schema, pattern, grammar, options = (
        given.get(name) or request.get(f"guided_{name}") for name in ("json", "regex", "grammar", "choice")
    )
    if isinstance(json_schema, str):
        parsed = parse_json(json_schema)
        json_schema = None if isinstance(parsed, NotJson) else parsed
    if isinstance(json_schema, dict):
        return WantedFormat("json_schema", json_schema)
    if isinstance(pattern, str):
        return WantedFormat("regex", pattern=pattern)
    if isinstance(grammar, str):
        return WantedFormat("grammar", grammar=grammar)
    if isinstance(options, list) and options:
        return WantedFormat("choice", options=tuple(str(option) for option in options))
    return None


def offered_tools(exchange: Exchange) -> dict[str, ToolSpec]:
    """Tools by name, in the shapes of chat (`function`), Responses (flat) and Messages (`input_schema`)."""
    tools: dict[str, ToolSpec] = {}
    for item in _list(exchange.request.get("tools")):
        outer = _dict(item)
        tool = _dict(outer.get("function")) or outer
        name = tool.get("name")
        if isinstance(name, str):
            schema = tool.get("parameters", tool.get("input_schema"))
            tools[name] = ToolSpec(name, schema if isinstance(schema, dict) else None)
    return tools


def tool_demanded(exchange: Exchange) -> bool:
    """Whether `tool_choice` obliges the model to call a tool."""
    choice = exchange.request.get("tool_choice")
    if isinstance(choice, str):
        return choice in {"required", "any"}
    return _dict(choice).get("type") in {"function", "tool", "any"}
