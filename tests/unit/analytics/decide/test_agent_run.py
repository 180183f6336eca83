from analytics.decide.agent_run import known_runs
from shadow.replay import Lane
from tests.agent_runs import agent_run, figures


def test_known_runs_are_a_lane_s_in_one_order() -> None:
    runs = [agent_run(2), agent_run(1), agent_run(3, is_solved=None), agent_run(4, lane=Lane.BASELINE)]
    assert [run.task_id for run in known_runs(runs, lane=Lane.CANDIDATE)] == ["files-001", "files-002"]


def test_economy_needs_a_solution_and_a_reference() -> None:
    assert agent_run(is_solved=False).economy is None
    assert agent_run(reference_steps=None).economy is None
    assert agent_run(figures=figures(steps=0)).economy == 1.0
    assert agent_run(figures=figures(steps=16)).economy == 0.25
