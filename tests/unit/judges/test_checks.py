from typing import Any

import pytest

from judges.checks import SuiteCheck, passes, read_checks
from judges.pattern import BrokenPattern
from judges.schema import BrokenSchema
from proxy.errors import BadRecord
from proxy.wire.reply import Choice
from shadow.replay import ReplayOutcome
from tests.unit.judges.cases import abstains, calling, case, failed, judged, live_case


def holds(check: dict[str, Any], text: str, *, language: str = "") -> bool:
    (read,) = read_checks([check])
    return passes(read, choice=Choice(text=text), language=language)


def test_exact_forgives_white_space_and_composition_and_nothing_else() -> None:
    check = {"kind": "exact", "value": "caf\u00e9  au lait"}
    assert holds(check, " cafe\u0301 au\nlait ")
    assert not holds(check, "Caf\u00e9 au lait")
    assert not holds(check, "caf\u00e9 au lait.")


@pytest.mark.parametrize("text", ["12", "7 + 5 = 12", "12.0", "The result is 12.", "12.", "**12**"])
def test_number_reads_the_last_number(text: str) -> None:
    assert holds({"kind": "number", "value": 12.0}, text)


@pytest.mark.parametrize("text", ["", "twelve", "12 or rather 13", "120", "-12"])
def test_number_refuses_another_number_or_none(text: str) -> None:
    assert not holds({"kind": "number", "value": 12.0}, text)


def test_number_keeps_to_its_tolerance_and_to_the_language() -> None:
    assert holds({"kind": "number", "value": 3.14, "tolerance": 0.01}, "about 3.15")
    assert not holds({"kind": "number", "value": 3.14, "tolerance": 0.01}, "about 3.16")
    assert holds({"kind": "number", "value": 1500.0}, "1.500 Euro", language="de")


def test_a_percentage_is_right_as_written_and_as_a_ratio() -> None:
    assert holds({"kind": "number", "value": 50.0}, "50 %")
    assert holds({"kind": "number", "value": 0.5}, "50 %")


def test_regex_is_searched_anywhere_with_case() -> None:
    assert holds({"kind": "regex", "pattern": "LF-\\d+"}, "order LF-7 is here")
    assert not holds({"kind": "regex", "pattern": "LF-\\d+"}, "order lf-7 is here")


def test_contains_wants_all_or_any_of_its_values() -> None:
    both: dict[str, Any] = {"kind": "contains", "values": ["river", "Silver Candle"]}
    assert holds(both, "silver\ncandle by the RIVER")
    assert not holds(both, "the river")
    assert holds(both | {"mode": "any"}, "the river")
    assert not holds(both | {"mode": "any"}, "the sea")


def test_not_contains_wants_none_of_its_values() -> None:
    check = {"kind": "not_contains", "values": ["very", "Oslo"]}
    assert holds(check, "nice")
    assert not holds(check, "Very nice")


@pytest.mark.parametrize("text", ["positive", "Positive.", "It is **positive**", "positive, positive!"])
def test_choice_is_right_when_only_the_wanted_option_is_named(text: str) -> None:
    assert holds({"kind": "choice", "value": "positive", "options": ["positive", "negative"]}, text)


@pytest.mark.parametrize("text", ["", "negative", "positive or negative", "positively", "unclear"])
def test_choice_is_wrong_when_another_option_or_none_is_named(text: str) -> None:
    assert not holds({"kind": "choice", "value": "positive", "options": ["positive", "negative"]}, text)


def test_a_letter_is_a_choice_only_in_its_own_case_unless_it_stands_alone() -> None:
    check = {"kind": "choice", "value": "B", "options": ["A", "B"]}
    assert holds(check, "(b)")
    assert holds(check, "It is a matter of taste: B")
    assert not holds(check, "A, not B")


def test_the_longest_option_at_a_place_is_the_one_named() -> None:
    check = {"kind": "choice", "value": "not sure", "options": ["not", "not sure", "sure"]}
    assert holds(check, "I am not sure")
    assert not holds(check | {"value": "not"}, "I am not sure")


def test_a_schema_wants_the_whole_reply_to_be_json_that_fits() -> None:
    check = {"kind": "json_schema", "schema": {"type": "object", "required": ["a"]}}
    assert holds(check, ' {"a": 1} ')
    assert not holds(check, '{"b": 1}')
    assert not holds(check, 'Here it is: {"a": 1}')
    assert not holds(check, '{"a": NaN}')


def test_json_equals_whatever_the_order_of_keys_and_the_spelling_of_whole_numbers() -> None:
    check = {"kind": "json_equals", "value": {"a": 1, "b": ["x", None]}}
    assert holds(check, '{"b": ["x", null], "a": 1.0}')
    assert not holds(check, '{"b": [null, "x"], "a": 1}')
    assert not holds(check, '{"a": 1, "b": ["x", null], "c": 2}')
    assert not holds(check, "{")


def test_words_are_counted_between_white_space_with_both_bounds_included() -> None:
    check = {"kind": "words", "minimum": 2, "maximum": 3}
    assert [holds(check, text) for text in ("a", "a b", "a  b\nc", "a b c d")] == [False, True, True, False]


def test_tool_call_wants_the_name_and_exactly_the_arguments() -> None:
    (check,) = read_checks([{"kind": "tool_call", "name": "get_time", "arguments": {"city": "Oslo"}}])
    right = calling(("other", "{}"), ("get_time", '{ "city" : "Oslo" }')).reply.first
    assert passes(check, choice=right)
    for name, arguments in [("get_weather", '{"city": "Oslo"}'), ("get_time", '{"city": "Riga"}'), ("get_time", "{")]:
        assert not passes(check, choice=calling((name, arguments)).reply.first)
    assert not passes(check, choice=calling(("get_time", '{"city": "Oslo", "zone": 1}')).reply.first)
    assert not passes(check, choice=Choice(text='get_time {"city": "Oslo"}'))


def test_no_arguments_are_written_as_an_empty_string_or_an_empty_object() -> None:
    (check,) = read_checks([{"kind": "tool_call", "name": "f", "arguments": {}}])
    assert passes(check, choice=calling(("f", "")).reply.first)
    assert passes(check, choice=calling(("f", "{}")).reply.first)


@pytest.mark.parametrize("raw", [{"kind": "unheard"}, {}, {"kind": "words", "maximum": -1}])
def test_what_is_no_check_is_refused_by_its_place_without_its_text(raw: dict[str, object]) -> None:
    with pytest.raises(BadRecord, match="check 2 of 2") as caught:
        read_checks([{"kind": "exact", "value": "secret"}, raw])
    assert "unheard" not in str(caught.value)


def test_a_pattern_that_is_none_and_a_schema_that_is_none_raise() -> None:
    with pytest.raises(BrokenPattern):
        holds({"kind": "regex", "pattern": "("}, "text")
    with pytest.raises(BrokenSchema):
        holds({"kind": "json_schema", "schema": {"type": "nonsense"}}, "{}")


CHECKS: tuple[dict[str, object], ...] = (
    {"kind": "contains", "values": ["yes"]},
    {"kind": "words", "maximum": 3},
)


def test_an_answer_passes_when_all_checks_hold() -> None:
    found = judged(SuiteCheck(), case("oh yes", checks=CHECKS))
    assert (found.value, found.label) == (1.0, "pass")


def test_an_answer_fails_by_one_check_and_the_reason_names_its_kind() -> None:
    found = judged(SuiteCheck(), case("yes and far too many words", checks=CHECKS))
    assert (found.value, found.label, found.reason) == (0.0, "fail", "failed: words")


def test_a_replay_without_a_whole_answer_fails_its_checks() -> None:
    found = judged(SuiteCheck(), case(failed(ReplayOutcome.TIMED_OUT, text="yes"), checks=CHECKS))
    assert (found.value, found.label) == (0.0, "fail")


def test_without_checks_or_without_a_replay_there_is_nothing_to_judge() -> None:
    assert abstains(SuiteCheck(), case("yes"))
    assert abstains(SuiteCheck(), case(failed(ReplayOutcome.NOT_SENT), checks=CHECKS))
    live = live_case("yes")
    assert abstains(SuiteCheck(), case(live.answer, checks=CHECKS))


def test_a_schema_that_cannot_be_used_is_an_abstention() -> None:
    remote: dict[str, object] = {"kind": "json_schema", "schema": {"$ref": "https://example.org/schema.json"}}
    assert abstains(SuiteCheck(), case("{}", checks=(remote,)))


def test_an_instruction_is_a_check_too() -> None:
    check = {"kind": "instruction", "id": "punctuation:no_comma"}
    assert holds(check, "Red and green.")
    assert not holds(check, "Red, green.")
