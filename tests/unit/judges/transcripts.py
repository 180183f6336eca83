"""Transcripts for the tests of agents: calls and results in one line each."""

import json
from typing import Any

from proxy.wire.reply import ToolCall
from shadow.agentic.transcript import Ending, Loop, Message, Transcript
from shadow.replay import Lane

type Exchanged = tuple[str, dict[str, Any], str]
"""Name, arguments and result of a call."""


def call(name: str, arguments: dict[str, Any] | None = None, *, call_id: str = "") -> ToolCall:
    """A tool call."""
    return ToolCall(name=name, arguments=json.dumps(arguments or {}), call_id=call_id)


def transcript(
    *exchanged: Exchanged, loop: Loop = Loop.CLOSED, states: tuple[str, ...] = (), **changes: Any
) -> Transcript:
    """A run of calls, one a message, and a last answer.

    Args:
        states: Hash of the state after each result; left out, the names of the tools tell.
    """
    messages = [Message(role="user", text="do it", state="start" if states else "")]
    for place, (name, arguments, result) in enumerate(exchanged):
        call_id = f"c{place}"
        messages.append(Message(role="assistant", calls=(call(name, arguments, call_id=call_id),)))
        state = states[place] if states else ""
        messages.append(Message(role="tool", text=result, call_id=call_id, state=state))
    fields: dict[str, Any] = {
        "lane": Lane.CANDIDATE,
        "loop": loop,
        "task_id": "task",
        "messages": (*messages, Message(role="assistant", text="done")),
        "ending": Ending.ANSWERED,
    }
    return Transcript.model_validate(fields | changes)
