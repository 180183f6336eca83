from dataclasses import replace

import pytest

from shadow.load.level import Load, Loop, Slo
from shadow.load.plan import Arm, LoadPlan
from shadow.load.prompts import Prompts
from shadow.replay import Lane
from tests.records import deployment, exchange

BASELINE = Arm(Lane.BASELINE, deployment("baseline"))
CANDIDATE = Arm(Lane.CANDIDATE, deployment("candidate"))
PLAN = LoadPlan("trial", "run", (BASELINE, CANDIDATE), (Load(Loop.CLOSED, 50),), Prompts("s", (exchange(),)))


def test_blocks_go_abba() -> None:
    blocks = PLAN.blocks(PLAN.loads[0])
    assert [arm.lane for arm, _ in blocks] == [Lane.BASELINE, Lane.CANDIDATE, Lane.CANDIDATE, Lane.BASELINE]
    assert len({block.salt for _, block in blocks}) == 4


def test_one_lane_alone_has_two_blocks() -> None:
    assert [arm.lane for arm, _ in PLAN.only(CANDIDATE).blocks(PLAN.loads[0])] == [Lane.CANDIDATE] * 2


@pytest.mark.parametrize(("streams", "kept"), [(1, 250), (50, 250), (100, 500), (200, 1000)])
def test_a_level_keeps_ten_requests_for_each_in_flight_at_least(streams: int, kept: int) -> None:
    assert PLAN.kept_of(streams) == kept
    assert PLAN.requests_of(Load(Loop.CLOSED, streams), e2e_s=1.0) == kept + 4 * streams


def test_an_open_loop_is_sized_by_what_it_will_have_in_flight() -> None:
    assert PLAN.requests_of(Load(Loop.OPEN, 100.0), e2e_s=2.0) == 1300 + 4 * 260


def test_a_run_is_the_same_as_long_as_what_its_figures_depend_on_is() -> None:
    again = replace(PLAN, loads=(Load(Loop.CLOSED, 7),), clients=3, run_id="other")
    assert again.plan_hash == PLAN.plan_hash
    for change in ({"timeout_s": 5.0}, {"slo": Slo(100.0)}, {"kept": 9}, {"prompts": Prompts("s", (exchange(1),))}):
        assert replace(PLAN, **change).plan_hash != PLAN.plan_hash
