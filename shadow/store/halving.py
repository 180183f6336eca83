"""Which rows of a batch the store refuses: it is halved until those that hold up the others stand alone. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from proxy.errors import BadRecord, UnderstudyError

_MOST_REFUSED: Final = 8
"""Rows refused one by one, with none taken, after which the store is thought to be at fault."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that the store does not take; `why` never quotes it."""

    place: int
    why: str


class RowsRefused(BadRecord):
    """Some rows of a batch cannot be stored, now or later; all others are in."""

    def __init__(self, message: str, *, rows: Sequence[RefusedRow]) -> None:
        super().__init__(message)
        self.rows = tuple(rows)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a batch was not taken.

    Attributes:
        is_certain: Whether rows are at fault for sure; else it may be the store.
    """

    failure: UnderstudyError
    is_certain: bool


def refused_rows(count: int, attempt: Callable[[int, int], Refusal | None]) -> list[RefusedRow]:
    """Store a batch of `count` rows but for those that the store refuses, and say which these are.

    A row whose refusal may be the store's fault is refused only if the store took another row of the batch meanwhile;
    if it took none, the store is at fault.

    Args:
        attempt: Stores the rows from one place up to, not including, another; None when all of them were taken.

    Raises:
        UnderstudyError: the failure of a refusal that is the store's fault, and what `attempt` raises.
    """
    sorting = _Sorting(attempt)
    sorting.sort(0, count)
    if sorting.doubt is not None and not sorting.taken:
        raise sorting.doubt
    return sorting.refused


@dataclass(slots=True)
class _Sorting:
    attempt: Callable[[int, int], Refusal | None]
    taken: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    doubt: UnderstudyError | None = None

    def sort(self, start: int, end: int) -> None:
        refusal = self.attempt(start, end)
        if refusal is None:
            self.taken += end - start
        elif end - start > 1:
            middle = (start + end) // 2
            self.sort(start, middle)
            self.sort(middle, end)
        else:
            self._refuse(start, refusal)

    def _refuse(self, place: int, refusal: Refusal) -> None:
        self.refused.append(RefusedRow(place, str(refusal.failure)))
        if not refusal.is_certain:
            self.doubt = refusal.failure
            if len(self.refused) >= _MOST_REFUSED and not self.taken:
                raise refusal.failure
