import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.words import FUNCTION_WORDS, Splitter, language_of, normalised, scripts, tokens

_WRITTEN = st.lists(st.sampled_from(["it", "'", "s", ".", " ", "5", "_", "-", "\n", "\x1f", "\u2014", "\u2019"]))


def test_tokens_are_words_in_lower_case_without_punctuation() -> None:
    assert tokens("Don't stop -- l\u2019été, 42!") == ["don't", "stop", "l\u2019été", "42"]
    assert tokens("漢字です") == ["漢", "字", "で", "す"]
    assert tokens("...") == []


@given(_WRITTEN.map("".join))
def test_a_splitter_gives_the_words_of_the_pattern_or_leaves_them_to_it(text: str) -> None:
    pattern = re.compile(r"[^\W_]+(?:['.][^\W_]+)*")
    splitter = Splitter("'.")
    assert splitter.words(text) in (None, pattern.findall(text))
    assert splitter.lines(text) in (None, [tuple(pattern.findall(line)) for line in text.split("\n")])


def test_a_splitter_takes_plain_english_and_its_typeset_marks() -> None:
    assert Splitter("'").words("it's open \u2014 \u201cdaily\u201d") == ["it's", "open", "daily"]
    assert Splitter("'").words("it\u2019s") is None


def test_normalised_text_is_composed_and_has_single_spaces() -> None:
    assert normalised(" cafe\u0301\u00a0\n au ") == "caf\u00e9 au"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The shop is closed on Sundays and the lamp is not in the store.", "en"),
        ("Der Laden ist am Sonntag geschlossen und die Lampe ist nicht im Lager.", "de"),
        ("La tienda está cerrada los domingos y la lámpara no está en el almacén.", "es"),
        ("Le magasin est fermé et la lampe ne se trouve pas dans les rayons.", "fr"),
        ("42 LF-7 OK", ""),
        ("", ""),
    ],
)
def test_the_language_is_told_by_its_closed_class_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_every_language_has_words_of_its_own() -> None:
    for code, words in FUNCTION_WORDS.items():
        others = frozenset().union(*(found for other, found in FUNCTION_WORDS.items() if other != code))
        assert len(words - others) > 10, code


def test_letters_are_counted_by_script() -> None:
    assert scripts("abc где 漢か 42") == {"LATIN": 3, "CYRILLIC": 3, "CJK": 2}
