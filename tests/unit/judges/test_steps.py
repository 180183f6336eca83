import pytest

from judges.steps import changes_state, hands_over, is_failure, steps_of
from shadow.agentic.transcript import Ending, Loop, Message
from tests.unit.judges.transcripts import call, transcript


@pytest.mark.parametrize(
    "text",
    [
        "Error: no such order",
        "  error - busy",
        "[ERROR] timeout",
        "Exception: broken",
        "Traceback (most recent call last)",
        "Unknown action foo",
        "Failed to connect",
        '{"error": "no"}',
        '{"errors": ["no"]}',
        '{"status": "failed"}',
        '{"success": false}',
        '{"isError": true, "content": []}',
    ],
)
def test_results_that_read_as_errors(text: str) -> None:
    assert is_failure(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "done",
        "the errors were mended",
        '{"error": null, "total": 3}',
        '{"status": "delivered"}',
        '{"note": "Error: in a note"}',
        "errorless",
        "{broken",
    ],
)
def test_results_that_do_not(text: str) -> None:
    assert not is_failure(text)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("get_user", False),
        ("searchFlights", False),
        ("orders.list", False),
        ("think", False),
        ("calculate", False),
        ("transfer_to_human_agents", False),
        ("transfer_funds", True),
        ("book_flight", True),
        ("cancelOrder", True),
        ("getaway", True),
        ("", False),
    ],
)
def test_names_tell_who_changes_something(name: str, *, changes: bool) -> None:
    assert changes_state(name) is changes


def test_who_hands_over() -> None:
    assert hands_over("transfer_to_human_agents")
    assert hands_over("escalateToSupport")
    assert not hands_over("transfer_money")


def test_results_belong_to_the_calls_of_their_ids_in_whatever_order() -> None:
    both = Message(role="assistant", calls=(call("get_a", call_id="1"), call("get_b", call_id="2")))
    results = (Message(role="tool", text="Error: b", call_id="2"), Message(role="tool", text="a", call_id="1"))
    steps = steps_of(transcript(messages=(both, *results)))
    assert [(step.name, step.is_error) for step in steps] == [("get_b", True), ("get_a", False)]


def test_ids_that_come_again_and_missing_ids_are_no_trouble() -> None:
    turns = [
        message
        for text in ("one", "Error: two")
        for message in (
            Message(role="assistant", calls=(call("get_a", call_id="0"),)),
            Message(role="tool", text=text, call_id="0"),
        )
    ]
    assert [step.is_error for step in steps_of(transcript(messages=tuple(turns)))] == [False, True]
    nameless = (Message(role="assistant", calls=(call("get_a"),)), Message(role="tool", text="Error: x"))
    assert steps_of(transcript(messages=nameless))[0].is_error


def test_a_call_without_a_result_neither_failed_nor_succeeded() -> None:
    (step,) = steps_of(transcript(messages=(Message(role="assistant", calls=(call("book_it"),)),), ending=Ending.CUT))
    assert (step.has_result, step.is_error, step.succeeded) == (False, False, False)


def test_the_state_is_the_world_s_or_a_count_of_changes() -> None:
    known = steps_of(transcript(("get_a", {}, "x"), ("book_b", {}, "x"), ("get_a", {}, "x"), states=("s0", "s1", "s1")))
    assert [step.state for step in known] == ["start", "s0", "s1"]
    told = transcript(
        ("get_a", {}, "x"), ("book_b", {}, "Error: x"), ("book_b", {}, "x"), ("get_a", {}, "x"), loop=Loop.OPEN
    )
    assert [step.state for step in steps_of(told)] == ["0", "0", "0", "1"]


def test_what_a_transcript_says_of_its_tools_goes_before_their_names() -> None:
    steps = steps_of(transcript(("get_a", {}, "x"), ("book_b", {}, "x"), changing=("get_a",)))
    assert [step.changes for step in steps] == [True, False]
