# ruff: noqa: RUF001 - other alphabets are the point
import re

import pytest

from judges.cues import ENGLISH, Cue, by_word, cue
from judges.cues_abroad import ABROAD

PLAIN = (
    "",
    "the parcel arrives on monday.",
    "ja, gerne.",
    "claro que sí.",
    "bien sûr.",
    "可以，没问题。",
    "はい、どうぞ。",
)


@pytest.mark.parametrize("one", [*ENGLISH, *ABROAD], ids=lambda one: one.name)
def test_no_pattern_is_found_in_nothing_or_in_plain_talk(one: Cue) -> None:
    assert one.pattern is None or not any(one.pattern.search(text) for text in PLAIN)


@pytest.mark.parametrize("one", [*ENGLISH, *ABROAD], ids=lambda one: one.name)
def test_a_cue_is_written_in_lower_case_as_openings_are(one: Cue) -> None:
    assert all(word == word.lower() for word in (*one.words, *one.also))
    assert one.pattern is None or not re.search(r"(?<!\\)[A-Z]", one.pattern.pattern)


def test_names_are_unique_and_those_of_other_languages_begin_with_their_code() -> None:
    names = [one.name for one in (*ENGLISH, *ABROAD)]
    assert len(set(names)) == len(names)
    assert all(re.match(r"[a-z]{2}_", one.name) for one in ABROAD)


def test_cues_are_found_by_each_of_their_words_and_by_the_empty_one_when_they_have_none() -> None:
    two, none = cue("lecture", "two", "one other", "x"), cue("help", "none", "", "y")
    found = by_word([two, none])
    assert found == {"one": (two,), "other": (two,), "": (none,)}
