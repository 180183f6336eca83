from typing import Any

import pytest

from judges.values import lenient_text, same_value, strict_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (5, 5.0),
        (0.1 + 0.2, 0.3),
        ("New  York ", "New York"),
        ("caf\u00e9", "cafe\u0301"),
        ([1, "a", None], [1.0, "a", None]),
        ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1}),
        (True, True),
    ],
)
def test_the_same_value_in_another_spelling(one: Any, other: Any) -> None:
    assert same_value(one, other, same_text=strict_text)
    assert same_value(other, one, same_text=strict_text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (5, "5"),
        (1, True),
        (0, False),
        (None, False),
        ("a", "A"),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": "1"}),
        (5, 5.1),
        ("x", ["x"]),
    ],
)
def test_another_value_or_type(one: Any, other: Any) -> None:
    assert not same_value(one, other, same_text=strict_text)
    assert not same_value(other, one, same_text=strict_text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("San Francisco, CA", "san francisco ca", True),
        ("2024-05-01", "2024/05/01", True),
        ("it's", 'it"s', True),
        ("1.5", "15", False),
        ("-3", "3", False),
        ("3.0", "3", True),
        ("x", "y", False),
    ],
)
def test_lenient_texts_are_as_bfcl_has_them_but_for_numbers(one: str, other: str, *, same: bool) -> None:
    assert lenient_text(one, other) is same
