"""The tool calls of a transcript, each with what came of it and the state it met. Values nothing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from judges.call_matching import read_call
from judges.document import canonical_json, parse_json
from proxy.wire.reply import ToolCall
from shadow.agentic.expected import Call
from shadow.agentic.transcript import Loop, Message, Transcript

_FAILURE: Final = re.compile(
    r"[\s\[(*#>!]{0,4}(?:error|exception|traceback|failed|failure|(?:unknown|invalid) (?:action|tool|function))\b",
    re.IGNORECASE,
)
_READING: Final = frozenset(
    {
        "browse", "calculate", "can", "cat", "check", "compare", "compute", "convert", "count", "describe", "diff",
        "estimate", "explain", "fetch", "find", "get", "grep", "has", "head", "history", "is", "list", "look", "lookup",
        "ls", "plan", "preview", "pwd", "query", "read", "retrieve", "search", "show", "stat", "summarise", "summarize",
        "tail", "think", "validate", "verify", "view", "whoami",
    }
)  # fmt: skip
"""First words of names of tools that leave the state as it is."""
_HANDING_OVER: Final = frozenset({"transfer", "handoff", "hand", "escalate"})
_PEOPLE: Final = frozenset({"human", "humans", "agent", "agents", "person", "people", "representative", "support"})
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call.

    Attributes:
        key: Name and canonical arguments: equal for the same call.
        state: What the call met: calls of equal key and state could tell nothing new.
        is_error: Whether it failed; a call without a result did neither.
        changes: Whether its tool changes the state.
        message: Place of the message that made the call.
    """

    name: str
    call: Call
    key: str
    state: str
    has_result: bool
    is_error: bool
    changes: bool
    injected: str
    message: int

    @property
    def succeeded(self) -> bool:
        """Whether the call was carried out."""
        return self.has_result and not self.is_error


def steps_of(transcript: Transcript) -> tuple[Step, ...]:
    """Every tool call in order, with its result.

    The state is the world's hash where it is known, else a count of the changes so far. A result belongs to the call
    of its id; ids may come again, since some servers count them anew in every answer.
    """
    steps: list[Step] = []
    waiting: list[tuple[ToolCall, int]] = []
    state, changes = "", 0
    for place, message in enumerate(transcript.messages):
        if message.role == "assistant":
            steps += [_step(call, None, state=state, at=at, transcript=transcript) for call, at in waiting]
            waiting = [(call, place) for call in message.calls]
        elif message.role == "tool" and (found := _answered(waiting, message.call_id)) is not None:
            call, at = waiting.pop(found)
            steps.append(_step(call, message, state=state, at=at, transcript=transcript))
            changes += steps[-1].changes and steps[-1].succeeded
        state = message.state or (state if transcript.loop is Loop.CLOSED else str(changes))
    return (*steps, *(_step(call, None, state=state, at=at, transcript=transcript) for call, at in waiting))


def is_failure(text: str) -> bool:
    """Whether a tool's result reads as an error: the words that begin one, or the fields of JSON that say so."""
    if _FAILURE.match(text):
        return True
    if not text.lstrip().startswith("{"):
        return False
    parsed = parse_json(text)
    return isinstance(parsed, dict) and _says_failure(parsed)


def changes_state(name: str) -> bool:
    """Whether a tool of that name is likely to change anything: it does not begin with a word of reading."""
    words = [word.casefold() for word in _WORD.findall(name.rpartition(".")[2])]
    return bool(words) and words[0] not in _READING and not _hands_over(words)


def is_changing(name: str, *, transcript: Transcript) -> bool:
    """Whether the tool of that name changes the state, as the transcript says or else as its name does."""
    return changes_state(name) if transcript.changing is None else name in transcript.changing


def hands_over(name: str) -> bool:
    """Whether a tool of that name passes the conversation to a person, which ends it."""
    return _hands_over([word.casefold() for word in _WORD.findall(name)])


def call_key(call: Call, *, raw: str = "") -> str:
    """One spelling per call; arguments that are no JSON object stand as they were written."""
    return f"{call.name} {canonical_json(dict(call.arguments)) if call.arguments is not None else raw}"


def _hands_over(words: Iterable[str]) -> bool:
    found = set(words)
    return bool(found & _HANDING_OVER) and bool(found & _PEOPLE)


def _says_failure(fields: Mapping[str, JsonValue]) -> bool:
    error = fields.get("error", fields.get("errors"))
    status = fields.get("status")
    return (
        bool(error)
        or fields.get("success") is False
        or fields.get("ok") is False
        or fields.get("isError", fields.get("is_error")) is True
        or (isinstance(status, str) and status.casefold() in {"error", "failed", "failure"})
    )


def _answered(waiting: list[tuple[ToolCall, int]], call_id: str) -> int | None:
    """Place of the call that a result answers: the one of its id, else the first where either has none."""
    for place, (call, _) in enumerate(waiting):
        if call.call_id == call_id or not call_id or not call.call_id:
            return place
    return None


def _step(call: ToolCall, result: Message | None, *, state: str, at: int, transcript: Transcript) -> Step:
    read = read_call(call)
    failed = result is not None and (is_failure(result.text) if result.is_error is None else result.is_error)
    return Step(
        name=call.name,
        call=read,
        key=call_key(read, raw=call.arguments),
        state=state,
        has_result=result is not None,
        is_error=failed,
        changes=is_changing(call.name, transcript=transcript),
        injected=result.injected if result is not None else "",
        message=at,
    )
