"""Patterns that others wrote, matched within a time limit: a bad one is told apart from one that does not match."""

from functools import lru_cache
from typing import Any, Final

import regex

_SECONDS: Final = 0.25
"""Longest that one match may take; what backtracks longer is called unknown."""
_MOST_CHARACTERS: Final = 100_000
_REMEMBERED: Final = 512


class BrokenPattern(ValueError):
    """The pattern is no regular expression, or takes too long on this text."""


@lru_cache(maxsize=_REMEMBERED)
def _compiled(pattern: str) -> Any:  # noqa: ANN401 - the library carries no types
    try:
        return regex.compile(pattern)
    except (regex.error, ValueError, OverflowError, RecursionError) as error:
        message = f"no regular expression of {len(pattern)} characters"
        raise BrokenPattern(message) from error


def matches(pattern: str, text: str, *, whole: bool = False) -> bool:
    """Whether the pattern is found in the text's first 100,000 characters, or is all of it.

    Raises:
        BrokenPattern: it is no pattern, or its match did not end in a quarter of a second.
    """
    compiled = _compiled(pattern)
    find = compiled.fullmatch if whole else compiled.search
    try:
        return find(text[:_MOST_CHARACTERS], timeout=_SECONDS) is not None
    except TimeoutError as error:
        message = f"a pattern of {len(pattern)} characters took too long"
        raise BrokenPattern(message) from error
