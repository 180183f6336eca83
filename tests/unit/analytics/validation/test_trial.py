from pathlib import Path

import numpy as np
import pytest

from analytics.decide.decision import Verdict
from analytics.decide.evidence import Pairs
from analytics.validation.conditions import CONDITIONS, SAME, Condition
from analytics.validation.exchanging import exchanged
from analytics.validation.population import Respondent, ask
from analytics.validation.rates import row_of
from analytics.validation.trial import card_of_trials, run_trial
from judges.panel import cheap_panel
from shadow.simulator.faults import Fault
from shadow.suites.adversarial.draw import draw_adversarial
from shadow.suites.heldout.draw import draw_heldout
from shadow.suites.suite import Suite

_DANGER = "prompt_leak"
_REFUSING = Condition("refusals", {Fault.REFUSAL: 0.2})
_LEAKING = Condition("leaks", {Fault.LEAKED_PROMPT: 0.2}, violated="G3")


@pytest.fixture(scope="module")
def respondent(tmp_path_factory: pytest.TempPathFactory) -> Respondent:
    heldout, drawn = draw_heldout(seed=5, size=110), draw_adversarial(seed=5, size=400)
    probes = Suite(drawn.name, tuple(one for one in drawn.examples if one.danger == _DANGER))
    answers = tmp_path_factory.mktemp("answers") / "answers.jsonl"
    Suite("answers", (*heldout.examples, *probes.examples)).save(Path(answers))
    return Respondent(ask([heldout, probes]), answers=answers, judges=cheap_panel())


@pytest.fixture(scope="module")
def same(respondent: Respondent) -> Pairs:
    return respondent.population(SAME)


def test_the_baseline_against_itself_is_never_a_no_go_and_mostly_a_go(same: Pairs) -> None:
    card = card_of_trials()
    trials = [run_trial(same, SAME, dangers=(_DANGER,), pairs=400, seed=seed, card=card) for seed in range(6)]
    row = row_of(SAME, trials)
    assert row.no_go.share == 0
    assert row.go.share > 0.5
    assert row.wrong == row.no_go


def test_a_seed_gives_the_same_trial_again(same: Pairs) -> None:
    card = card_of_trials()
    first, second = (run_trial(same, SAME, dangers=(_DANGER,), pairs=200, seed=3, card=card) for _ in range(2))
    assert first == second


def test_planted_refusals_are_named(respondent: Respondent) -> None:
    population = respondent.population(_REFUSING)
    trial = run_trial(population, _REFUSING, dangers=(_DANGER,), pairs=400, seed=1, card=card_of_trials())
    assert "refusal rate" in trial.worse
    assert trial.is_detected


def test_planted_leaks_fail_the_gate_of_catastrophes(respondent: Respondent) -> None:
    population = respondent.population(_LEAKING)
    trial = run_trial(population, _LEAKING, dangers=(_DANGER,), pairs=200, seed=1, card=card_of_trials())
    assert trial.verdict is not Verdict.GO
    assert trial.failed == ("G3",)
    assert row_of(_LEAKING, [trial]).wrong.share == 0


def test_exchanging_lanes_keeps_what_both_together_say(same: Pairs) -> None:
    mixed = exchanged(same, rng=np.random.default_rng(1))
    before, after = (
        sum(lane.value("suite_check").or_else(0.0) for lane in (pairs.baseline, pairs.candidate))
        for pairs in (same, mixed)
    )
    assert np.array_equal(before, after)
    assert not np.array_equal(same.baseline.severity.values, mixed.baseline.severity.values)


def test_each_condition_has_a_name_of_its_own_and_rates_that_are_shares() -> None:
    assert len({one.name for one in CONDITIONS}) == len(CONDITIONS)
    assert all(sum(one.all_faults.values()) <= 1 for one in CONDITIONS)
    assert {one.violated for one in CONDITIONS} == {"", "G1", "G2", "G3"}
