"""One run of a task's world: its state, the faults that are injected, and every call carried out in memory."""

from collections.abc import Iterable
from typing import Any, Final

from proxy.wire.reply import ToolCall
from shadow.agentic.task import Fault, FaultKind, Task
from shadow.agentic.world import Result, Tool, World, act, copied, denied, state_hash

RENEW: Final = "renew_session"
"""The tool of every world that mends a lapsed session."""


def _renew(_state: object, _given: object) -> str:
    return "the session is renewed"


RENEW_TOOL: Final[Tool[Any]] = Tool(RENEW, "Renew the session when a tool says that it has lapsed.", {}, _renew)


def with_renewal(world: World[Any]) -> World[Any]:
    """The world as agents see it."""
    return World(world.name, world.rules, (*world.tools, RENEW_TOOL))


class Session:
    """The world of one run of a task; another run begins from the same state again."""

    def __init__(self, task: Task) -> None:
        self._world = task.world
        self._state = copied(task.draft.state)
        self._pending = {_id(fault): fault for fault in task.faults}
        self._lapsed = ""
        self._end_hash = task.end_hash

    def call(self, call: ToolCall) -> Result:
        """Carry out one call, or fail it as the task's faults say."""
        if call.name == RENEW:
            self._lapsed = ""
        elif self._lapsed:
            return denied(f"the session has lapsed; call {RENEW} first", injected=self._lapsed)
        elif fault := self._next_fault(call.name):
            return self._inject(fault)
        return act(self._world, self._state, call)

    @property
    def hash(self) -> str:
        """Hash of the state as it is now."""
        return state_hash(self._state)

    @property
    def is_as_wanted(self) -> bool:
        """Whether the state is the one that the reference leads to."""
        return self.hash == self._end_hash

    def _next_fault(self, tool: str) -> Fault | None:
        return next((fault for fault in self._pending.values() if fault.tool == tool), None)

    def _inject(self, fault: Fault) -> Result:
        fault_id = _id(fault)
        del self._pending[fault_id]
        match fault.kind:
            case FaultKind.BUSY:
                return denied("the service is busy; try again", injected=fault_id)
            case FaultKind.LAPSED:
                self._lapsed = fault_id
                return denied(f"the session has lapsed; call {RENEW} first", injected=fault_id)


def end_hash(world: World[Any], state: Any, calls: Iterable[ToolCall]) -> str:  # noqa: ANN401 - a world's own type
    """Hash of the state that the calls lead to.

    Raises:
        ValueError: a call does not succeed, so that the reference is none.
    """
    reached = copied(state)
    for call in calls:
        result = act(world, reached, call)
        if result.is_error:
            message = f"the reference calls {call.name} in vain: {result.text}"
            raise ValueError(message)
    return state_hash(reached)


def _id(fault: Fault) -> str:
    return f"{fault.kind}:{fault.tool}"
