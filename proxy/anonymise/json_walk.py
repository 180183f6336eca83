"""The walk over a request body or a reply: it shows every string, number, key and file to a visitor.

It knows the API's shapes, and nothing of what counts as personal.
"""

from typing import Any, Final, Protocol

from proxy.anonymise.found import EntityType
from proxy.anonymise.json_text import is_json, literals, write
from proxy.anonymise.paths import Place
from proxy.wire.reply import Choice, Reply, ToolCall


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DEEPEST_TEXT: Final = 8
"""JSON in a string in JSON in a string: below this depth it is read as plain text."""

_MOST_ROUNDS: Final = 12

_MEDIA_TYPES: Final = {
    "image": EntityType.IMAGE, "image_url": EntityType.IMAGE, "input_image": EntityType.IMAGE,
    "image_file": EntityType.IMAGE, "computer_screenshot": EntityType.IMAGE,
    "image_generation_call": EntityType.IMAGE, "b64_json": EntityType.IMAGE,
    "audio": EntityType.AUDIO, "audio_url": EntityType.AUDIO, "input_audio": EntityType.AUDIO,
    "video": EntityType.VIDEO, "video_url": EntityType.VIDEO, "input_video": EntityType.VIDEO,
    "file": EntityType.FILE, "input_file": EntityType.FILE, "document": EntityType.FILE, "file_data": EntityType.FILE,
}  # fmt: skip
_MEDIA_KEYS: Final = _words(
    "image_url input_image image_file b64_json audio_url input_audio video_url input_video file_data"
)
"""Keys whose string, or whose object's data, is a medium even outside a part of that type."""

_DATA_KEYS: Final = _words("url data image_url audio_url video_url file_url file_data result b64_json input_audio")

SCHEMA_WORDS: Final = _words(
    "messages role content name model type text input instructions tools tool_choice tool_calls tool_call_id function "
    "parameters arguments properties required description enum items format schema json_schema response_format strict "
    "title default metadata user stream stream_options include_usage temperature top_p top_k max_tokens "
    "max_completion_tokens max_output_tokens stop seed n logprobs top_logprobs logit_bias presence_penalty "
    "frequency_penalty image_url input_audio url data detail file file_data filename file_id source media_type id "
    "call_id system prompt suffix reasoning reasoning_effort output status index additionalProperties"
)
"""Keys of the API itself, which are never looked at: a user called Stop changes no request."""


class Unsettled(Exception):
    """A text in which something new was found after every round."""


class Visitor(Protocol):
    """What is done with each leaf."""

    def text(self, value: str, *, key: str) -> str:
        """What a string becomes."""
        ...

    def structural(self, value: str) -> str:
        """What a string becomes by which the request works: a role, or the name of a tool."""
        ...

    def number(self, value: str, *, key: str) -> str | None:
        """The string that an integer becomes, or None to leave it."""
        ...

    def medium(self, value: str, *, type_: EntityType) -> str:
        """What an image, a sound or a file becomes."""
        ...


def walk_body(body: dict[str, Any], visitor: Visitor, *, place: Place | None = None) -> dict[str, Any]:
    """A copy of a request body with every leaf and every key of foreign objects as the visitor has it.

    An integer that is an identifier becomes a string.

    Args:
        place: Paths of the fields that have rules of their own.
    """
    return _walk_object(body, visitor, medium=None, place=place)


def _walk(  # noqa: PLR0911 - one case for each type of JSON
    value: Any,  # noqa: ANN401 - JSON has no narrower type
    visitor: Visitor,
    *,
    key: str,
    medium: EntityType | None,
    place: Place | None,
) -> Any:  # noqa: ANN401 - as above
    match value:
        case str() | int() | float() if place is not None and place.is_allowed:
            return value
        case str() if medium is not None and key in _DATA_KEYS:
            return visitor.medium(value, type_=medium)
        case str() if place is not None and place.is_structural:
            return visitor.structural(value)
        case str():
            return walk_text(value, visitor, key=key)
        case bool() | None:
            return value
        case int() | float():
            return _walk_number(value, visitor, key=key)
        case list():
            within = place.below("*") if place is not None else None
            return [_walk(item, visitor, key=key, medium=medium, place=within) for item in value]
        case dict():
            return _walk_object(value, visitor, medium=medium, place=place)
    raise TypeError


def _walk_number(value: float, visitor: Visitor, *, key: str) -> str | float:
    changed = visitor.number(str(int(value)), key=key) if value.is_integer() else None
    return value if changed is None else changed


def _walk_object(
    value: dict[str, Any], visitor: Visitor, *, medium: EntityType | None, place: Place | None
) -> dict[str, Any]:
    medium = _medium_of(value, outer=medium)
    says = {"name": "participant_name"} if value.get("role") == "user" else {}
    walked: dict[str, Any] = {}
    for key, item in value.items():
        inner = _MEDIA_TYPES[key] if key in _MEDIA_KEYS else medium
        within = place.below(key) if place is not None else None
        walked[_walk_key(key, visitor, taken=walked)] = _walk(
            item, visitor, key=says.get(key, key), medium=inner, place=within
        )
    return walked


def _medium_of(value: dict[str, Any], *, outer: EntityType | None) -> EntityType | None:
    kind = value.get("type")
    if kind == "text":
        return None
    return _MEDIA_TYPES.get(kind, outer) if isinstance(kind, str) else outer


def _walk_key(key: str, visitor: Visitor, *, taken: dict[str, Any]) -> str:
    """A key as the visitor has it; two that become the same are numbered, so that no entry is lost."""
    if key in SCHEMA_WORDS:
        return key
    changed = base = _settled(key, visitor)
    count = 1
    while changed in taken:
        count += 1
        changed = f"{base}_{count}"
    return changed


def _settled(key: str, visitor: Visitor) -> str:
    for _ in range(_MOST_ROUNDS):
        changed = visitor.text(key, key="")
        if changed == key:
            return key
        key = changed
    raise Unsettled


def walk_text(text: str, visitor: Visitor, *, key: str = "", depth: int = 0) -> str:
    """A text as the visitor has it; if it is JSON, its strings and numbers are, and it stays valid JSON.

    What changed is walked again until nothing changes, so that walking the result once more would change nothing.

    Raises:
        Unsettled: it never came to rest.
    """
    for _ in range(_MOST_ROUNDS):
        changed = _walk_once(text, visitor, key=key, depth=depth)
        if changed == text:
            return text
        text = changed
    raise Unsettled


def _walk_once(text: str, visitor: Visitor, *, key: str, depth: int) -> str:
    if depth >= _DEEPEST_TEXT or not is_json(text):
        return visitor.text(text, key=key)
    pieces: list[str] = []
    end = 0
    for literal in literals(text):
        if literal.is_number:
            changed = visitor.number(literal.raw, key=literal.key) if literal.raw.lstrip("-").isdigit() else None
        else:
            changed = walk_text(literal.value, visitor, key=literal.key, depth=depth + 1)
        if changed is not None and changed != literal.value:
            pieces += text[end : literal.start], write(literal, value=changed)
            end = literal.start + len(literal.raw)
    return "".join((*pieces, text[end:]))


def walk_reply(reply: Reply, visitor: Visitor) -> Reply:
    """A reply with every text as the visitor has it; a choice in which anything changed loses its logprobs."""
    return reply.model_copy(update={"choices": tuple(_walk_choice(choice, visitor) for choice in reply.choices)})


def _walk_choice(choice: Choice, visitor: Visitor) -> Choice:
    tokens = "".join(token.token for token in choice.logprobs)
    changed = Choice(
        text=walk_text(choice.text, visitor),
        reasoning=walk_text(choice.reasoning, visitor),
        tool_calls=tuple(_walk_call(call, visitor) for call in choice.tool_calls),
        finish_reason=choice.finish_reason,
        logprobs=choice.logprobs,
    )
    same = changed == choice and walk_text(tokens, visitor) == tokens
    return changed if same else changed.model_copy(update={"logprobs": ()})


def _walk_call(call: ToolCall, visitor: Visitor) -> ToolCall:
    return ToolCall(
        name=visitor.structural(call.name),
        arguments=walk_text(call.arguments, visitor),
        call_id=visitor.structural(call.call_id),
    )
