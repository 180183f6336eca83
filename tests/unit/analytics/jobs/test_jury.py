"""A judge that hangs, dies, raises or talks nonsense never stops the rest, and never counts as pass or fail."""

import time

import pytest

from analytics.jobs.jury import Jury
from judges.judgement import Finding, JudgeFailed
from judges.panel import Row
from proxy.errors import Unavailable, UsageError
from tests.jurors import GOOD, dying_panel, no_panel, panel
from tests.unit.judges.cases import case


def told(rows: list[Row], judge: str) -> list[Finding]:
    return [row.finding for row in rows if row.judge == judge]


def test_good_judges_say_in_another_process_what_they_say_here() -> None:
    cases = [case("one"), case("two")]
    with Jury(panel, judges=panel(), deadline_s=30) as jury:
        rows = jury.run(cases)
    assert [(row.judge, row.case_index) for row in rows] == [(one.name, at) for one in panel() for at in (0, 1)]
    assert all(row.finding == GOOD for row in rows)


def test_a_judge_that_hangs_is_ended_and_fails_on_that_case_alone() -> None:
    cases = [case("one"), case("hang"), case("three")]
    started = time.monotonic()
    with Jury(panel, judges=panel(), deadline_s=0.5) as jury:
        rows = jury.run(cases)
    assert told(rows, "wayward") == [GOOD, JudgeFailed("DeadlineExceeded"), GOOD]
    assert told(rows, "fine") == told(rows, "last") == [GOOD] * 3
    assert time.monotonic() - started < 60


def test_after_three_that_hang_the_rest_of_the_batch_is_not_waited_for() -> None:
    cases = [case("hang")] * 3 + [case("one")] * 2
    with Jury(panel, judges=panel(), deadline_s=0.3) as jury:
        assert told(jury.run(cases), "wayward") == [JudgeFailed("DeadlineExceeded")] * 5
        assert told(jury.run([case("one")]), "wayward") == [GOOD]


@pytest.mark.parametrize(("said", "error"), [("die", "ProcessDied"), ("raise", "KeyError"), ("nonsense", "OutOfRange")])
def test_what_dies_raises_or_talks_nonsense_is_a_failure_by_its_kind(said: str, error: str) -> None:
    with Jury(panel, judges=panel(), deadline_s=30) as jury:
        rows = jury.run([case("one"), case(said)])
    assert told(rows, "wayward") == [GOOD, JudgeFailed(error)]
    assert told(rows, "last") == [GOOD, GOOD]


def test_only_the_named_judges_are_asked() -> None:
    with Jury(panel, judges=panel(), deadline_s=30) as jury:
        assert {row.judge for row in jury.run([case("hang")], names=frozenset({"fine", "last"}))} == {"fine", "last"}


def test_a_panel_that_cannot_be_built_says_why() -> None:
    with Jury(no_panel, judges=panel(), deadline_s=1) as jury, pytest.raises(UsageError, match="not here"):
        jury.run([case("one")])
    with Jury(dying_panel, judges=panel(), deadline_s=1) as jury, pytest.raises(Unavailable, match="judge list"):
        jury.run([case("one")])
