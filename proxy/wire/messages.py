"""Folding replies of /v1/messages, streamed or whole."""

import json
from dataclasses import dataclass, field

from proxy.wire.draft import ChoiceDraft, error_kind, joined, usage_of
from proxy.wire.fields import Json, place, rows, table, text
from proxy.wire.reply import Reply, Usage

_CALLS = {"tool_use", "server_tool_use"}


@dataclass(slots=True)
class MessagesReader:
    """Folds content blocks by index; usage comes in two halves, at the start and at the end."""

    ended: bool = False
    _draft: ChoiceDraft = field(default_factory=ChoiceDraft)
    _usage: Json = field(default_factory=dict)
    _model: str = ""
    _error: str = ""
    _heard: bool = False

    def event(self, name: str, payload: Json) -> bool:
        """Fold one event; true when it carried output."""
        match text(payload, "type") or name:
            case "message_start":
                self._head(table(payload, "message"))
            case "content_block_start":
                return self._block(table(payload, "content_block"), index=place(payload), streamed=True)
            case "content_block_delta":
                return self._delta(table(payload, "delta"), index=place(payload))
            case "content_block_stop":
                self._close(place(payload))
            case "message_delta":
                self._draft.finish_reason = text(table(payload, "delta"), "stop_reason") or self._draft.finish_reason
                self._count(payload)
            case "message_stop":
                self.ended = True
            case "error":
                self._error = self._error or error_kind(payload) or "error"
            case _:
                self._error = self._error or error_kind(payload)
        return False

    def body(self, payload: Json) -> None:
        """Fold the body of a reply that was not streamed."""
        self._error = error_kind(payload)
        if not self._error:
            self._head(payload)
        for index, block in enumerate(rows(payload, "content")):
            self._block(block, index=index, streamed=False)
        self._draft.finish_reason = text(payload, "stop_reason")

    def reply(self) -> Reply:
        """What was heard so far."""
        choices = (self._draft.build(),) if self._heard else ()
        usage = usage_of(self._usage) if self._usage else Usage()
        return Reply(choices=choices, usage=usage, model=joined([self._model]), error=self._error)

    def _head(self, message: Json) -> None:
        self._heard = True
        self._model = text(message, "model")
        self._count(message)

    def _count(self, source: Json) -> None:
        self._usage |= {key: value for key, value in table(source, "usage").items() if value is not None}

    def _block(self, block: Json, *, index: int, streamed: bool) -> bool:
        if text(block, "type") in _CALLS:
            self._heard = True
            call = self._draft.call(index)
            call.name, call.call_id = text(block, "name"), text(block, "id")
            if not streamed or block.get("input"):
                call.arguments.append(json.dumps(block.get("input", {}), ensure_ascii=False))
            return bool(call.name)
        return self._delta(block, index=index)

    def _close(self, index: int) -> None:
        call = self._draft.tool_calls.get(index)
        if call and not any(call.arguments):
            call.arguments.append("{}")  # a call without arguments streams no piece of them

    def _delta(self, delta: Json, *, index: int) -> bool:
        self._heard = True
        said, thought, arguments = text(delta, "text"), text(delta, "thinking"), text(delta, "partial_json")
        if said:
            self._draft.text.append(said)
        if thought:
            self._draft.reasoning.append(thought)
        if arguments:
            self._draft.call(index).arguments.append(arguments)
        return bool(said or thought or arguments)
