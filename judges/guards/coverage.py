"""Whether an answer is half of its reference: what it says is there, and a good part of the rest is missing."""

from typing import Final

from judges.guards.sentences import overlap, read_sentences

_SHORT: Final = 0.72
"""Length of a half answer at most, of the reference's."""
_LEAST_CHARACTERS: Final = 60
_FROM_THERE: Final = 0.6
"""Share of the answer's roots that the reference has too."""
_ALIGNED: Final = 0.3
_MISSING: Final = 0.3
"""Share of the reference's roots in sentences that have no counterpart."""
_ENDS: Final = (".", "!", "?", ":", ")", '"', "\u201d", "*", "`", "|", "}", "]", ">", "\u3002", "\uff01", "\uff1f")


def is_half(answer: str, *, reference: str) -> bool:
    """Whether the answer stops short of the reference: cut off within a sentence, or whole parts left out."""
    mine, theirs = answer.strip(), reference.strip()
    if len(theirs) < _LEAST_CHARACTERS or not mine or len(mine) > _SHORT * len(theirs):
        return False
    if theirs.startswith(mine):
        return True
    held, wanted = read_sentences(mine), read_sentences(theirs)
    said = frozenset[str]().union(*(one.roots for one in held))
    due = frozenset[str]().union(*(one.roots for one in wanted))
    if not said or not due or len(said & due) < _FROM_THERE * len(said):
        return False
    if theirs.endswith(_ENDS) and not mine.endswith(_ENDS):
        return True
    open_sentences = [one for one in wanted if all(overlap(one.roots, other.roots) < _ALIGNED for other in held)]
    missing = sum(len(one.roots - said) for one in open_sentences)
    return missing >= _MISSING * len(due)
