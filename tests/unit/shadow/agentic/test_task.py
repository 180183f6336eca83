from random import Random

from shadow.agentic.suite import draw_agentic
from shadow.agentic.task import FaultKind, one_of


def test_faults_cost_the_best_agent_calls() -> None:
    assert {kind: kind.extra_steps for kind in FaultKind} == {FaultKind.BUSY: 1, FaultKind.LAPSED: 2}
    for task in draw_agentic(seed=3).tasks:
        extra = sum(fault.kind.extra_steps for fault in task.faults)
        assert task.reference_steps == len(task.draft.reference) + extra


def test_wordings_are_filled_in() -> None:
    assert one_of(Random(1), ("{a} and {b}",), a="x", b=2) == "x and 2"  # noqa: S311 - a repeatable draw
