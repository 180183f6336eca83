from shadow.suites.contamination import contamination_of
from shadow.suites.example import Example
from shadow.suites.suite import Suite

LONG = "a quick survey of the northern harbours shows that most of the boats are painted green this year"


def suite(text: str, *, canary: str = "") -> Suite:
    fields = {"id": "e", "category": "c", "messages": [{"role": "user", "content": text}], "canary": canary}
    return Suite(name="s", examples=(Example.model_validate(fields),))


def test_a_question_that_stands_in_the_text_is_found_whatever_its_case_and_punctuation() -> None:
    found = contamination_of(suite(LONG), [f"Before. {LONG.upper().replace(' of', ', of')}! After."])
    assert [(one.example_id, one.share) for one in found.overlaps] == [("e", 1.0)]


def test_part_of_a_question_is_a_share() -> None:
    half = " ".join(LONG.split()[:14])
    (one,) = contamination_of(suite(LONG), ["nothing here", half]).overlaps
    assert 0 < one.share < 1


def test_other_words_and_words_apart_are_no_overlap() -> None:
    words = LONG.split()
    found = contamination_of(suite(LONG), [" ".join(words[:7]), " ".join(words[7:])])
    assert found.overlaps == ()
    assert found.checked == 1


def test_a_canary_is_found_and_a_short_question_says_nothing() -> None:
    found = contamination_of(suite("short", canary="VELVET-99"), ["x VELVET-99 y"])
    assert [(one.has_canary, one.share) for one in found.overlaps] == [(True, 0.0)]
    assert contamination_of(suite("short"), ["short"]).too_short == 1
