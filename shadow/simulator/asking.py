"""What a request asks of the simulator, whatever its API shape; wrong requests end here. Draws and says nothing."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, assert_never

from proxy.errors import BadRecord
from proxy.exchange import Shape
from proxy.wire.fields import Json, parts, rows, table, text
from shadow.simulator.tools import Tool, ToolChoice, read_tool_choice, read_tools

_NOT_ASKED = frozenset({"model", "stream", "stream_options", "cache_salt", "store", "metadata", "user"})
_MOST_CHOICES = 128
_MOST_ALTERNATIVES = 20
_SYSTEM = frozenset({"system", "developer"})
_LIMITS = {
    Shape.CHAT: ("max_completion_tokens", "max_tokens"),
    Shape.COMPLETIONS: ("max_tokens",),
    Shape.RESPONSES: ("max_output_tokens",),
    Shape.MESSAGES: ("max_tokens",),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation; `role` is system, user, assistant or tool."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Asking:
    """A request as the simulator understands it.

    Attributes:
        turns: The conversation, the system prompt first where the shape keeps it apart.
        form: The JSON schema that the reply must have, an empty one for any JSON, None for prose.
        max_tokens: Most tokens of each choice, or None.
        alternatives: Alternatives to report with each token's log-probability; None where none is asked for.
        digest: Hash of what is asked, without what only says how to send it (model, stream, cache salt).
    """

    shape: Shape
    model: str
    streamed: bool
    include_usage: bool
    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...]
    tool_choice: ToolChoice
    form: Json | None
    max_tokens: int | None
    choices: int
    alternatives: int | None
    stops: tuple[str, ...]
    salt: str
    digest: str

    @property
    def system(self) -> str:
        """The system prompt, or an empty string."""
        return "\n".join(turn.text for turn in self.turns if turn.role == "system")

    @property
    def user(self) -> str:
        """The last user message, or an empty string."""
        return next((turn.text for turn in reversed(self.turns) if turn.role == "user"), "")

    @property
    def result(self) -> str | None:
        """The last tool result when the conversation ends with one, else None."""
        return self.turns[-1].text if self.turns[-1].role == "tool" else None

    @property
    def prompt(self) -> str:
        """All that counts as prompt: the tools and every message."""
        offered = "".join(f"{tool.name} {json.dumps(tool.schema, sort_keys=True)}\n" for tool in self.tools)
        return offered + "".join(f"{turn.role}: {turn.text}\n" for turn in self.turns)


def read_asking(shape: Shape, body: Json) -> Asking:
    """Read the request of a generating shape.

    Raises:
        BadRecord: a field is missing or wrong; the message names the field and never quotes it.
    """
    turns = _turns(shape, body)
    if not turns:
        message = f"the request has no {_SPOKEN[shape]}"
        raise BadRecord(message)
    return Asking(
        shape=shape,
        model=_model(body),
        streamed=body.get("stream") is True,
        include_usage=table(body, "stream_options").get("include_usage") is True,
        turns=turns,
        tools=() if shape is Shape.COMPLETIONS else read_tools(body),
        tool_choice=read_tool_choice(body),
        form=_form(body),
        max_tokens=_limit(shape, body),
        choices=_number(body, "n", most=_MOST_CHOICES) or 1 if shape in {Shape.CHAT, Shape.COMPLETIONS} else 1,
        alternatives=_alternatives(shape, body),
        stops=_stops(body),
        salt=text(body, "cache_salt"),
        digest=digest_of(shape, body),
    )


def digest_of(shape: Shape, body: Json) -> str:
    """Hash of what a body asks for, without the fields that only say how to send it."""
    asked = {name: value for name, value in body.items() if name not in _NOT_ASKED}
    return hashlib.sha256(f"{shape}\n{json.dumps(asked, sort_keys=True)}".encode()).hexdigest()


_SPOKEN = {
    Shape.CHAT: "messages",
    Shape.COMPLETIONS: "prompt (one text; token ids and several prompts are not simulated)",
    Shape.RESPONSES: "input",
    Shape.MESSAGES: "messages",
    Shape.EMBEDDINGS: "input",
}


def _model(body: Json) -> str:
    model = text(body, "model")
    if not model:
        raise BadRecord("the request names no model")
    return model


def _turns(shape: Shape, body: Json) -> tuple[Turn, ...]:
    match shape:
        case Shape.CHAT:
            return tuple(turn for message in rows(body, "messages") for turn in _of_message(message))
        case Shape.MESSAGES:
            told = tuple(turn for message in rows(body, "messages") for turn in _of_message(message))
            return (*_system(body.get("system")), *told) if told else ()
        case Shape.RESPONSES:
            return _of_responses(body)
        case Shape.COMPLETIONS:
            prompt = body.get("prompt")
            only = prompt[0] if isinstance(prompt, list) and len(prompt) == 1 else prompt
            return (Turn("user", only),) if isinstance(only, str) else ()
        case Shape.EMBEDDINGS:
            raise BadRecord("embeddings hold no conversation")
    assert_never(shape)


def _of_responses(body: Json) -> tuple[Turn, ...]:
    given = body.get("input")
    told = (Turn("user", given),) if isinstance(given, str) else tuple(_of_item(item) for item in rows(body, "input"))
    return (*_system(body.get("instructions")), *told) if told else ()


def _of_item(item: Json) -> Turn:
    match text(item, "type"):
        case "function_call_output" | "custom_tool_call_output":
            return Turn("tool", parts(item.get("output")))
        case "function_call" | "custom_tool_call":
            return Turn("assistant", f"{text(item, 'name')} {text(item, 'arguments')}")
        case "reasoning":
            return Turn("assistant", "")
        case _:
            return Turn(_role(item), parts(item.get("content")))


def _of_message(message: Json) -> list[Turn]:
    """The turns of one message: a message of the messages API may hold tool results before the user's words."""
    results = [block for block in rows(message, "content") if text(block, "type") == "tool_result"]
    told = [Turn("tool", parts(block.get("content"))) for block in results]
    called = [f"{text(table(call, 'function'), 'name')} {text(table(call, 'function'), 'arguments')}"
              for call in rows(message, "tool_calls")]  # fmt: skip
    words = "\n".join(filter(None, [_words(message), *called]))
    return told if told and not words else [*told, Turn(_role(message), words)]


def _words(message: Json) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else "".join(text(block, "text") for block in rows(message, "content"))


def _role(message: Json) -> str:
    role = text(message, "role")
    if not role:
        raise BadRecord("a message has no role")
    if role in _SYSTEM:
        return "system"
    return "tool" if role == "function" else role


def _system(content: Any) -> tuple[Turn, ...]:  # noqa: ANN401 - foreign JSON
    words = parts(content)
    return (Turn("system", words),) if words else ()


def _form(body: Json) -> Json | None:
    for wanted in (table(body, "response_format"), table(table(body, "text"), "format")):
        if text(wanted, "type") in {"json_object", "json_schema", "json"}:
            return table(wanted, "schema") or table(table(wanted, "json_schema"), "schema")
    for guided in (body.get("guided_json"), table(body, "structured_outputs").get("json")):
        if isinstance(guided, dict):
            return guided
    return None


def _limit(shape: Shape, body: Json) -> int | None:
    limits = (_number(body, name, most=None) for name in _LIMITS[shape])
    limit = next((found for found in limits if found is not None), None)
    if limit is None and shape is Shape.MESSAGES:
        raise BadRecord("max_tokens is required")
    return limit


def _number(body: Json, name: str, *, most: int | None) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1 or (most is not None and value > most):
        message = f"{name} must be a whole number from 1" + (f" to {most}" if most is not None else "")
        raise BadRecord(message)
    return value


def _alternatives(shape: Shape, body: Json) -> int | None:
    value: Any
    match shape:
        case Shape.CHAT:
            value = body.get("top_logprobs", 0) if body.get("logprobs") is True else None
        case Shape.RESPONSES:
            included = body.get("include")
            wanted = isinstance(included, list) and "message.output_text.logprobs" in included
            value = body.get("top_logprobs", 0) if wanted else None
        case _:
            value = body.get("logprobs")
    if value is None or value is False:
        return None
    if not isinstance(value, int) or not 0 <= value <= _MOST_ALTERNATIVES:
        message = f"the number of log-probabilities must be from 0 to {_MOST_ALTERNATIVES}"
        raise BadRecord(message)
    return int(value)


def _stops(body: Json) -> tuple[str, ...]:
    for name in ("stop", "stop_sequences"):
        value = body.get(name)
        wanted = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        if found := tuple(stop for stop in wanted if isinstance(stop, str) and stop):
            return found
    return ()
