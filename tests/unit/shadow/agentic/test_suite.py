import pytest

from proxy.errors import UsageError
from shadow.agentic.suite import draw_agentic
from shadow.agentic.task import FaultKind
from shadow.agentic.telling import tells_all


def test_the_same_seed_draws_the_same_suite_and_another_one_other_tasks() -> None:
    one, again, other = (draw_agentic(seed=seed) for seed in (1, 1, 2))
    assert one.id == again.id != other.id
    asked = [{(task.draft.instruction, task.end_hash) for task in suite.tasks} for suite in (one, other)]
    assert asked[0].isdisjoint(asked[1])


def test_a_suite_has_enough_tasks_worlds_and_faults() -> None:
    suite = draw_agentic(seed=1)
    assert len(suite.tasks) == 72
    assert {task.world.name for task in suite.tasks} == {"orders", "calendar", "files", "banking"}
    kinds = [fault.kind for task in suite.tasks for fault in task.faults]
    assert min(kinds.count(FaultKind.BUSY), kinds.count(FaultKind.LAPSED)) >= 15
    assert len({task.draft.instruction for task in suite.tasks}) == len({task.task_id for task in suite.tasks}) == 72


@pytest.mark.parametrize("seed", range(20))
def test_every_task_can_be_solved_and_is_not_solved_before(seed: int) -> None:
    for task in draw_agentic(seed=seed).tasks:
        assert task.draft.reference
        assert task.reference_steps >= len(task.draft.reference)
        changes = any(step.tool in task.world.changing for step in task.draft.reference)
        assert changes or task.draft.says, "a task that changes nothing asks for an answer"
        assert not tells_all([task.draft.instruction], values=task.draft.says) or not task.draft.says


def test_a_task_is_found_by_its_id() -> None:
    suite = draw_agentic(seed=1, per_world=2)
    assert suite.task("files-002").world.name == "files"
    with pytest.raises(UsageError, match="no task nothing"):
        suite.task("nothing")


def test_too_few_or_too_many_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 1"):
        draw_agentic(seed=1, per_world=0)
    with pytest.raises(UsageError, match="fewer tasks"):
        draw_agentic(seed=1, per_world=1000)
