"""Marks: how one tells what already stands in place of something masked, without any key."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from proxy.anonymise.pseudonym import PLACEHOLDER


@dataclass(frozen=True, slots=True)
class Marks:
    """What aliases look like.

    Attributes:
        pattern: One alias.
        signs: Strings one of which every alias has, so that most texts need not be searched.
    """

    pattern: re.Pattern[str]
    signs: tuple[str, ...]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where aliases stand in a text, in order."""
        return [alias.span() for alias in self.pattern.finditer(text)] if self._may_stand_in(text) else []

    def between(self, text: str) -> Iterator[tuple[int, int]]:
        """The stretches between aliases, and before the first and behind the last."""
        start = 0
        for first, last in self.spans(text):
            yield start, first
            start = last
        yield start, len(text)

    def blanked(self, text: str) -> str:
        """The text with empty lines as long as each alias in its place: no detector reaches over so many."""
        return self.pattern.sub(_empty_lines, text) if self._may_stand_in(text) else text

    def is_alias(self, text: str) -> bool:
        """Whether a text is an alias and nothing else."""
        return self.pattern.fullmatch(text) is not None

    def _may_stand_in(self, text: str) -> bool:
        return any(sign in text for sign in self.signs)


def _empty_lines(alias: re.Match[str]) -> str:
    return "\n" * len(alias[0])


PLACEHOLDERS: Final = Marks(PLACEHOLDER, ("<",))
"""Typed placeholders, such as `<EMAIL_3f9a1c>`."""
