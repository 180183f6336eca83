from dataclasses import replace

from analytics.decide.chance import Chance
from analytics.decide.control import run_control
from analytics.decide.decision import Control, GateStatus
from tests.evidence import CARD, DANGEROUS, PairFacts, sample_of, sound_pairs, suite_pair


def control(pairs: list[PairFacts]) -> Control | None:
    return run_control(sample_of(pairs), categories=(DANGEROUS,), card=CARD, chance=Chance(1, 200))


def test_a_baseline_like_itself_passes_every_gate() -> None:
    found = control(sound_pairs())
    assert found is not None
    assert found.is_sound
    assert [gate.status for gate in found.gates] == [GateStatus.PASS] * 3


def test_only_pairs_with_the_second_baseline_are_compared() -> None:
    pairs = [replace(one, baseline_again=None) if n % 2 else one for n, one in enumerate(sound_pairs())]
    found = control(pairs)
    assert found is not None
    assert found.pairs == 350
    assert control([replace(one, baseline_again=None) for one in pairs]) is None


def test_a_second_baseline_that_is_half_as_right_is_no_sound_control() -> None:
    pairs = [replace(suite_pair(n), baseline_again=suite_pair(n, candidate=n % 2 == 0).candidate) for n in range(200)]
    found = control(pairs)
    assert found is not None
    assert not found.is_sound
