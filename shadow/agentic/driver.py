"""Lets one lane act in one task's world until it answers or a bound is reached. Sends nothing itself: `ask` does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from proxy.wire.fields import Json
from proxy.wire.reply import ToolCall
from shadow.agentic.session import Session
from shadow.agentic.task import Task
from shadow.agentic.telling import tells_all
from shadow.agentic.transcript import Ending, Message
from shadow.agentic.world import read_arguments
from shadow.replay import Replay, ReplayOutcome

type Ask = Callable[[Json], Awaitable[Replay]]
"""Sends a chat request without `model`; the replay says how that ended."""

_REFUSALS: Final = frozenset(range(400, 500))
_OPENING: Final = 2
"""Messages before the first answer."""
_BUSY: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a run ends, whatever the agent does.

    Attributes:
        steps: Tool calls.
        tokens: Output tokens, all answers together.
        seconds: From the first request, s.
        answer_tokens: Output tokens of one answer.
    """

    steps: int = 25
    tokens: int = 8_192
    seconds: float = 300.0
    answer_tokens: int = 1_024


@dataclass(frozen=True, slots=True)
class Drawing:
    """How answers are drawn: the same for both lanes. A trial's requests carry the task's seed plus its number."""

    temperature: float = 0.7
    trial: int = 0


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of a run."""

    messages: tuple[Message, ...]
    ending: Ending
    is_solved: bool | None
    seconds: float
    error: str = ""


class Driver:
    """One run of one task."""

    def __init__(self, task: Task, *, drawing: Drawing, bounds: Bounds, clock: Callable[[], float]) -> None:
        self._task = task
        self._drawing = drawing
        self._bounds = bounds
        self._clock = clock
        self._session = Session(task)
        self._messages = [
            Message(role="system", text=task.world.rules, state=self._session.hash),
            Message(role="user", text=task.draft.instruction),
        ]
        self._steps = self._tokens = 0

    async def drive(self, ask: Ask) -> Driven:
        """Ask, carry out the calls, and ask again, until the agent has answered or may not go on."""
        started_s = self._clock()
        ending, error = None, ""
        while ending is None:
            replay = await ask(self._body())
            if replay.outcome is not ReplayOutcome.COMPLETED:
                ending, error = _failure(replay, has_answered=len(self._messages) > _OPENING), replay.error
            else:
                self._hear(replay)
                ending = self._ending(replay.reply.first.tool_calls, seconds=self._clock() - started_s)
        is_solved = None if ending is Ending.FAILED else ending is Ending.ANSWERED and self._is_solved()
        return Driven(tuple(self._messages), ending, is_solved, self._clock() - started_s, error)

    def _body(self) -> Json:
        return {
            "messages": [_wire(message) for message in self._messages],
            "tools": [tool.to_body() for tool in self._task.world.tools],
            "temperature": self._drawing.temperature,
            "seed": (self._task.seed + self._drawing.trial) % 2**31,
            "max_tokens": self._bounds.answer_tokens,
        }

    def _hear(self, replay: Replay) -> None:
        first, usage = replay.reply.first, replay.reply.usage
        calls = tuple(
            ToolCall(name=call.name, arguments=call.arguments, call_id=f"call_{self._steps + place}")
            for place, call in enumerate(first.tool_calls)
        )
        self._tokens += usage.completion_tokens or 0
        self._messages.append(
            Message(
                role="assistant",
                text=first.text,
                calls=calls,
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
                ms=replay.timings.e2e_ms,
            )
        )

    def _ending(self, calls: tuple[ToolCall, ...], *, seconds: float) -> Ending | None:
        """How the run ends here, if it does; else the calls of the last answer are carried out."""
        if not calls:
            return Ending.ANSWERED
        for call in self._messages[-1].calls:
            if self._steps >= self._bounds.steps:
                return Ending.STEP_LIMIT
            self._carry_out(call)
        if self._tokens >= self._bounds.tokens:
            return Ending.TOKEN_LIMIT
        return Ending.TIME_LIMIT if seconds >= self._bounds.seconds else None

    def _carry_out(self, call: ToolCall) -> None:
        self._steps += 1
        result = self._session.call(call)
        self._messages.append(
            Message(
                role="tool",
                text=result.text,
                call_id=call.call_id,
                is_error=result.is_error,
                injected=result.injected,
                state=self._session.hash,
            )
        )

    def _is_solved(self) -> bool:
        """Whether the world is as the reference leaves it, and the last answer gives what was asked for."""
        return self._session.is_as_wanted and tells_all([self._messages[-1].text], values=self._task.draft.says)


def _failure(replay: Replay, *, has_answered: bool) -> Ending:
    """A request that is refused once there are answers, as one longer than the context, is the agent's doing.

    One that is refused at once says something of the server, such as a vLLM without a parser of tool calls.
    """
    if replay.outcome is ReplayOutcome.TIMED_OUT:
        return Ending.TIME_LIMIT
    is_refused = replay.outcome is ReplayOutcome.HTTP_ERROR and replay.status in _REFUSALS - _BUSY
    return Ending.REFUSED if is_refused and has_answered else Ending.FAILED


def _wire(message: Message) -> Json:
    """A message as chat takes it; arguments that are no JSON are sent as none, since templates would choke on them."""
    match message.role:
        case "tool":
            return {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
        case "assistant" if message.calls:
            return {
                "role": "assistant",
                "content": message.text or None,
                "tool_calls": [_wire_call(call) for call in message.calls],
            }
        case role:
            return {"role": role, "content": message.text}


def _wire_call(call: ToolCall) -> Json:
    arguments = call.arguments if read_arguments(call) is not None else "{}"
    return {"id": call.call_id, "type": "function", "function": {"name": call.name, "arguments": arguments or "{}"}}
