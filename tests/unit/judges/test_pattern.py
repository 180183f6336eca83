import pytest

from judges.pattern import BrokenPattern, matches


def test_a_pattern_is_found_or_is_all_of_the_text() -> None:
    assert matches(r"\d+", "a 12")
    assert not matches(r"\d+", "a 12", whole=True)
    assert matches(r"\d+", "12", whole=True)


@pytest.mark.parametrize("pattern", ["(", "(a|aa)+$"])
def test_no_pattern_and_one_without_end_are_told_apart_from_no_match(pattern: str) -> None:
    with pytest.raises(BrokenPattern):
        matches(pattern, "a" * 60 + "b")
