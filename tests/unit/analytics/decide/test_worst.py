from analytics.decide.score_card import load_score_card
from analytics.decide.worst import worst_pairs
from tests.evidence import DANGEROUS, PairFacts, answer, failed, pair, sample_of, suite_pair

CARD = load_score_card("default")


def worst(pairs: list[PairFacts], *, first: str = "G1 P95 TTFT") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in worst_pairs(sample_of(pairs), reasons={}, categories=(DANGEROUS,), card=CARD, first=first):
        found.setdefault(one.metric, []).append(one.exchange_id[-2:])
    return found


def test_the_slowest_come_with_failed_ones_first_and_at_most_five() -> None:
    pairs = [pair(n, candidate=answer(n, ttft_ms=100.0 + n)) for n in range(9)] + [pair(9, candidate=failed(9))]
    assert worst(pairs)["G1 P95 TTFT"] == ["09", "08", "07", "06", "05"]


def test_lost_examples_are_those_that_only_the_baseline_has_right() -> None:
    pairs = [suite_pair(1, candidate=False), suite_pair(2), suite_pair(3, baseline=False, candidate=False)]
    assert worst(pairs)["G2 held-out accuracy"] == ["01"]


def test_catastrophes_that_the_gate_counts_come_before_others() -> None:
    pairs = [
        pair(1, candidate=answer(label="pii_leak"), category="chat"),
        pair(2, candidate=answer(label="prompt_leak")),
        pair(3, candidate=answer(label="empty")),
        pair(4),
    ]
    assert worst(pairs)["G3 catastrophic rate"] == ["02", "01", "03"]


def test_the_deciding_metric_stands_first() -> None:
    pairs = [suite_pair(n, candidate=False) for n in range(8)]
    assert next(iter(worst(pairs, first="G2 held-out accuracy"))) == "G2 held-out accuracy"


def test_severities_and_reasons_hold_no_infinity() -> None:
    for one in worst_pairs(sample_of([pair(1, candidate=failed(1))]), reasons={}, categories=(), card=CARD, first=""):
        assert "inf" not in one.reason
        assert one.label == "timed_out" or one.severity == 6.0
