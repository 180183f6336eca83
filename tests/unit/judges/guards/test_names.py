import pytest

from judges.guards.names import names, swapped_name


def test_names_are_capitals_that_no_sentence_asks_for() -> None:
    text = (
        "Yesterday Ada Lovelace met Babbage. They left.\n- Bring tea\n# Key Points Of Interest\nThe University of Bonn."
    )
    assert [name.words for name in names(text)] == [("ada", "lovelace"), ("babbage",), ("university", "bonn")]


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("The office is in Cork.", "The office is in Galway."),
        ("Call me on Tuesday.", "Call me on Friday."),
        ("Ada paid Ben five euros.", "Ben paid Ada five euros."),
        ("Oslo is the seat of the firm.", "Bergen is the seat of the firm."),
        ("Press the green button twice.", "Press the red button twice."),
    ],
)
def test_a_swapped_name_is_found(answer: str, reference: str) -> None:
    assert swapped_name(answer, reference=reference) is not None


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("It was sent by the WHO in May.", "It was sent by the World Health Organization in May."),
        ("It is a German firm.", "It is a firm from Germany."),
        ("Ghana and Kenya take part.", "Kenya and Ghana take part."),
        ("The book was written by Merkel.", "The book was written by Angela Merkel."),
        ("It sells in the U.S. only.", "It sells in the United States only."),
        ("Customers pay less.", "Clients pay less."),
        ("We like Bonn.", "Trains run hourly to Graz and back."),
    ],
)
def test_other_forms_orders_and_subjects_are_no_swap(answer: str, reference: str) -> None:
    assert swapped_name(answer, reference=reference) is None
