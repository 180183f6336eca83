import pytest

from proxy.wire.reply import ToolCall
from shadow.agentic.session import RENEW, Session, end_hash
from shadow.agentic.suite import as_tool_calls, draw_agentic
from shadow.agentic.task import FaultKind, Task

SUITE = draw_agentic(seed=1)


def with_fault(kind: FaultKind) -> Task:
    return next(task for task in SUITE.tasks if [fault.kind for fault in task.faults] == [kind])


def faulty(task: Task) -> ToolCall:
    """The call that meets the task's fault."""
    return next(call for call in as_tool_calls(task.draft.reference) if call.name == task.faults[0].tool)


def test_a_busy_tool_works_when_it_is_tried_again() -> None:
    task = with_fault(FaultKind.BUSY)
    session = Session(task)
    for call in as_tool_calls(task.draft.reference):
        result = session.call(call)
        if result.is_error:
            assert result.injected
            assert not session.call(call).is_error
    assert session.is_as_wanted


def test_a_lapsed_session_fails_every_call_until_it_is_renewed() -> None:
    task = with_fault(FaultKind.LAPSED)
    session, call = Session(task), faulty(task)
    results = [session.call(call) for _ in range(3)]
    assert all(result.is_error for result in results)
    assert {result.injected for result in results} == {f"lapsed:{call.name}"}
    assert session.call(ToolCall(name="anything", arguments="")).injected
    assert not session.call(ToolCall(name=RENEW, arguments="{}")).is_error
    assert not session.call(ToolCall(name="anything", arguments="")).injected


def test_every_session_begins_from_the_same_state() -> None:
    task = next(
        task for task in SUITE.tasks if not task.faults and task.draft.reference[-1].tool in task.world.changing
    )
    first = Session(task)
    before = first.hash
    for call in as_tool_calls(task.draft.reference):
        first.call(call)
    assert first.hash != before == Session(task).hash
    assert first.is_as_wanted
    assert not Session(task).is_as_wanted


def test_a_reference_that_fails_is_none() -> None:
    task = SUITE.tasks[0]
    with pytest.raises(ValueError, match="in vain"):
        end_hash(task.world, task.draft.state, [ToolCall(name="nothing", arguments="")])
