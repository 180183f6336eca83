"""What a request asks for, whatever its API shape: the fields by which exchanges are grouped and sampled.

Reads a decoded body; knows nothing of sockets or of masking.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from proxy.exchange import Shape
from proxy.wire.fields import Json, parts, rows, table, text

_CATEGORY = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_STRUCTURED = {"json_object", "json_schema", "json"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation, reduced to who spoke and the text."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for. Holds personal data until the body is anonymised.

    Attributes:
        turn: User messages, at least 1.
        conversation_key: What names the conversation; only its keyed hash may be stored.
    """

    shape: Shape
    model: str
    streamed: bool
    messages: tuple[Turn, ...]
    turn: int
    category: str
    conversation_key: str

    @property
    def last_user_text(self) -> str:
        """Text of the last user message, or an empty string."""
        return next((said.text for said in reversed(self.messages) if said.role == "user"), "")

    def conversation_id(self, key: bytes) -> str:
        """The keyed hash that stands for the conversation: HMAC-SHA256, first 32 hex digits."""
        return hmac.new(key, self.conversation_key.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


def read_request(
    shape: Shape,
    *,
    body: Json,
    headers: Mapping[str, str],
    conversation_header: str = "x-conversation-id",
    category_header: str = "x-understudy-category",
) -> Asked:
    """Read one request.

    Args:
        body: The decoded JSON object.
        headers: Lower-case names.
    """
    messages = _messages(shape, body)
    users = sum(said.role == "user" for said in messages)
    named = headers.get(category_header, "").strip().lower()
    return Asked(
        shape=shape,
        model=text(body, "model"),
        streamed=body.get("stream") is True,
        messages=messages,
        turn=max(users, 1),
        category=named if _CATEGORY.fullmatch(named) else _category(body, users=users),
        conversation_key=_conversation_key(body, messages, named=headers.get(conversation_header, "")),
    )


def _category(body: Json, *, users: int) -> str:
    if body.get("tools") or body.get("functions"):
        return "tools"
    formats = (table(body, "response_format"), table(table(body, "text"), "format"))
    guided = any(body.get(key) for key in ("guided_json", "structured_outputs"))
    if guided or any(text(wanted, "type") in _STRUCTURED for wanted in formats):
        return "structured"
    return "multi_turn" if users > 1 else "chat"


def _conversation_key(body: Json, messages: tuple[Turn, ...], *, named: str) -> str:
    if named:
        return f"header\x1f{named}"
    conversation = body.get("conversation")
    own = conversation if isinstance(conversation, str) else text(table(body, "conversation"), "id")
    if own or (own := text(body, "prompt_cache_key")):
        return f"body\x1f{own}"
    system = next((said.text for said in messages if said.role in {"system", "developer"}), "")
    first = next((said.text for said in messages if said.role == "user"), "")
    return f"content\x1f{system}\x1f{first}"


def _messages(shape: Shape, body: Json) -> tuple[Turn, ...]:
    match shape:
        case Shape.CHAT:
            return tuple(_turns(body.get("messages")))
        case Shape.MESSAGES:
            system = parts(body.get("system"))
            return (*([Turn("system", system)] if system else []), *_turns(body.get("messages")))
        case Shape.RESPONSES:
            instructions = parts(body.get("instructions"))
            return (*([Turn("system", instructions)] if instructions else []), *_turns(body.get("input")))
        case Shape.COMPLETIONS:
            return _prompts(body.get("prompt"))
        case Shape.EMBEDDINGS:
            return _prompts(body.get("input"))
    assert_never(shape)


def _turns(value: Any) -> list[Turn]:  # noqa: ANN401 - foreign JSON
    if isinstance(value, str):
        return [Turn("user", value)]
    return [
        Turn(text(message, "role"), parts(message.get("content")))
        for message in rows({"all": value}, "all")
        if text(message, "role") and not _only_results(message)
    ]


def _only_results(message: Json) -> bool:
    """Tool results that the messages API sends in the user's name are no turn of the user's."""
    content = rows(message, "content")
    return bool(content) and all(text(part, "type") == "tool_result" for part in content)


def _prompts(value: Any) -> tuple[Turn, ...]:  # noqa: ANN401 - foreign JSON
    if isinstance(value, str):
        return (Turn("user", value),)
    if isinstance(value, list):
        return (Turn("user", "\n".join(item for item in value if isinstance(item, str))),)
    return ()
