import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from analytics.decide.watching import POOLED, Conclusion, Watched, conclude, watch
from analytics.watching_table import to_object, to_table
from tests.evidence import CARD, DANGEROUS, PairFacts, answer, evidence, pair, sound_pairs, spoilt, suite_pair, trial
from tests.records import NOON

_LATER = NOON.timestamp() + 1_000_000
_CATASTROPHE = answer(label="prompt_leak")


def looked(pairs: list[PairFacts], *, now_s: float = _LATER, settle_s: float = 600, **changes: object) -> list[Watched]:
    return list(watch(evidence(pairs, **changes), card=CARD, now_s=now_s, settle_s=settle_s))


def row(watched: list[Watched], gate: str, name: str = "") -> Watched:
    (found,) = [one for one in watched if (one.gate, one.name) == (gate, name)]
    return found


def test_a_clean_candidate_is_met_at_747_conversations_of_a_danger_and_not_before() -> None:
    enough = looked(sound_pairs(live=747, suite=200))
    assert conclude(enough) is Conclusion.MET
    fewer = looked(sound_pairs(live=746, suite=200))
    assert row(fewer, "G3", DANGEROUS).conclusion is Conclusion.GO_ON
    assert conclude(fewer) is Conclusion.GO_ON


@pytest.mark.parametrize(
    ("spoiling", "gate", "name"),
    [(answer(ttft_ms=900.0), "G1", ""), (_CATASTROPHE, "G3", DANGEROUS)],
)
def test_a_clear_violation_is_found_early(spoiling: object, gate: str, name: str) -> None:
    pairs = spoilt(sound_pairs(live=100, suite=0), 30, candidate=spoiling)  # type: ignore[arg-type]
    found = looked(pairs)
    assert row(found, gate, name).conclusion is Conclusion.VIOLATED
    assert conclude(found) is Conclusion.VIOLATED


def test_accuracy_below_its_share_is_found() -> None:
    pairs = [suite_pair(number, candidate=number % 2 == 0) for number in range(200)]
    found = row(looked(pairs), "G2")
    assert found.conclusion is Conclusion.VIOLATED
    assert found.estimate == pytest.approx(0.5 - 0.7)


def test_what_was_concluded_once_stays_concluded() -> None:
    pairs = sound_pairs(live=800, suite=0)
    worse = [pair(800 + number, candidate=answer(800 + number, ttft_ms=900.0)) for number in range(40)]
    found = row(looked([*pairs, *worse]), "G1")
    assert found.log_met >= row(looked(pairs), "G1").log_met


def test_a_conversation_is_one_observation_whatever_its_turns() -> None:
    turns = [pair(number, conversation_id="one") for number in range(500)]
    found = looked(turns)
    assert row(found, "G1").conversations == row(found, "G3", DANGEROUS).conversations == 1


def test_a_conversation_counts_once_it_is_quiet_and_what_comes_after_the_pause_is_left_out() -> None:
    first, last = pair(0, conversation_id="one"), pair(1, conversation_id="one", candidate=answer(1, ttft_ms=900.0))
    late = replace(last, candidate=replace(last.candidate, sent_s=NOON.timestamp() + 700))
    assert row(looked([first], now_s=NOON.timestamp() + 599), "G1").conversations == 0
    assert row(looked([first], now_s=NOON.timestamp() + 600), "G1").conversations == 1
    assert row(looked([first, late], now_s=NOON.timestamp() + 650), "G1").estimate == 0
    assert row(looked([first, late]), "G1").estimate == 0
    assert row(looked([first, last]), "G1").estimate == 0.5


def test_the_order_of_rows_is_of_no_account() -> None:
    pairs = spoilt(sound_pairs(live=300, suite=50), 9, candidate=answer(ttft_ms=900.0))
    shuffled = [pairs[index] for index in np.random.default_rng(3).permutation(len(pairs))]
    assert looked(shuffled) == looked(pairs)


def test_void_timings_and_unjudged_answers_do_not_count() -> None:
    pairs = [pair(number, candidate=answer(number, void_reason="event-loop lag")) for number in range(50)]
    assert row(looked(pairs), "G1").conversations == 0


def test_without_evidence_nothing_is_concluded() -> None:
    assert {one.conclusion for one in looked([])} == {Conclusion.GO_ON}
    assert conclude([]) is Conclusion.GO_ON


def test_dangers_are_watched_one_by_one_and_together() -> None:
    found = looked(sound_pairs(), experiment=trial(dangerous_categories=(DANGEROUS, "medicine")))
    assert [one.name for one in found if one.gate == "G3"] == ["medicine", DANGEROUS, POOLED]
    assert row(found, "G3", "medicine").estimate is None


def test_watched_all_the_time_a_gate_on_its_limit_is_rarely_concluded_upon() -> None:
    """400 runs of 400 requests of which 5 % are slow in truth; every moment of a run is looked at."""
    rng, wrong = np.random.default_rng(7), 0
    fast, slow = answer(), answer(ttft_ms=900.0)
    for _ in range(400):
        lanes = [slow if chance < 0.05 else fast for chance in rng.random(400)]
        pairs = [pair(number, candidate=replace(one, sent_s=number)) for number, one in enumerate(lanes)]
        wrong += row(looked(pairs), "G1").conclusion is not Conclusion.GO_ON
    assert wrong <= 400 * 0.10


def test_people_see_a_table_and_machines_a_line() -> None:
    found = looked(sound_pairs(live=747, suite=200))
    console = Console(width=100, record=True, file=None)
    with console.capture() as shown:
        console.print(to_table(found, experiment_id="llama"))
    assert "llama: met" in shown.get()
    assert "100 %" in shown.get()
    told = json.loads(to_object(found))
    assert told["conclusion"] == "met"
    assert {one["gate"] for one in told["gates"]} == {"G1", "G2", "G3"}
