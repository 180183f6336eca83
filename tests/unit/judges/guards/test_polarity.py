import pytest

from judges.guards.polarity import flipped_sentence, only_one_negates


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


def test_the_first_denied_sentence_is_named_by_its_characters() -> None:
    reference = "The parcel is here. You can pick up the parcel today."
    assert flipped_sentence("The parcel is here. You cannot pick up the parcel today.", reference=reference) == (20, 56)


def test_a_negation_on_one_side_of_two_short_texts_is_told() -> None:
    assert only_one_negates("115 euros are not left to pay.", reference="You still pay 115 euros.")
    assert not only_one_negates("You pay 115 euros.", reference="115 euros are left to pay.")
    assert not only_one_negates("Do not pay.", reference="You must never pay.")


def test_long_texts_and_nothing_are_not_compared_as_a_whole() -> None:
    long = "It is here. It is new. It is not old."
    assert not only_one_negates(long, reference="It is here.")
    assert not only_one_negates("It is not here.", reference="")


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("No, you do not need a visa.", "You don't need a visa."),
        ("Without a permit you cannot enter.", "You can only enter with a permit."),
        ("Do not enter without a permit.", "Enter only with a permit."),
        ("The shop isn't open on Sundays.", "The shop is closed on Sundays."),
        ("Smoking is prohibited here.", "You're not allowed to smoke here."),
    ],
)
def test_a_no_that_answers_and_two_negations_deny_nothing(answer: str, reference: str) -> None:
    assert flipped_sentence(answer, reference=reference) is None
