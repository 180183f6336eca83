import pytest

from analytics.stats.kish import effective_count


def test_single_answers_are_worth_what_they_count() -> None:
    found = effective_count([True] * 7 + [False] * 591, weights=[1.0] * 598, clusters=[str(n) for n in range(598)])
    assert (found.events, found.n) == (7.0, 598.0)


def test_duplicates_within_conversations_are_worth_nothing() -> None:
    flags, names = [True, False, False, False], ["a", "b", "c", "d"]
    once = effective_count(flags, weights=[1.0] * 4, clusters=names)
    assert effective_count(flags * 5, weights=[1.0] * 20, clusters=names * 5) == once


def test_unequal_weights_lower_the_effective_number() -> None:
    found = effective_count([False] * 3, weights=[1.0, 1.0, 8.0], clusters=["a", "b", "c"])
    assert found.n == pytest.approx(100 / 66)


def test_no_answers_are_worth_none() -> None:
    assert effective_count([], weights=[], clusters=[]).n == 0
