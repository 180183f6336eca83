import pytest

from shadow.suites.near_duplicates import Kept

LETTER = "please tell me when the parcel with the green lamp that I ordered on Monday will arrive at my door in Ghent"


@pytest.mark.parametrize(
    ("other", "is_kept"),
    [
        (LETTER, False),
        (LETTER.upper(), False),
        (f"{LETTER} please", False),
        (LETTER.replace("parcel", "letter").replace("green", "blue").replace("Ghent", "Porto"), True),
        ("an altogether different question about an invoice", True),
    ],
)
def test_a_text_that_shares_most_of_its_words_is_not_kept(other: str, *, is_kept: bool) -> None:
    kept = Kept()
    assert kept.add(LETTER)
    assert kept.add(other) is is_kept


def test_short_empty_and_broken_texts_are_told_apart_too() -> None:
    kept = Kept()
    assert [kept.add(text) for text in ("hi", "hi", "", "", "\ud800", "\ud800")] == [True, False] * 3
