import pytest

from judges.answer import SELF_COMPARISON, answer_text, cannot_compare, cannot_read, is_whole, only_tools
from proxy.wire.reply import Choice, Reply
from shadow.replay import Lane, ReplayOutcome
from tests.records import replay
from tests.unit.judges.cases import FAILURES, baseline_case, calling, case, failed, live_case


def test_only_the_first_choice_is_read() -> None:
    assert answer_text(replay(reply=Reply(choices=(Choice(text="one"), Choice(text="two"))))) == "one"
    assert answer_text(replay(reply=Reply())) == ""


@pytest.mark.parametrize("outcome", FAILURES)
def test_a_replay_that_did_not_complete_is_not_whole(outcome: ReplayOutcome) -> None:
    assert not is_whole(failed(outcome, text="half"))
    assert cannot_read(case(failed(outcome))) is not None


def test_a_completed_replay_with_an_error_in_its_body_is_not_whole() -> None:
    assert is_whole(replay())
    assert not is_whole(replay(reply=Reply(error="server_error")))


def test_a_live_reply_is_not_read() -> None:
    assert cannot_read(live_case()) is not None


def test_the_baseline_is_read_but_not_compared_with_itself() -> None:
    assert cannot_read(baseline_case()) is None
    assert cannot_compare(baseline_case()) is SELF_COMPARISON


def test_an_answer_is_not_compared_with_half_a_reference() -> None:
    half = failed(ReplayOutcome.BROKEN_STREAM, lane=Lane.BASELINE)
    assert cannot_compare(case("a", "b")) is None
    assert cannot_compare(case("a", half)) is not None
    assert cannot_read(case("a", half)) is None


def test_white_space_beside_tool_calls_is_no_text() -> None:
    assert only_tools(calling(("f", "{}"), text=" \n"))
    assert not only_tools(calling(("f", "{}"), text="I call f."))
    assert not only_tools(replay(text=""))
