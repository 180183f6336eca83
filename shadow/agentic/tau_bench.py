"""Reads transcripts that tau-bench wrote: a JSON list of runs, each with its task, its messages and its reward."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxy.errors import BadRecord
from proxy.wire.fields import Json
from proxy.wire.reply import ToolCall
from shadow.agentic.transcript import Ending, Loop, Message, Transcript
from shadow.replay import Lane

_STOP = "###STOP###"
_HAND_OVER = "transfer_to_human_agents"
_WRONG = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one task; `reward` is the benchmark's own, 1 when solved, and not in the transcript."""

    transcript: Transcript
    reward: float


def read_tau_bench(path: Path, *, lane: Lane = Lane.CANDIDATE) -> Iterator[Run]:
    """Every run of a file, in its order.

    Raises:
        BadRecord: the file is no such list; the message names the place of the run.
    """
    try:
        runs = list(json.loads(path.read_text("utf-8")))
    except (TypeError, ValueError):
        message = f"{path.name} is no JSON list; give a file of transcripts as tau-bench writes it"
        raise BadRecord(message) from None
    for number, run in enumerate(runs, 1):
        try:
            yield Run(_transcript(run, lane=lane), float(run["reward"]))
        except _WRONG as error:
            message = f"{path.name}, run {number}, is no transcript of tau-bench ({type(error).__name__})"
            raise BadRecord(message) from None


def _transcript(run: Json, *, lane: Lane) -> Transcript:
    task = run["info"]["task"]
    messages = tuple(_message(message) for message in run["traj"])
    return Transcript(
        lane=lane,
        loop=Loop.CLOSED,
        suite="tau-bench",
        task_id=str(run["task_id"]),
        trial=int(run.get("trial", 0)),
        messages=messages,
        ending=Ending.ANSWERED if _is_ended(run["traj"][-1]) else Ending.CUT,
        reference=tuple(
            ToolCall(name=action["name"], arguments=json.dumps(action.get("kwargs", action.get("arguments", {}))))
            for action in task["actions"]
        ),
        says=tuple(str(value) for value in task.get("outputs") or ()),
    )


def _message(message: Json) -> Message:
    return Message(
        role=message["role"],
        text=_text(message.get("content")),
        calls=tuple(
            ToolCall(
                name=call["function"]["name"],
                arguments=call["function"]["arguments"],
                call_id=str(call.get("id") or ""),
            )
            for call in message.get("tool_calls") or ()
        ),
        call_id=str(message.get("tool_call_id") or ""),
    )


def _text(content: Any) -> str:  # noqa: ANN401 - text, or parts with text, or nothing
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content or "")


def _is_ended(last: Json) -> bool:
    """Whether the simulated user said that it was over, or the agent handed over; other runs were cut off."""
    return _STOP in _text(last.get("content")) or last.get("name") == _HAND_OVER
