import pytest

from judges.guards.measures import changed_amount


@pytest.mark.parametrize(
    ("answer", "reference", "what"),
    [
        ("It takes 4 days.", "It takes 3 days.", "number"),
        ("It takes 3 weeks.", "It takes 3 days.", "unit"),
        ("Pay twice a month.", "Pay twice a week.", "unit"),
        ("It costs \u20ac5.", "It costs $5.", "unit"),
        ("Open until 8 pm.", "Open until 6 pm.", "number"),
        ("Due on 5 May 2024.", "Due on 6 May 2024.", "number"),
        ("Take 5 apples and 3 pears.", "Take 3 apples and 5 pears.", "number"),
        ("Bake at 200 \u00b0C for five minutes.", "Bake at 180 \u00b0C for five minutes.", "number"),
    ],
)
def test_a_changed_number_or_unit_is_found(answer: str, reference: str, what: str) -> None:
    found = changed_amount(answer, reference=reference)
    assert found is not None
    assert found.what == what


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("It takes three days.", "It takes 72 hours."),
        ("5 pears and 3 apples.", "3 apples and 5 pears."),
        ("Half of it.", "50 % of it."),
        ("About 8 km.", "5 miles."),
        ("5 of them.", "5 kg."),
        ("In 2024.", "On March 3, 2024."),
        ("At 9.", "At 9:00."),
        ("It takes 3 days, or 2 with express.", "It takes 3 days."),
        ("First, one of them.", "Then another."),
        ("none", "5"),
    ],
)
def test_other_spellings_conversions_and_additions_agree(answer: str, reference: str) -> None:
    assert changed_amount(answer, reference=reference) is None
