"""Folding replies of /v1/responses, streamed or whole."""

from dataclasses import dataclass, field

from proxy.wire.draft import ChoiceDraft, error_kind, joined, token_logprobs, usage_of
from proxy.wire.fields import Json, place, rows, table, text
from proxy.wire.reply import Reply, Usage

_TERMINAL = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
_TEXT = {"response.output_text.delta", "response.refusal.delta"}
_REASONING = {"response.reasoning_text.delta", "response.reasoning_summary_text.delta", "response.reasoning.delta"}
_ARGUMENTS = {"response.function_call_arguments.delta", "response.custom_tool_call_input.delta"}
_CALLS = {"function_call", "custom_tool_call"}


@dataclass(slots=True)
class ResponsesReader:
    """Folds response events; the object in the terminal event is the server's own sum and takes their place."""

    ended: bool = False
    _draft: ChoiceDraft = field(default_factory=ChoiceDraft)
    _usage: Usage = field(default_factory=Usage)
    _model: str = ""
    _error: str = ""
    _heard: bool = False

    def event(self, name: str, payload: Json) -> bool:
        """Fold one event; true when it carried output."""
        self._heard = True
        kind = text(payload, "type") or name
        if kind in {"", "error"}:
            self._error = self._error or error_kind(payload) or kind
        if whole := table(payload, "response"):
            self._take(whole, replace=kind in _TERMINAL)
        self.ended = self.ended or kind in _TERMINAL
        return self._delta(kind, payload)

    def body(self, payload: Json) -> None:
        """Fold the body of a reply that was not streamed."""
        self._take(payload, replace=True)

    def reply(self) -> Reply:
        """What was heard so far; a reply without output has no choice only if nothing was heard at all."""
        choices = (self._draft.build(),) if self._heard else ()
        return Reply(choices=choices, usage=self._usage, model=joined([self._model]), error=self._error)

    def _delta(self, kind: str, payload: Json) -> bool:
        piece = text(payload, "delta")
        if kind in _TEXT:
            self._draft.text.append(piece)
            self._draft.logprobs.extend(token_logprobs({"content": payload.get("logprobs")}))
        elif kind in _REASONING:
            self._draft.reasoning.append(piece)
        elif kind in _ARGUMENTS:
            self._draft.call(place(payload, "output_index")).arguments.append(piece)
        elif kind == "response.output_item.added":
            return self._open_call(payload)
        else:
            return False
        return bool(piece)

    def _open_call(self, payload: Json) -> bool:
        item = table(payload, "item")
        if text(item, "type") not in _CALLS:
            return False
        call = self._draft.call(place(payload, "output_index"))
        call.name = text(item, "name")
        call.call_id = text(item, "call_id")
        return bool(call.name)

    def _take(self, whole: Json, *, replace: bool) -> None:
        self._model = text(whole, "model") or self._model
        self._error = self._error or error_kind(whole)
        if usage := table(whole, "usage"):
            self._usage = usage_of(usage)
        if not replace:
            return
        if output := rows(whole, "output"):
            self._draft = _draft_of(output)
        self._heard = self._heard or "output" in whole
        reason = text(table(whole, "incomplete_details"), "reason")
        self._draft.finish_reason = reason or text(whole, "status")


def _draft_of(output: list[Json]) -> ChoiceDraft:
    draft = ChoiceDraft()
    for index, item in enumerate(output):
        kind = text(item, "type")
        if kind == "message":
            for part in rows(item, "content"):
                draft.text.append(text(part, "text") or text(part, "refusal"))
                draft.logprobs.extend(token_logprobs({"content": part.get("logprobs")}))
        elif kind == "reasoning":
            draft.reasoning.extend(text(part, "text") for part in rows(item, "content") or rows(item, "summary"))
        elif kind in _CALLS:
            call = draft.call(index)
            call.name, call.call_id = text(item, "name"), text(item, "call_id")
            call.arguments.append(text(item, "arguments") or text(item, "input"))
    return draft
