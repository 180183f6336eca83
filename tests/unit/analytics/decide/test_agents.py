import pytest

from analytics.decide.agents import agent_table
from analytics.decide.chance import Chance
from analytics.decide.decision import AgentFigures
from shadow.replay import Lane
from tests.agent_runs import agent_run, figures

CHANCE = Chance(1, 200)


def row(runs: list, *, world: str = "all", lane: str = "candidate") -> AgentFigures:  # type: ignore[type-arg]
    table = agent_table(runs, chance=CHANCE, confidence=0.95)
    return next(one for one in table if (one.world, one.lane) == (world, lane))


def test_without_runs_there_is_no_table() -> None:
    assert agent_table([], chance=CHANCE, confidence=0.95) == ()


def test_each_lane_has_a_row_per_world_and_one_over_all() -> None:
    runs = [agent_run(1), agent_run(2, world="orders"), agent_run(1, lane=Lane.BASELINE)]
    table = agent_table(runs, chance=CHANCE, confidence=0.95)
    assert [(one.world, one.lane, one.runs) for one in table] == [
        ("all", "baseline", 1), ("all", "candidate", 2),
        ("files", "baseline", 1), ("files", "candidate", 1),
        ("orders", "baseline", 0), ("orders", "candidate", 1),
    ]  # fmt: skip
    assert row(runs, world="orders", lane="baseline").solved is None


def test_runs_of_which_nothing_is_known_are_counted_apart() -> None:
    found = row([agent_run(1), agent_run(2, is_solved=None)])
    assert (found.runs, found.unknown, found.solved is not None and found.solved.estimate) == (1, 1, 1.0)


def test_what_is_solved_pays_for_what_is_not() -> None:
    runs = [agent_run(n, trial=trial, is_solved=trial == 0) for n in range(10) for trial in range(2)]
    found = row(runs)
    assert (found.tokens_per_solved, found.ms_per_solved) == (40.0, 2000.0)
    assert found.pass_hat == pytest.approx((0.5, 0.0))
    assert row([agent_run(1, is_solved=False)]).tokens_per_solved is None


def test_economy_is_that_of_solved_runs() -> None:
    runs = [agent_run(1, figures=figures(steps=8)), agent_run(2, is_solved=False, figures=figures(steps=400))]
    assert row(runs).economy == 0.5
    assert row([agent_run(1, figures=figures(steps=2))]).economy == 1.0


def test_the_order_of_runs_is_of_no_account() -> None:
    runs = [agent_run(n, trial=trial, is_solved=n % 3 > 0) for n in range(12) for trial in range(2)]
    assert row(runs) == row(runs[::-1])
