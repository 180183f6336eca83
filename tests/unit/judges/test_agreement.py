import pytest

from judges.agreement import ExactMatch, TokenF1, final_answer, token_f1
from judges.judgement import Case
from proxy.wire.reply import Reply
from shadow.replay import Lane, ReplayOutcome
from tests.records import replay
from tests.unit.judges.cases import FAILURES, abstains, baseline_case, calling, case, failed, judged, live_case


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so she makes 9 * 2 = 18", "18"),
        ("The total is 1,234.50 dollars.", "1234.5"),
        (r"hence \boxed{42} and not 43", "42"),
        (r"\boxed{x + 1}", "x + 1"),
        ("(b)", "B"),
        ("The answer is C, because 3 > 2", "C"),
        ("no figure here", None),
    ],
)
def test_the_final_answer_is_the_box_else_the_choice_else_the_last_number(text: str, expected: str | None) -> None:
    assert final_answer(text) == expected


def test_the_language_decides_what_a_point_means_in_the_final_answer() -> None:
    assert final_answer("Das macht 1.500 Euro", language="de") == "1500"
    assert final_answer("That makes 1.500 euros", language="en") == "1.5"


@pytest.mark.parametrize(
    ("answer", "reference", "label"),
    [
        ("same", "same", "bytes"),
        ("a  b\n", "a b", "whitespace"),
        ("e\u0301", "\u00e9", "whitespace"),
        ('{"a": 1, "b": [2.0]}', '{"b":[2],"a":1}', "json"),
        ("The answer is 42.", "42", "final_answer"),
        ("B", "The answer is B", "final_answer"),
    ],
)
def test_texts_that_agree_on_a_tier_have_value_one_and_its_label(answer: str, reference: str, label: str) -> None:
    found = judged(ExactMatch(), case(answer, reference))
    assert (found.value, found.label) == (1.0, label)


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("42", "43"),
        ('{"a": 1}', '{"a": 2}'),
        ('{"a": 1}', '{"a": true}'),
        ('{"a": 5', '{"a": 5}'),
        ("a long text that mentions the year 1999", "another text altogether, also from 1999"),
        ("", "something"),
    ],
)
def test_texts_that_agree_on_no_tier_are_different(answer: str, reference: str) -> None:
    found = judged(ExactMatch(), case(answer, reference))
    assert (found.value, found.label) == (0.0, "different")


def test_tool_calls_agree_whatever_their_order_and_the_order_of_their_keys() -> None:
    mine = calling(("f", '{"a": 1, "b": 2}'), ("g", "{}"))
    theirs = calling(("g", "{}"), ("f", '{"b":2,"a":1}'), lane=Lane.BASELINE)
    assert judged(ExactMatch(), case(mine, theirs)).value == 1.0


def test_tool_calls_that_differ_are_different_though_the_texts_are_the_same() -> None:
    mine, theirs = calling(("f", "{broken")), calling(("f", "{}"), lane=Lane.BASELINE)
    assert judged(ExactMatch(), case(mine, theirs)).value == 0.0


NOT_COMPARABLE = [
    baseline_case(),
    live_case(),
    *(case(failed(outcome)) for outcome in FAILURES),
    case("a", failed(ReplayOutcome.TIMED_OUT, lane=Lane.BASELINE)),
    case(replay(reply=Reply(error="server_error"))),
]


@pytest.mark.parametrize("judge", [ExactMatch(), TokenF1()], ids=lambda judge: judge.name)
@pytest.mark.parametrize("one", NOT_COMPARABLE)
def test_without_two_whole_answers_of_two_lanes_there_is_no_agreement(judge: ExactMatch | TokenF1, one: Case) -> None:
    assert abstains(judge, one)


def test_a_reply_without_choices_is_an_empty_text() -> None:
    assert judged(ExactMatch(), case(replay(reply=Reply()), "text")).value == 0.0
    assert judged(TokenF1(), case(replay(reply=Reply()), "text")).value == 0.0


def test_token_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    assert token_f1("the cat sat", reference="the cat sat down there") == pytest.approx(2 * 1.0 * 0.6 / 1.6)
    assert token_f1("a b", reference="c d") == 0.0
    assert token_f1("", reference="") == 1.0
    assert token_f1("", reference="word") == 0.0


def test_a_repeated_token_counts_as_often_as_both_sides_have_it() -> None:
    assert token_f1("no no no", reference="no") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("answer", "label"), [("one two three", "high"), ("one two nine nine", "medium"), ("nine", "low")]
)
def test_the_label_of_token_f1_follows_its_value(answer: str, label: str) -> None:
    assert judged(TokenF1(), case(answer, "One, two: three!")).label == label


def test_token_f1_abstains_where_neither_side_has_text() -> None:
    assert abstains(TokenF1(), case(" ", "\n"))
