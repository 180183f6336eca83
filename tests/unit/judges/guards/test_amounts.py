import pytest

from judges.guards.amounts import amounts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $1,200.50.", [(1200.5, "dollars")]),
        ("1.5 million people", [(1_500_000, "")]),
        ("two hundred and five thousand", [(205_000, "")]),
        ("2 \u00bd cups", [(2.5, "volume")]),
        ("1/2 litre", [(0.5, "volume")]),
        ("5 ft 11 in.", [(5, "length")]),
        ("$200 million in Texas", [(200_000_000, "dollars")]),
        ("5M rows, 7k users, 5 m rope", [(5_000_000, ""), (7000, ""), (5, "length")]),
        ("100 km/h", [(100, "speed")]),
        ("within 3 business days", [(3, "business days")]),
        ("step 2: wait", []),
        ("1. eggs\n2. milk", []),
        ("-5 \u00b0C", [(-5, "temperature")]),
        ("1e3 rows", [(1000, "")]),
        ("at noon", [(720, "clock")]),
        ("9 a.m. to 17:30", [(540, "clock"), (1050, "clock")]),
        ("on the 3rd of March 2024", [(20240303, "date")]),
        ("2024-03-03 or 03/25/2024", [(20240303, "date"), (20240325, "date")]),
        ("04/05/2024", [(20240000, "date")]),
        ("twice a day", [(2, ""), (86400, "rate")]),
        ("no figures", []),
        ("", []),
    ],
)  # fmt: skip
def test_amounts_are_read_with_their_dimension(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(one.value, one.dimension) for one in amounts(text)] == expected


def test_what_stands_together_is_one_amount() -> None:
    (one,) = amounts("1 hour and 30 minutes")
    assert one.scaled == 5400


def test_the_language_decides_how_a_point_reads() -> None:
    assert amounts("1.500 euros", "de")[0].value == 1500
    assert amounts("1.500 euros", "en")[0].value == 1.5


def test_a_number_knows_what_it_counts() -> None:
    assert [(one.value, one.noun) for one in amounts("3 apples and 5 pears")] == [(3, "apples"), (5, "pears")]
