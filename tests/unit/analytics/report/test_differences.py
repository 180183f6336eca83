import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analytics.report.characters import reveal
from analytics.report.differences import LONGEST, Segment, cut_text, mark_differences


def _text(segments: tuple[Segment, ...]) -> str:
    return "".join(segment.text for segment in segments)


def _marked(segments: tuple[Segment, ...]) -> list[str]:
    return [segment.text for segment in segments if segment.differs]


def test_equal_texts_have_no_mark() -> None:
    left, right = mark_differences("the same words", "the same words")
    assert left == right == (Segment("the same words", differs=False),)


def test_only_the_changed_word_is_marked() -> None:
    left, right = mark_differences("a table for two people", "a table for ten people")
    assert (_marked(left), _marked(right)) == (["two"], ["ten"])


def test_a_word_that_only_one_side_has_is_marked_on_that_side_alone() -> None:
    left, right = mark_differences('{"guests": 2}', '{"guests": 2')
    assert (_marked(left), _marked(right)) == (["}"], [])


def test_the_space_between_two_changed_words_is_part_of_one_mark() -> None:
    left, right = mark_differences("say good morning now", "say bad evening now")
    assert (_marked(left), _marked(right)) == (["good morning"], ["bad evening"])


def test_a_hidden_character_is_a_difference_that_shows() -> None:
    left, right = mark_differences("pay 100", "pay \u202e100")
    assert _text(right) == "pay [U+202E]100"
    assert "U+202E" in "".join(_marked(right))
    assert _text(left) == "pay 100"


def test_an_empty_side_has_no_segments_and_all_of_the_other_differs() -> None:
    assert mark_differences("", "words") == ((), (Segment("words", differs=True),))
    assert mark_differences("", "") == ((), ())


def test_a_long_text_is_cut_and_says_so() -> None:
    left, _ = mark_differences("x" * (LONGEST + 1234), "y")
    assert _text(left).endswith("[1,234 more characters are not shown]")
    assert cut_text("abcdef", longest=4) == "abcd\n[2 more characters are not shown]"
    assert cut_text("abcd", longest=4) == "abcd"


def test_long_repetitive_texts_are_compared_in_seconds() -> None:
    start = time.monotonic()
    mark_differences("so it is " * 2200, "begin " + "so it is " * 2200 + "end")
    mark_differences("a b " * 5000, "b a " * 5000)
    assert time.monotonic() - start < 5


@given(st.text(max_size=200), st.text(max_size=200))
def test_joined_segments_are_the_revealed_texts(left: str, right: str) -> None:
    lefts, rights = mark_differences(left, right)
    assert (_text(lefts), _text(rights)) == (reveal(left), reveal(right))
    assert all(one.differs != two.differs for one, two in pairwise(lefts))
