from decimal import Decimal

import pytest

from judges.figures import numbers


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1,000 and 2.5", "en", ["1000", "2.5"]),
        ("1.000 und 2,5", "de", ["1000", "2.5"]),
        ("1\u202f234,5", "fr", ["1234.5"]),
        ("1,234,567.89", "", ["1234567.89"]),
        ("-3 or \u22123", "", ["-3", "-3"]),
        ("pages 2-3", "", ["2", "3"]),
        ("$5, 7\u20ac", "", ["5", "7"]),
        ("2 million", "", ["2000000"]),
        ("room B2, v1.2.x", "", []),
        ("no figures", "", []),
        ("7" * 50, "", []),
    ],
)
def test_numbers_are_read_in_one_form(text: str, language: str, expected: list[str]) -> None:
    assert numbers(text, language=language) == [Decimal(one) for one in expected]


def test_a_percentage_is_a_ratio_unless_it_is_wanted_as_written() -> None:
    assert numbers("50 %") == [Decimal("0.5")]
    assert numbers("50 %", percent_is_ratio=False) == [Decimal(50)]


def test_the_markers_of_a_list_are_no_numbers_but_a_lone_number_is_one() -> None:
    assert numbers("1. eggs\n2. 500 g flour") == [Decimal(500)]
    assert numbers("12.\n") == [Decimal(12)]
