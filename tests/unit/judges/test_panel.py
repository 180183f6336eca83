import math
from collections.abc import Sequence
from dataclasses import dataclass

from judges.judgement import Abstained, Case, Finding, JudgeFailed, Judgement
from judges.panel import cheap_panel, run_panel
from judges.taxonomy import Taxonomy
from tests.unit.judges.cases import baseline_case, case, live_case

GOOD = Judgement(1.0, "ok", "")


@dataclass(frozen=True)
class Scripted:
    """Gives a fixed finding; raises on an answer that says so, gives one finding too few when told."""

    finding: Finding = GOOD
    is_short: bool = False
    name: str = "scripted"
    version: str = "7"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        if any(one.answer.reply.first.text == "raise" for one in cases):
            raise KeyError("secret text")
        return [self.finding] * (len(cases) - self.is_short)


def test_there_is_one_row_for_each_judge_and_case_in_order() -> None:
    cases = [case("a"), baseline_case(), live_case()]
    rows = run_panel([Scripted(), Taxonomy()], cases)
    assert [(row.judge, row.version, row.case_index) for row in rows] == [
        *(("scripted", "7", index) for index in range(3)),
        *(("taxonomy", Taxonomy().version, index) for index in range(3)),
    ]


def test_a_case_that_breaks_a_judge_fails_alone() -> None:
    found = [row.finding for row in run_panel([Scripted()], [case("a"), case("raise"), case("b")])]
    assert found == [GOOD, JudgeFailed("KeyError"), GOOD]


def test_a_broken_judge_does_not_stop_the_next_one() -> None:
    rows = run_panel([Scripted(), Taxonomy()], [case("raise")])
    assert [type(row.finding) for row in rows] == [JudgeFailed, Judgement]


def test_a_judge_that_loses_findings_fails_for_all_its_cases() -> None:
    rows = run_panel([Scripted(is_short=True)], [case("a"), case("b")])
    assert [row.finding for row in rows] == [JudgeFailed("WrongLength")] * 2


def test_figures_that_are_none_are_failures_not_values() -> None:
    for value, severity in [(math.nan, 0.0), (1.5, 0.0), (-0.1, 0.0), (1.0, 11.0), (1.0, math.nan)]:
        (row,) = run_panel([Scripted(Judgement(value, "x", "", severity=severity))], [case()])
        assert row.finding == JudgeFailed("OutOfRange")


def test_without_cases_or_judges_there_are_no_rows() -> None:
    assert run_panel([Scripted()], []) == []
    assert run_panel([], [case()]) == []


def test_a_live_reply_is_judged_by_none() -> None:
    assert all(isinstance(row.finding, Abstained) for row in run_panel(cheap_panel(), [live_case()]))


def test_judges_have_names_of_their_own() -> None:
    names = [judge.name for judge in cheap_panel()]
    assert len(names) == len(set(names))


def test_a_check_that_is_none_breaks_only_the_judge_of_checks() -> None:
    rows = run_panel(cheap_panel(), [case(checks=({"kind": "unheard"},))])
    assert [row.judge for row in rows if isinstance(row.finding, JudgeFailed)] == ["suite_check"]
