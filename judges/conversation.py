"""Conversations of captured traffic as transcripts in an open loop: the history is what production said and did.

Whatever a lane answers there stands alone: results in the history belong to another's calls. Figures of such
transcripts say what a lane would do next, never what would have come of it.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Literal

from judges.judgement import Case
from judges.prompt import offered_tools
from proxy.exchange import Exchange
from proxy.wire.fields import Json, parts, rows, table, text
from proxy.wire.reply import ToolCall
from shadow.agentic.transcript import Ending, Loop, Message, Transcript
from shadow.replay import Replay

_SYSTEM = frozenset({"system", "developer"})
_OF_ANOTHER = "history:"


def open_transcript(case: Case) -> Transcript:
    """One exchange: its whole history as it was captured, and the lane's answer as the last message."""
    return _transcript(case, (*history_of(case.exchange), _answer(case.answer)), reference=_calls(case.reference))


def assembled(cases: Sequence[Case]) -> Transcript:
    """The exchanges of one conversation and lane, in the order of their turns, each answered by the lane.

    Between two answers stands what the history brought in the meantime. Its tool results belong to no call of the lane.

    Raises:
        ValueError: there is no case, or cases of several conversations or lanes.
    """
    if len({(case.exchange.conversation_id, case.answer.lane) for case in cases}) != 1:
        raise ValueError("a transcript has one conversation and one lane")
    ordered = sorted(cases, key=lambda case: (case.exchange.captured_at, case.exchange.turn))
    first, *rest = ordered
    messages = [*history_of(first.exchange), _answer(first.answer)]
    for case in rest:
        messages += [*_news(history_of(case.exchange)), _answer(case.answer)]
    reference = tuple(chain.from_iterable(_calls(case.reference) for case in ordered))
    return _transcript(ordered[-1], tuple(messages), reference=reference)


def answers_by_turn(transcript: Transcript) -> tuple[str, ...]:
    """Texts of the agent's answers, one per message that says anything: what drift over turns is read from."""
    return tuple(message.text for message in transcript.messages if message.role == "assistant" and message.text)


def history_of(exchange: Exchange) -> tuple[Message, ...]:
    """The messages of a request, in the shapes of chat, Responses and Messages; other shapes have no tools."""
    request = exchange.request
    told = parts(request.get("system")) or parts(request.get("instructions"))
    system = (Message(role="system", text=told),) if told else ()
    said = chain.from_iterable(_of_item(item) for item in (*rows(request, "messages"), *rows(request, "input")))
    return (*system, *said)


def _of_item(item: Json) -> Iterator[Message]:
    match item.get("type"):
        case "function_call":
            call = ToolCall(name=text(item, "name"), arguments=text(item, "arguments"), call_id=text(item, "call_id"))
            yield Message(role="assistant", calls=(call,))
        case "function_call_output":
            yield Message(role="tool", text=parts(item.get("output")), call_id=text(item, "call_id"))
        case _:
            yield from _of_message(item)


def _of_message(item: Json) -> Iterator[Message]:
    role = text(item, "role")
    if role in {"tool", "function"}:
        yield Message(role="tool", text=parts(item.get("content")), call_id=text(item, "tool_call_id"))
        return
    for block in rows(item, "content"):
        if text(block, "type") == "tool_result":
            yield Message(
                role="tool",
                text=parts(block.get("content")),
                call_id=text(block, "tool_use_id"),
                is_error=True if block.get("is_error") is True else None,
            )
    words, calls = parts(item.get("content")), tuple(_calls_of(item))
    if words or calls:
        yield Message(role=_role(role), text=words, calls=calls)


def _calls_of(item: Json) -> Iterator[ToolCall]:
    for call in rows(item, "tool_calls"):
        function = table(call, "function")
        yield ToolCall(name=text(function, "name"), arguments=text(function, "arguments"), call_id=text(call, "id"))
    for block in rows(item, "content"):
        if text(block, "type") == "tool_use":
            yield ToolCall(name=text(block, "name"), arguments=_json(block.get("input")), call_id=text(block, "id"))


def _json(value: object) -> str:
    return json.dumps(value) if isinstance(value, dict) else "{}"


def _role(role: str) -> Literal["system", "user", "assistant"]:
    if role in _SYSTEM:
        return "system"
    return "assistant" if role == "assistant" else "user"


def _answer(replay: Replay) -> Message:
    first, usage = replay.reply.first, replay.reply.usage
    return Message(
        role="assistant",
        text=first.text,
        calls=first.tool_calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        ms=replay.timings.e2e_ms,
    )


def _calls(replay: Replay) -> tuple[ToolCall, ...]:
    return replay.reply.first.tool_calls


def _news(history: Sequence[Message]) -> Iterator[Message]:
    """What the history brought since its last answer; results name no call of the lane's."""
    after = max((place for place, message in enumerate(history) if message.role == "assistant"), default=-1) + 1
    for message in history[after:]:
        yield message.model_copy(update={"call_id": _OF_ANOTHER + message.call_id}) if message.call_id else message


def _transcript(case: Case, messages: tuple[Message, ...], *, reference: tuple[ToolCall, ...]) -> Transcript:
    answer, exchange = case.answer, case.exchange
    return Transcript(
        experiment_id=answer.experiment_id,
        lane=answer.lane,
        loop=Loop.OPEN,
        suite=exchange.suite,
        world=exchange.category,
        task_id=exchange.example_id or exchange.conversation_id,
        conversation_id=exchange.conversation_id,
        deployment_id=answer.deployment_id,
        fingerprint=answer.fingerprint,
        tools={name: tool.schema or {} for name, tool in offered_tools(exchange).items()},
        messages=messages,
        ending=Ending.CUT if _calls(answer) else Ending.ANSWERED,
        reference=reference,
    )
