import json
from pathlib import Path
from typing import Any

import pytest

from judges.call_matching import match_calls
from proxy.errors import BadRecord
from shadow.agentic.bfcl import read_bfcl, read_python_call, to_question
from shadow.agentic.expected import Call, Wanted

FUNCTION: dict[str, Any] = {
    "name": "shop.order",
    "description": "Order something.",
    "parameters": {
        "type": "dict",
        "properties": {
            "item": {"type": "String"},
            "count": {"type": "integer"},
            "price": {"type": "float"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "box": {"type": "dict", "properties": {"size": {"type": "string"}, "note": {"type": "any"}}},
        },
        "required": ["item", "count"],
    },
}
TRUTH: list[Any] = [
    {
        "shop.order": {
            "item": ["blue mug", "mug"],
            "count": [2],
            "price": [3.5, ""],
            "tags": [["gift", "new"], ""],
            "box": [{"size": ["small"], "note": ["fragile", ""]}, ""],
        }
    }
]


def line(number: int = 0, *, kind: str = "simple", **changes: Any) -> dict[str, Any]:
    asked = {"id": f"{kind}_{number}", "question": [[{"role": "user", "content": "order"}]], "function": [FUNCTION]}
    return asked | changes


def is_right(name: str = "shop.order", **arguments: Any) -> bool:
    reference = to_question(line(), ground_truth=TRUTH).references[0]
    return match_calls([Call(name, arguments)], reference=reference).is_exact


def test_names_and_types_are_made_fit_for_the_api() -> None:
    (tool,) = to_question(line(), ground_truth=TRUTH).tools
    assert tool["function"]["name"] == "shop_order"
    schema = tool["function"]["parameters"]
    assert schema["type"] == "object"
    assert [schema["properties"][name].get("type") for name in ("item", "count", "price", "tags", "box")] == [
        "string", "integer", "number", "array", "object",
    ]  # fmt: skip
    assert "type" not in schema["properties"]["box"]["properties"]["note"]


def test_any_allowed_value_is_right_and_what_may_be_left_out_may() -> None:
    assert is_right(item="Blue-Mug", count=2)
    assert is_right("shop_order", item="mug", count=2.0, price=3.5, tags=["gift", "new"])
    assert is_right(item="mug", count=2, box={"size": "small"})
    assert is_right(item="mug", count=2, box={"size": "small", "note": "fragile"})


@pytest.mark.parametrize(
    "arguments",
    [
        {"item": "mug"},
        {"item": "mug", "count": 3},
        {"item": "mug", "count": "2"},
        {"item": "mug", "count": True},
        {"item": "mug", "count": 2, "colour": "red"},
        {"item": "mug", "count": 2, "tags": ["new", "gift"]},
        {"item": "mug", "count": 2, "box": {"note": "fragile"}},
        {"item": "mug", "count": 2, "box": {"size": "small", "weight": 1}},
        {"item": ["mug"], "count": 2},
    ],
)
def test_everything_else_is_wrong(arguments: dict[str, Any]) -> None:
    assert not is_right(**arguments)


def test_a_required_argument_may_not_be_left_out_whatever_the_answer_says() -> None:
    truth = [{"shop.order": {"item": ["mug", ""], "count": [1]}}]
    reference = to_question(line(), ground_truth=truth).references[0]
    assert not match_calls([Call("shop.order", {"count": 1})], reference=reference).is_exact


def test_lists_of_objects_and_lists_of_choices_are_read() -> None:
    truth = [{"find": {"where": [[{"field": ["age"], "value": [3, 4]}]], "names": [[["Ann"], ["Bo", "Bob"]]]}}]
    parameters = {"type": "dict", "properties": {"names": {"type": "array", "items": {"type": "string"}}}}
    function = {"name": "find", "parameters": parameters}
    reference = to_question(line(function=function), ground_truth=truth).references[0]

    def right(value: Any, names: Any) -> bool:
        return match_calls([Call("find", {"where": value, "names": names})], reference=reference).is_exact

    assert right([{"field": "age", "value": 4}], ["Ann", "Bob"])
    assert not right([{"field": "age", "value": 5}], ["Ann", "Bob"])
    assert not right([{"field": "age", "value": 4}], ["Bob", "Ann"])


def test_categories_without_answers_want_no_call_or_some_call() -> None:
    assert to_question(line(kind="irrelevance"), ground_truth=None).references[0].wanted is Wanted.NONE
    assert to_question(line(kind="live_relevance"), ground_truth=None).references[0].wanted is Wanted.SOME


def test_turns_are_read_as_python_would() -> None:
    asked = line(kind="multi_turn", question=[[{"role": "user", "content": "a"}], [{"role": "user", "content": "b"}]])
    question = to_question(asked | {"function": []}, ground_truth=[["cd(folder='x')", "mv(a='1', b=['2'])"], []])
    assert [len(reference.calls) for reference in question.references] == [2, 0]
    assert read_python_call("fs.mv(a='1', b=(2, 3))") == Call("fs.mv", {"a": "1", "b": [2, 3]})
    with pytest.raises(ValueError, match="named arguments"):
        read_python_call("mv('1')")


def test_a_file_is_read_with_its_answers_and_a_broken_line_is_named(tmp_path: Path) -> None:
    questions, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    questions.write_text(json.dumps(line()) + "\n\n" + json.dumps(line(1)) + "\n", "utf-8")
    answers.write_text(json.dumps({"id": "simple_0", "ground_truth": TRUTH}) + "\n", "utf-8")
    found = read_bfcl(questions, answers=answers)
    assert next(found).question_id == "simple_0"
    with pytest.raises(BadRecord, match="line 3"):
        next(found)
    questions.write_text("no json\n", "utf-8")
    with pytest.raises(BadRecord, match="line 1"):
        list(read_bfcl(questions))
