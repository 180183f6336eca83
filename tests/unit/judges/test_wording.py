import pytest

from judges.wording import MOST_CHARACTERS, place_of, read_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("Don\u2019t stop\u2014now, (please)!", ("don't", "stop", "now", "please")),
        ("snake_case and 3.5%", ("snake", "case", "and", "3", "5")),
        ("灯亮了", ("灯", "亮", "了")),
        ("\u201eStraße\u201c", ("strasse",)),
    ],
)
def test_words_are_split_at_marks_and_in_scripts_without_spaces_at_each_character(
    text: str, words: tuple[str, ...]
) -> None:
    assert read_words(text).words == words


def test_the_figures_of_a_wording() -> None:
    found = read_words("The lamp and the lantern")
    assert (found.letters, found.longest_word) == (20, 7)
    assert found.closed == {"the", "and"}
    assert found.function_ratio == pytest.approx(3 / 5)
    assert read_words("").function_ratio == 0.0


def test_a_long_text_is_read_to_its_bound() -> None:
    assert read_words("a " * MOST_CHARACTERS).letters == MOST_CHARACTERS / 2


def test_a_run_of_words_has_its_place_whatever_stands_between_them() -> None:
    text = "So: YOU -- are, the\nassistant."
    assert place_of(("you", "are", "the"), text) == (4, 19)
    assert place_of(("you", "were"), text) is None
