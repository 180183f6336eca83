"""One amount of a text: a number with its unit, a date, a time of day or a rate; and where words stand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, a date, a time of day, or a rate.

    Attributes:
        value: As written, percent as percent.
        unit: As spelled, in lower case but where capitals matter; empty where there is none.
        scaled: In the dimension's base unit.
        dimension: Empty for bare numbers; `date`, `clock` and `rate` for those.
        noun: The word that follows a bare number, in lower case.
        is_optional: It may stand unmatched: an ordinal, the word one, half.
        parts: Of a date: year, month and day, 0 where not said.
    """

    value: float
    unit: str
    scaled: float
    dimension: str
    start: int
    end: int
    noun: str = ""
    is_optional: bool = False
    parts: tuple[int, int, int] = (0, 0, 0)


def places(lowered: str, words: frozenset[str]) -> list[int]:
    """Where any of the words stands as a word, in order."""
    found = []
    for word in words:
        place = lowered.find(word)
        while place >= 0:
            end = place + len(word)
            if not (lowered[place - 1 : place].isalpha() or lowered[end : end + 1].isalpha()):
                found.append(place)
            place = lowered.find(word, end)
    return sorted(found)
