import random
from typing import Any

import pytest

from judges.call_matching import _largest_assignment, match_calls, read_call
from proxy.wire.reply import ToolCall
from shadow.agentic.expected import Call, ExpectedCall, Fields, Items, Reference, Slot, Value, Wanted, exactly


def calls(*values: int) -> list[Call]:
    return [Call("add", {"n": value}) for value in values]


def test_the_order_of_parallel_calls_is_of_no_account() -> None:
    made = calls(*range(20))
    random.Random(1).shuffle(made)  # noqa: S311 - a repeatable order
    assert match_calls(made, reference=exactly(calls(*range(20)))).is_exact


@pytest.mark.parametrize(
    ("made", "missing", "extra", "ratio"),
    [
        (calls(1, 2), (), (), 1.0),
        (calls(1), ("add",), (), 0.5),
        (calls(1, 2, 3), (), ("add",), 2 / 3),
        (calls(1, 1), ("add",), ("add",), 0.5),
        (calls(), ("add", "add"), (), 0.0),
        ([Call("sub", {"n": 1}), *calls(2)], ("add",), ("sub",), 0.5),
        ([Call("add", None), *calls(2)], ("add",), ("add",), 0.5),
    ],
)
def test_what_is_missing_and_what_is_too_much_count_against(
    made: list[Call], missing: tuple[str, ...], extra: tuple[str, ...], ratio: float
) -> None:
    found = match_calls(made, reference=exactly(calls(1, 2)))
    assert (found.missing, found.extra) == (missing, extra)
    assert found.ratio == pytest.approx(ratio)
    assert found.is_exact is (not missing and not extra)


def test_the_assignment_is_the_largest_and_not_the_first_that_comes() -> None:
    """The first wanted call could take either; taking the wrong one would leave the second without any."""
    either = ExpectedCall("add", Fields({"n": Slot((Value(1), Value(2)))}))
    one = ExpectedCall("add", Fields({"n": Slot((Value(1),))}))
    for wanted in ((either, one), (one, either)):
        assert match_calls(calls(1, 2), reference=Reference(Wanted.THESE, wanted)).is_exact


def test_thousands_of_equal_calls_are_assigned_without_deep_recursion() -> None:
    assert len(_largest_assignment([range(1500)] * 1500)) == 1500


def test_types_are_compared_all_the_way_down() -> None:
    slots = Fields(
        {
            "rows": Slot(
                (Items((Slot((Fields({"a": Slot((Value(1), Value(2))), "b": Slot((), may_be_absent=True)}),)),)),)
            ),
            "note": Slot((Value("x"),), may_be_absent=True),
        }
    )
    reference = Reference(Wanted.THESE, (ExpectedCall("put", slots),))

    def is_right(**arguments: Any) -> bool:
        return match_calls([Call("put", arguments)], reference=reference).is_exact

    assert is_right(rows=[{"a": 2}])
    assert is_right(rows=[{"a": 1.0}], note="x")
    for wrong in ([{"a": 3}], [{"a": "1"}], [{"a": 1, "c": 1}], [{"a": 1, "b": 1}], [{"a": 1}, {"a": 1}], {"a": 1}, []):
        assert not is_right(rows=wrong)
    assert not is_right(note="x")


def test_no_call_and_some_call() -> None:
    assert match_calls([], reference=Reference(Wanted.NONE)).is_exact
    assert not match_calls(calls(1), reference=Reference(Wanted.NONE)).is_exact
    assert match_calls(calls(1), reference=Reference(Wanted.SOME)).is_exact
    assert not match_calls([], reference=Reference(Wanted.SOME)).is_exact


@pytest.mark.parametrize(
    ("text", "arguments"),
    [("", {}), (' {"a": 1} ', {"a": 1}), ("[1]", None), ("{", None), ('{"a": NaN}', None), ('{"a": 1, "a": 2}', None)],
)
def test_arguments_are_strict_json_objects(text: str, arguments: dict[str, int] | None) -> None:
    assert read_call(ToolCall(name="x", arguments=text)).arguments == arguments
