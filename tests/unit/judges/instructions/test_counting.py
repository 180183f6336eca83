import pytest

from judges.instructions import counting


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("NASA and the ESA", 2),
        ("CAN'T", 2),
        ("CANNOT", 2),
        ("HALF-TIME (NOW)", 2),
        ("I am", 1),
        ("**LOUD** 42 B2", 2),
        ("U.S.A. is", 1),
        ("At NOON. END.", 2),
        ("GO...STOP", 2),
    ],
)
def test_capital_words_are_split_as_the_treebank_splits(text: str, count: int) -> None:
    assert counting.capital_words(text) == count


def test_sentences_ignore_abbreviations_and_numbers() -> None:
    assert counting.sentences("Mr. Orr paid $3.50. He left! Did he?") == 3


def test_words_letters_and_placeholders() -> None:
    assert counting.words("don't re-use a_b 3.5") == 7
    assert counting.letters("Anna", "a") == 2
    assert counting.letters("a # b #", "#") == 2
    assert counting.placeholders("[a] [b\nc] [d]") == 2


def test_highlights_need_something_inside() -> None:
    assert counting.highlights("*a* **b** ** ** *c") == 2


def test_paragraphs_between_empty_lines_keep_empty_places() -> None:
    assert counting.spaced_paragraphs("a\n\n\n\nb") == ["a", "", "b"]
