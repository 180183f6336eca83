from dataclasses import replace

import pytest

from analytics.decide.chance import Chance
from analytics.decide.comparisons import compare_lanes
from analytics.decide.decision import Comparison
from judges.judgement import Judgement
from tests.evidence import PairFacts, answer, failed, pair, sample_of, sound_pairs


def compare(pairs: list[PairFacts]) -> dict[str, Comparison]:
    rows = compare_lanes(sample_of(pairs), confidence=0.95, chance=Chance(1, 200))
    return {row.metric: row for row in rows}


def test_every_metric_has_a_row_even_without_pairs() -> None:
    rows = compare([])
    assert list(rows) == [
        "TTFT P50",
        "TTFT P95",
        "suite accuracy",
        "exact match",
        "similarity",
        "refusal rate",
        "format validity",
        "mean failure severity",
    ]
    assert all(row.n == 0 and row.difference is None for row in rows.values())


def test_first_token_times_are_compared_lane_by_lane_with_bounds() -> None:
    row = compare([pair(n, candidate=answer(n, ttft_ms=250.0 + n % 7)) for n in range(200)])["TTFT P50"]
    assert (row.baseline, row.candidate, row.noise) == (200.0, 253.0, 0.0)
    assert row.difference is not None
    assert row.difference.low is not None
    assert row.difference.low <= 53.0


def test_a_p95_among_failures_is_missing_and_no_number() -> None:
    rows = compare([pair(n, candidate=failed(n) if n % 5 == 0 else answer(n)) for n in range(200)])
    assert rows["TTFT P95"].candidate is None
    assert rows["TTFT P95"].difference is None
    assert rows["TTFT P50"].candidate == 200.0


def test_agreement_is_read_against_the_second_baseline() -> None:
    yes, no = Judgement(1.0, "bytes", "equal"), Judgement(0.0, "different", "unlike")
    pairs = [
        replace(
            pair(n),
            candidate=answer(n, findings={"exact_match": yes if n % 4 else no}),
            baseline_again=answer(n, findings={"exact_match": yes if n % 10 else no}),
        )
        for n in range(200)
    ]
    row = compare(pairs)["exact match"]
    assert row.difference is not None
    assert (row.candidate, row.difference.estimate) == (0.75, -0.25)
    assert row.noise == pytest.approx(-0.1)
    assert row.excess is not None
    assert row.excess.estimate == pytest.approx(-0.15)


def test_any_refusal_counts_as_one() -> None:
    partial, helps = Judgement(0.5, "partial", "half"), Judgement(1.0, "compliance", "helps")
    pairs = [
        pair(n, candidate=answer(n, findings={"refusal": partial}), baseline=answer(n, findings={"refusal": helps}))
        for n in range(10)
    ]
    row = compare(pairs)["refusal rate"]
    assert (row.baseline, row.candidate, row.higher_is_better) == (0.0, 1.0, False)


def test_suite_accuracy_and_format_are_over_pairs_that_have_them() -> None:
    rows = compare(sound_pairs(live=30, suite=25))
    assert (rows["suite accuracy"].n, rows["format validity"].n, rows["mean failure severity"].n) == (25, 25, 55)


def test_agents_in_an_open_loop_have_rows_only_where_tools_were_called() -> None:
    called = {
        "agent_tools": Judgement(0.5, "wrong_call", "open loop"),
        "agent_steps": Judgement(1.0, "ok", "open loop"),
    }
    pairs = [pair(n, candidate=answer(n, findings=called), baseline=answer(n, findings=called)) for n in range(30)]
    rows = compare(pairs)
    assert list(rows)[-2:] == ["tool calls, open loop", "calls not repeated, open loop"]
    assert (rows["tool calls, open loop"].baseline, rows["tool calls, open loop"].candidate) == (1.0, 0.5)
    assert rows["calls not repeated, open loop"].baseline == 1.0
