from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from analytics.decide.decision import Decision, GateStatus, Interval, Verdict
from analytics.decide.ranking import lead_of, rank, tie_set
from analytics.decide.verdict import decide
from shadow.experiment import Profile
from tests.evidence import CARD, PairFacts, answer, evidence, pair, sound_pairs, spoilt, suite_pair
from tests.records import deployment

BASE = decide(evidence(sound_pairs()), CARD, seed=1, resamples=50)


def decision(
    name: str, points: float, *, p95_ms: float = 200.0, failures: float = 9.0, parameters: int = 8, **changes: Any
) -> Decision:
    gate = BASE.gates[0].model_copy(update={"value": Interval(estimate=p95_ms)})
    factors = tuple(
        factor.model_copy(update={"low": failures}) if factor.name == "failure profile" else factor
        for factor in BASE.score.factors
    )
    fields = {
        "experiment_id": name,
        "candidate": deployment(name, parameters=parameters),
        "gates": (gate, *BASE.gates[1:]),
        "score": BASE.score.model_copy(update={"low": points, "high": points, "factors": factors}),
    }
    return BASE.model_copy(update=fields | changes)


def names(decisions: list[Decision]) -> list[str]:
    return [one.experiment_id for one in decisions]


def test_only_those_within_three_tenths_of_the_best_tie() -> None:
    ordered = [decision("a", 8.0), decision("b", 7.8), decision("c", 7.6)]
    assert names(tie_set(ordered, tie_points=0.3)) == ["a", "b"]


def test_eight_point_three_and_eight_tie_though_floats_say_otherwise() -> None:
    assert 8.3 - 8.0 > 0.3
    assert len(tie_set([decision("a", 8.3), decision("b", 8.0)], tie_points=0.3)) == 2


@pytest.mark.parametrize(
    ("profile", "best"), [(Profile.CHAT, "quick"), (Profile.HIGH_STAKES, "safe"), (Profile.COST, "small")]
)
def test_the_profile_orders_a_tie(profile: Profile, best: str) -> None:
    tied = [
        decision("quick", 8.0, p95_ms=100.0, profile=profile),
        decision("safe", 8.1, failures=9.5, profile=profile),
        decision("small", 7.9, parameters=1, profile=profile),
    ]
    assert names(rank(tied))[0] == best


def test_beyond_a_tie_points_decide_whatever_the_profile_likes() -> None:
    assert names(rank([decision("quick", 7.0, p95_ms=50.0), decision("good", 8.0)])) == ["good", "quick"]


def test_who_fails_a_gate_never_stands_above_one_that_passes() -> None:
    failing = BASE.gates[2].model_copy(update={"status": GateStatus.FAIL})
    bad = decision("bad", 9.9, verdict=Verdict.NO_GO, gates=(*BASE.gates[:2], failing))
    unsure = decision("unsure", 9.5, verdict=Verdict.INSUFFICIENT)
    assert names(rank([bad, unsure, decision("good", 5.0)])) == ["good", "unsure", "bad"]


def test_the_order_given_changes_nothing() -> None:
    four = [decision("a", 8.0), decision("b", 8.0), decision("c", 7.8, p95_ms=90.0), decision("d", 7.6)]
    assert {tuple(names(rank(list(order)))) for order in permutations(four)} == {("c", "a", "b", "d")}


def test_a_p95_that_is_not_known_comes_last_in_a_tie() -> None:
    gate = BASE.gates[0].model_copy(update={"value": None})
    unknown = decision("unknown", 8.1, gates=(gate, *BASE.gates[1:]))
    assert names(rank([unknown, decision("known", 8.0)])) == ["known", "unknown"]


def test_no_decisions_are_no_ranking() -> None:
    assert rank([]) == []


def test_what_the_score_card_calls_a_tie_is_one() -> None:
    strict = [decision("quick", 7.9, p95_ms=50.0, tie_points=0.05), decision("good", 8.0, tie_points=0.05)]
    assert names(rank(strict)) == ["good", "quick"]
    assert names(rank([one.model_copy(update={"tie_points": 0.3}) for one in strict])) == ["quick", "good"]


def decided(pairs: list[PairFacts], *, seed: int = 1) -> Decision:
    return decide(evidence(pairs), CARD, seed=seed, resamples=50)


def hard() -> list[PairFacts]:
    """A suite of which every lane gets two in three, in conversations that are the same for every candidate."""
    suite = [suite_pair(640 + number, baseline=number % 3 > 0, candidate=number % 3 > 0) for number in range(300)]
    return sound_pairs(suite=0) + suite


def test_candidates_on_the_same_conversations_are_compared_draw_by_draw() -> None:
    """The better one has ten more right of 300, and yet the two intervals overlap."""
    better, worse = decided([*hard()[:-30], *(suite_pair(910 + number) for number in range(30))]), decided(hard())
    lead = lead_of(better, worse)
    assert lead is not None
    assert better.score.interval is not None
    assert worse.score.interval is not None
    assert better.score.interval.low is not None
    assert worse.score.interval.high is not None
    assert better.score.interval.low < worse.score.interval.high
    assert lead.is_beyond_chance
    assert lead.points.estimate == pytest.approx(better.score.low - worse.score.low)
    assert lead.ahead_share > 0.95


def test_a_candidate_has_no_lead_over_itself_and_none_over_one_of_another_seed() -> None:
    lead = lead_of(decided(hard()), decided(hard()))
    assert lead is not None
    assert (lead.points.low, lead.points.high, lead.ahead_share) == (0, 0, 0.5)
    assert lead_of(decided(hard()), decided(hard(), seed=2)) is None


def test_a_conversation_is_drawn_alike_for_a_candidate_that_saw_other_exchanges_too() -> None:
    """Suite examples have an id of their own in each experiment; their conversation is the same one."""
    renamed = [replace(one, exchange_id=f"other-{one.exchange_id}") for one in hard()]
    assert decided(renamed).score.draws == decided(hard()).score.draws
    more = decided([*hard(), *(pair(5000 + number) for number in range(50))])
    lead = lead_of(more, decided(hard()))
    assert lead is not None
    assert lead.points.high is not None
    assert lead.points.high < 0.2


def test_copies_within_conversations_make_no_score_surer() -> None:
    pairs = spoilt(hard(), 60, candidate=answer(label="refusal_safety"))
    copies = [replace(one, exchange_id=f"{one.exchange_id}-{copy}") for one in pairs for copy in range(3)]
    once, often = decided(pairs).score.interval, decided(copies).score.interval
    assert once is not None
    assert often is not None
    assert often.low == pytest.approx(once.low, abs=0.01)
    assert often.high == pytest.approx(once.high, abs=0.01)
