"""Folding replies of /v1/chat/completions and /v1/completions, streamed or whole."""

from dataclasses import dataclass, field
from typing import Any

from proxy.wire.draft import ChoiceDraft, error_kind, joined, token_logprobs, usage_of
from proxy.wire.fields import Json, parts, place, rows, table, text
from proxy.wire.reply import Reply, Usage


@dataclass(slots=True)
class ChatReader:
    """Folds chat chunks and text chunks; both end with `[DONE]`, which the caller sees."""

    ended: bool = False
    _choices: dict[int, ChoiceDraft] = field(default_factory=dict)
    _usage: Usage = field(default_factory=Usage)
    _model: str = ""
    _error: str = ""

    def event(self, _name: str, payload: Json) -> bool:
        """Fold one event; true when it carried output."""
        self._head(payload)
        output = False
        for position, choice in enumerate(rows(payload, "choices")):
            delta = table(choice, "delta") or table(choice, "message") or choice
            output |= self._fold(choice, delta, position=position)
        return output

    def body(self, payload: Json) -> None:
        """Fold the body of a reply that was not streamed."""
        self._head(payload)
        for position, choice in enumerate(rows(payload, "choices")):
            self._fold(choice, table(choice, "message") or choice, position=position)

    def reply(self) -> Reply:
        """What was heard so far."""
        return Reply(
            choices=tuple(self._choices[index].build() for index in sorted(self._choices)),
            usage=self._usage,
            model=joined([self._model]),
            error=self._error,
        )

    def _head(self, payload: Json) -> None:
        self._model = text(payload, "model") or self._model
        self._error = self._error or error_kind(payload)
        if usage := table(payload, "usage"):
            self._usage = usage_of(usage)

    def _fold(self, choice: Json, delta: Json, *, position: int) -> bool:
        index = place(choice) if "index" in choice else position
        draft = self._choices.setdefault(index, ChoiceDraft())
        content: Any = delta.get("content")
        said = parts(content) + text(delta, "refusal") if content or delta is not choice else text(choice, "text")
        thought = text(delta, "reasoning_content") or text(delta, "reasoning")
        if said:
            draft.text.append(said)
        if thought:
            draft.reasoning.append(thought)
        called = _fold_calls(draft, delta)
        if logprobs := table(choice, "logprobs"):
            draft.logprobs.extend(token_logprobs(logprobs))
        draft.finish_reason = text(choice, "finish_reason") or draft.finish_reason
        return bool(said or thought or called)


def _fold_calls(draft: ChoiceDraft, delta: Json) -> bool:
    called = False
    calls = rows(delta, "tool_calls")
    if not calls and (legacy := table(delta, "function_call")):
        calls = [{"index": 0, "function": legacy}]
    for position, piece in enumerate(calls):
        index = place(piece) if "index" in piece else position
        function = table(piece, "function") or table(piece, "custom")
        name, arguments = text(function, "name"), text(function, "arguments") or text(function, "input")
        call = draft.call(index)
        call.name = call.name or name
        call.call_id = call.call_id or text(piece, "id")
        call.arguments.append(arguments)
        called |= bool(name or arguments)
    return called
