from typing import Any

import pytest

from judges.format import JsonFormat, ToolCalls
from proxy.wire.reply import Reply
from shadow.replay import Lane, ReplayOutcome
from tests.records import replay
from tests.unit.judges.cases import abstains, asked, calling, case, failed, judged, live_case

OBJECT = asked("q", response_format={"type": "json_object"})
SCHEMA = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}
FITTED = asked("q", response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}})
RESPONSES: dict[str, Any] = {"input": "q", "text": {"format": {"type": "json_schema", "name": "a", "schema": SCHEMA}}}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_time",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "additionalProperties": False,
            },
        },
    }
]
OFFERED = asked("q", tools=TOOLS)


@pytest.mark.parametrize("request_body", [FITTED, RESPONSES], ids=["chat", "responses"])
def test_json_that_fits_the_demanded_schema_is_ok(request_body: dict[str, Any]) -> None:
    assert judged(JsonFormat(), case('{"age": 3}', request=request_body)).value == 1.0
    found = judged(JsonFormat(), case('{"age": "three"}', request=request_body))
    assert (found.value, found.label, found.severity) == (0.0, "schema", 5.0)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('{"a": 1}', "ok"),
        ("", "empty"),
        ('```json\n{"a": 1}\n```', "repairable"),
        ('{"a": 1,}', "repairable"),
        ("{]", "invalid"),
        ('{"a": NaN}', "repairable"),
        ('{"a": 1, "a": 2}', "duplicate_key"),
        ('{"a": ' + "[" * 300 + "]" * 300 + "}", "too_deep"),
        ("[1]", "not_object"),
    ],
)
def test_a_demanded_object_is_strict_json_and_an_object(text: str, label: str) -> None:
    assert judged(JsonFormat(), case(text, request=OBJECT)).label == label


def test_a_demanded_schema_that_is_missing_leaves_any_json_right() -> None:
    request = asked("q", response_format={"type": "json_schema"})
    assert judged(JsonFormat(), case("[1]", request=request)).label == "ok"


def test_json_is_not_judged_where_none_is_demanded_or_none_can_be_read() -> None:
    assert abstains(JsonFormat(), case("{"))
    assert abstains(JsonFormat(), case("{", request=asked("q", response_format="json")))
    assert abstains(JsonFormat(), case(failed(ReplayOutcome.BROKEN_STREAM, text="{"), request=OBJECT))
    assert abstains(JsonFormat(), case(calling(("get_time", "{}")), request=OBJECT))
    assert abstains(JsonFormat(), live_case())


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"$ref": "https://example.org/a.json"}])
def test_a_schema_that_cannot_be_used_is_an_abstention(schema: dict[str, Any]) -> None:
    request = asked("q", response_format={"type": "json_schema", "json_schema": {"schema": schema}})
    assert abstains(JsonFormat(), case("{}", request=request))


def test_a_call_that_fits_its_tool_is_ok() -> None:
    assert judged(ToolCalls(), case(calling(("get_time", '{"city": "Oslo"}')), request=OFFERED)).label == "ok"


@pytest.mark.parametrize(
    ("name", "arguments", "label"),
    [
        ("get_weather", '{"city": "Oslo"}', "unknown_tool"),
        ("get_time", '{"city": 5}', "bad_arguments"),
        ("get_time", "{}", "bad_arguments"),
        ("get_time", '{"city": "Oslo", "zone": 1}', "bad_arguments"),
        ("get_time", '{"city": "Oslo"', "bad_arguments"),
        ("get_time", '"Oslo"', "bad_arguments"),
    ],
)
def test_one_wrong_call_among_right_ones_is_found(name: str, arguments: str, label: str) -> None:
    answer = calling(("get_time", '{"city": "Oslo"}'), (name, arguments))
    found = judged(ToolCalls(), case(answer, request=OFFERED))
    assert (found.value, found.label, found.severity) == (0.0, label, 5.0)


def test_a_call_without_any_tool_offered_is_unknown() -> None:
    assert judged(ToolCalls(), case(calling(("get_time", "{}")))).label == "unknown_tool"


def test_the_flat_shapes_of_responses_and_messages_are_read_too() -> None:
    parameters = TOOLS[0]["function"]["parameters"]  # type: ignore[index]  # a literal of this file
    for tool in ({"name": "get_time", "parameters": parameters}, {"name": "get_time", "input_schema": parameters}):
        request = asked("q", tools=[tool])
        assert judged(ToolCalls(), case(calling(("get_time", '{"city": "Oslo"}')), request=request)).value == 1.0
        assert judged(ToolCalls(), case(calling(("get_time", '{"city": 1}')), request=request)).value == 0.0


def test_a_due_call_that_did_not_come_is_missing() -> None:
    demanded = asked("q", tools=TOOLS, tool_choice="required")
    assert judged(ToolCalls(), case("It is noon.", request=demanded)).label == "missing"
    reference = calling(("get_time", '{"city": "Oslo"}'), lane=Lane.BASELINE)
    assert judged(ToolCalls(), case("It is noon.", reference, request=OFFERED)).label == "missing"


def test_tool_calls_are_not_judged_where_none_was_due_or_none_can_be_read() -> None:
    assert abstains(ToolCalls(), case("It is noon."))
    assert abstains(ToolCalls(), case("It is noon.", request=OFFERED))
    assert abstains(ToolCalls(), case(failed(ReplayOutcome.TIMED_OUT), request=OFFERED))
    assert abstains(ToolCalls(), case(replay(reply=Reply(error="overloaded")), request=OFFERED))


def test_a_tool_without_a_usable_schema_takes_any_object() -> None:
    for tool in ({"name": "f"}, {"name": "f", "parameters": {"type": "nonsense"}}):
        request = asked("q", tools=[tool, "junk"])
        assert judged(ToolCalls(), case(calling(("f", '{"a": 1}')), request=request)).value == 1.0
        assert judged(ToolCalls(), case(calling(("f", "[1]")), request=request)).value == 0.0


@pytest.mark.parametrize(
    ("fields", "answer", "label"),
    [
        ({"guided_choice": ["yes", "no"]}, " yes\n", "ok"),
        ({"structured_outputs": {"choice": ["yes", "no"]}}, "maybe", "choice"),
        ({"guided_regex": r"\d{3}-\d{4}"}, "555-1234", "ok"),
        ({"structured_outputs": {"regex": r"\d{3}-\d{4}"}}, "call 555-1234", "pattern"),
        ({"guided_grammar": 'root ::= "yes" | "no"'}, "yes", "ok"),
        ({"structured_outputs": {"grammar": 'start: "yes" | "no"'}}, "maybe", "grammar"),
        ({"guided_json": '{"type": "object", "required": ["a"]}'}, "{}", "schema"),
        ({"structured_outputs": {"json": {"type": "object"}}}, "{}", "ok"),
    ],
)
def test_what_guided_decoding_demands_is_judged_too(fields: dict[str, Any], answer: str, label: str) -> None:
    assert judged(JsonFormat(), case(answer, request=asked("?", **fields))).label == label


def test_a_pattern_that_cannot_be_used_is_an_abstention() -> None:
    for pattern in ("(", "(a|aa)+b"):
        assert abstains(JsonFormat(), case("a" * 60 + "c", request=asked("?", guided_regex=pattern)))


def test_a_grammar_that_cannot_be_used_is_an_abstention() -> None:
    for grammar in ("root ::= [", "start: nothing"):
        assert abstains(JsonFormat(), case("a", request=asked("?", guided_grammar=grammar)))
