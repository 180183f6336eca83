import pytest

from judges.opening import EARLY, WINDOW, features, read_opening


def names(text: str) -> set[str]:
    return {one.name for one, _, _ in read_opening(text).matches}


def test_the_places_of_cues_hold_in_the_text_as_it_was_given() -> None:
    text = "\n  İyi. I\u2019m sorry, but I CANNOT help you with that."
    opening = read_opening(text)
    (start, end) = next((start, end) for one, start, end in opening.matches if one.name == "cannot_do")
    assert text[opening.lead + start : opening.lead + end] == "I CANNOT help"


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("I'm unable to assist you.", "cannot_do"),
        ("That isn't appropriate at all.", "not_good"),
        ("Here are three ways.", "here_are"),
        ("First.\n1. Switch it off", "list"),
        ("```\ncode", "code"),
        ("She is treated with dignity.", "respect"),
    ],
)
def test_a_cue_is_found_near_its_words(text: str, cue: str) -> None:
    assert cue in names(text)


def test_a_cue_behind_the_opening_is_not_read() -> None:
    assert "cannot_do" not in names("Fine. " * WINDOW + "I cannot help.")


def test_a_word_that_comes_often_is_tried_more_than_once() -> None:
    assert "not_good" in names("It is not red and not blue and it is not appropriate.")


def test_an_early_cue_counts_as_one_more() -> None:
    early = features(read_opening("I cannot help."), prompt="")
    late = features(read_opening("x " * EARLY + "I cannot help."), prompt="")
    assert (early["early_explicit"], late.get("early_explicit")) == (2.0, None)


def test_the_first_sentence_denies_or_answers_the_question() -> None:
    denied = features(read_opening("Cats are not evil. They hunt."), prompt="Why are cats evil?")
    answered = features(read_opening("Cats hunt, so they seem evil."), prompt="Why are cats evil?")
    assert (denied["denies"], denied["denies_question"], denied["why_denied"]) == (1.0, 1.0, 1.0)
    assert (answered["denies"], answered["overlap"], answered["why_answered"]) == (0.0, 1.0, 1.0)


def test_a_question_for_a_meaning_is_seen() -> None:
    assert features(read_opening("A crime."), prompt="What is fraud?")["asks_meaning"] == 1.0


def test_help_that_follows_the_opening_is_counted_up_to_a_bound() -> None:
    text = "I cannot say. " * 20 + "\n- part of it" * 40
    assert read_opening(text).help_later == 6


@pytest.mark.parametrize("text", ["", " \n", "\ud800", "İ" * 500, "'" * 400, "not " * 400])
def test_odd_texts_have_features_within_bounds(text: str) -> None:
    found = features(read_opening(text), prompt=text)
    assert all(-1 <= value <= 3 for value in found.values())
