import pytest

from judges.agents import count_cycles, count_redundant, figures_of, recovery_of
from judges.steps import steps_of
from proxy.wire.reply import ToolCall
from shadow.agentic.transcript import Ending, Loop, Message
from tests.unit.judges.transcripts import Exchanged, call, transcript

READ: Exchanged = ("get_a", {"id": 1}, "x")
OTHER: Exchanged = ("get_b", {"id": 1}, "x")
BOOK: Exchanged = ("book_it", {"id": 1}, "x")
REFUSED: Exchanged = ("book_it", {"id": 1}, "Error: x")


def steps(*exchanged: Exchanged) -> int:
    return count_redundant(steps_of(transcript(*exchanged, loop=Loop.OPEN)))


@pytest.mark.parametrize(
    ("exchanged", "found"),
    [
        ([READ, OTHER], 0),
        ([READ, READ], 1),
        ([READ, OTHER, READ, READ], 2),
        ([READ, BOOK, READ], 0),
        ([READ, REFUSED, READ], 1),
        ([REFUSED, REFUSED], 0),
        ([READ, ("get_a", {"id": 1.0}, "x")], 1),
        ([READ, ("get_a", {"id": 2}, "x")], 0),
    ],
)
def test_a_call_that_could_tell_nothing_new_is_redundant(exchanged: list[Exchanged], found: int) -> None:
    assert steps(*exchanged) == found


@pytest.mark.parametrize(
    ("exchanged", "found"),
    [
        ([READ] * 2, 0),
        ([READ] * 3, 1),
        ([READ, OTHER], 0),
        ([READ, OTHER] * 2, 1),
        ([READ, OTHER] * 5, 1),
        ([READ, BOOK, OTHER, BOOK] * 2, 0),
        ([REFUSED] * 4, 1),
        ([*[READ] * 3, BOOK, *[OTHER] * 3], 2),
        ([READ, OTHER, ("get_c", {}, "x")] * 2, 1),
    ],
)
def test_loops_are_found_unless_something_changed_meanwhile(exchanged: list[Exchanged], found: int) -> None:
    assert count_cycles(steps_of(transcript(*exchanged, loop=Loop.OPEN))) == found


@pytest.mark.parametrize(
    ("exchanged", "failed", "recovered", "retries"),
    [
        ([READ], 0, 0, 0),
        ([REFUSED, BOOK], 1, 1, 0),
        ([REFUSED, READ], 1, 0, 0),
        ([REFUSED, REFUSED, REFUSED], 3, 0, 2),
        ([REFUSED, REFUSED, ("book_it", {"id": 2}, "x")], 2, 2, 1),
        ([REFUSED, ("book_it", {"id": 2}, "Error: y"), REFUSED], 3, 0, 1),
        ([BOOK, REFUSED], 1, 0, 0),
    ],
)
def test_failed_calls_recover_when_their_tool_succeeds_later(
    exchanged: list[Exchanged], failed: int, recovered: int, retries: int
) -> None:
    found = recovery_of(steps_of(transcript(*exchanged)))
    assert (found.failed, found.recovered, found.identical_retries) == (failed, recovered, retries)
    assert found.not_recovered == failed - recovered


def test_an_injected_fault_that_fails_many_calls_is_one_and_is_mended_by_the_same_call() -> None:
    plain = transcript(REFUSED, REFUSED, ("renew", {}, "ok"), BOOK)
    messages = tuple(
        message.model_copy(update={"injected": "lapsed:book_it"}) if message.text.startswith("Error") else message
        for message in plain.messages
    )
    marked = plain.model_copy(update={"messages": messages})
    assert (figures_of(marked).recovery.injected, figures_of(marked).recovery.mended) == (1, 1)
    given_up = marked.model_copy(update={"messages": messages[:5]})
    assert (figures_of(given_up).recovery.injected, figures_of(given_up).recovery.mended) == (1, 0)
    solved = given_up.model_copy(update={"solved": True})
    assert figures_of(solved).recovery.mended == 1


@pytest.mark.parametrize(
    ("exchanged", "reference", "is_exact"),
    [
        ([READ, BOOK], [call("book_it", {"id": 1})], True),
        ([BOOK, READ], [call("get_x"), call("book_it", {"id": 1})], True),
        ([REFUSED, BOOK], [call("book_it", {"id": 1})], True),
        ([REFUSED], [call("book_it", {"id": 1})], False),
        ([BOOK, BOOK], [call("book_it", {"id": 1})], False),
        ([BOOK], [call("book_it", {"id": 2})], False),
        ([BOOK], [], False),
        ([READ], [], True),
    ],
)
def test_calls_are_exact_when_the_changes_are(
    exchanged: list[Exchanged], reference: list[ToolCall], *, is_exact: bool
) -> None:
    found = figures_of(transcript(*exchanged, reference=tuple(reference)))
    assert found.is_exact is is_exact


def test_where_nothing_is_to_change_the_answer_decides_too() -> None:
    assert figures_of(transcript(READ, reference=(), solved=False)).is_exact is False
    assert figures_of(transcript(READ, reference=(), solved=True)).is_exact is True
    assert figures_of(transcript(READ, reference=(), ending=Ending.CUT)).is_exact is False
    assert figures_of(transcript(READ)).is_exact is None


def test_invented_tools_and_arguments_that_do_not_fit_are_counted() -> None:
    tools = {"get_a": {"type": "object", "properties": {"id": {"type": "integer"}}, "additionalProperties": False}}
    found = figures_of(transcript(READ, OTHER, ("get_a", {"id": "x"}, "y"), ("get_a", {"no": 1}, "y"), tools=tools))
    assert (found.steps, found.invented, found.invalid) == (4, 1, 2)
    assert figures_of(transcript(OTHER)).invented == 0


def test_tokens_are_summed_and_told_values_are_looked_for() -> None:
    messages = (Message(role="assistant", text="It is 12.", prompt_tokens=7, completion_tokens=3),)
    found = figures_of(transcript(messages=messages, says=("12",)))
    assert (found.prompt_tokens, found.completion_tokens, found.is_told) == (7, 3, True)
    assert not figures_of(transcript(messages=messages, says=("13",))).is_told
