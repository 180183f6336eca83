from collections.abc import Sequence

import pytest

from analytics.decide.agent_run import AgentRun
from analytics.decide.chance import Chance
from analytics.decide.decision import Component
from analytics.decide.factors.points import Material
from analytics.decide.sample import Sample
from analytics.decide.score import make_score
from judges.agents import Recovery
from shadow.replay import Lane
from tests.agent_runs import agent_run, figures
from tests.evidence import CARD, evidence, sound_pairs

BARE = CARD.model_copy(update={"not_applicable": {}})


def parts(runs: Sequence[AgentRun], *, suite: int = 0) -> dict[str, Component]:
    found = evidence(sound_pairs(live=10, suite=suite), agent_runs=tuple(runs))
    score = make_score(Material(found, Sample.of(found.pairs), BARE, Chance(1, 200), timings_valid=True))
    return {part.name: part for part in score.factors[3].components}


def points(part: Component) -> float:
    assert part.value is not None
    return part.value.estimate


def test_the_best_agent_has_all_points() -> None:
    met = figures(recovery=Recovery(failed=1, recovered=1, injected=1, mended=1))
    found = parts([agent_run(n, figures=met) for n in range(20)])
    assert [points(part) for part in found.values()] == [10.0, 10.0, 10.0]
    assert [part.n for part in found.values()] == [20, 20, 20]


def test_without_runs_steps_and_recovery_are_missing_and_suite_examples_still_count() -> None:
    found = parts([], suite=30)
    assert points(found["tool calls"]) == 10.0
    assert found["step economy"].value is None
    assert "understudy agent run" in found["error recovery"].note


def test_runs_and_suite_examples_are_counted_together() -> None:
    found = parts([agent_run(n, figures=figures(is_exact=False)) for n in range(30)], suite=30)
    assert points(found["tool calls"]) == pytest.approx(5.0)
    assert found["tool calls"].n == 60


def test_steps_count_where_the_task_was_solved_and_are_worth_nothing_where_none_was() -> None:
    slow = [agent_run(n, figures=figures(steps=8)) for n in range(10)]
    lost = [agent_run(n + 10, is_solved=False) for n in range(10)]
    assert points(parts(slow + lost)["step economy"]) == pytest.approx(5.0)
    assert points(parts(lost)["step economy"]) == 0.0


def test_recovery_is_of_the_faults_that_were_met() -> None:
    def run(number: int, *, injected: int, mended: int) -> AgentRun:
        return agent_run(number, figures=figures(recovery=Recovery(failed=injected, injected=injected, mended=mended)))

    runs = [run(1, injected=3, mended=3), run(2, injected=1, mended=0), run(3, injected=0, mended=0)]
    assert points(parts(runs)["error recovery"]) == pytest.approx(7.5)
    assert parts([run(1, injected=0, mended=0)])["error recovery"].value is None


def test_only_the_candidate_counts_and_only_where_something_is_known() -> None:
    runs = [agent_run(n, lane=Lane.BASELINE) for n in range(9)] + [agent_run(1, is_solved=None)]
    assert parts(runs)["step economy"].value is None


def test_more_trials_of_the_same_tasks_do_not_shrink_the_interval() -> None:
    once = [agent_run(n, figures=figures(is_exact=n % 2 == 0)) for n in range(20)]
    often = [agent_run(n, trial=t, figures=figures(is_exact=n % 2 == 0)) for n in range(20) for t in range(5)]
    few, many = (parts(runs)["tool calls"].value for runs in (once, often))
    assert few is not None
    assert many is not None
    assert many.low == pytest.approx(few.low)
