import pytest

from judges.polarity import flipped_sentence


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("Yes, it is covered.", "No, that costs extra."),
        ("The tablets are safe for children.", "The tablets are not safe for children."),
        ("The tablets are safe for children.", "The tablets are unsafe for children."),
        ("Your claim was approved on Monday.", "Your claim was rejected on Monday."),
        ("Sie können den Artikel zurückgeben.", "Sie können den Artikel nicht zurückgeben."),
        ("No puede devolver el artículo. Nunca.", "Sí, puede devolver el artículo."),
        ("Vous pouvez rendre l\u2019article.", "Vous ne pouvez pas rendre l'article."),
        ("You don\u2019t need a visa for Norway.", "You need a visa for Norway."),
    ],
)
def test_a_denied_sentence_is_found(answer: str, reference: str) -> None:
    assert flipped_sentence(answer, reference=reference) is not None


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("It is safe.", "It is safe."),
        ("You do not need a visa for Norway.", "A visa is not needed for Norway."),
        ("The shop opens at nine.", "Closed-toe shoes are a must in the lab."),
        ("", "No."),
        ("...", "!"),
    ],
)
def test_agreement_other_subjects_and_nothing_are_no_denial(answer: str, reference: str) -> None:
    assert flipped_sentence(answer, reference=reference) is None


def test_the_first_denied_sentence_is_named_by_its_place() -> None:
    reference = "The parcel is here. You can pick up the parcel today."
    assert flipped_sentence("The parcel is here. You cannot pick up the parcel today.", reference=reference) == 1
