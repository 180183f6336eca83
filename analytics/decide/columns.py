"""Columns of the evidence: one entry per pair, held as arrays, so that a million pairs are a few dozen megabytes.

What is not known is said by a mask, never by NaN or 0. What the columns mean is in `evidence.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]
type Bools = NDArray[np.bool_]
type Places = Integers | Bools
"""Rows that are wanted: their places, or a mask over all."""


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """A number per row, where it is known.

    Attributes:
        values: Shape (n,); 0 where nothing is known, and never to be read there.
        known: Shape (n,).
    """

    values: Floats
    known: Bools

    @classmethod
    def of(cls, found: Iterable[float | None]) -> Self:
        """The column of plain values, None for what is not known."""
        listed = list(found)
        known = np.array([one is not None for one in listed], dtype=np.bool_)
        return cls(np.array([one or 0.0 for one in listed], dtype=np.float64), known)

    @classmethod
    def unknown(cls, n: int) -> Self:
        """A column of which nothing is known."""
        return cls(np.zeros(n), np.zeros(n, dtype=np.bool_))

    def __len__(self) -> int:
        """Rows, known or not."""
        return len(self.known)

    def __sub__(self, other: "Figures") -> "Figures":
        """Difference, known where both are."""
        return Figures(self.values - other.values, self.known & other.known)

    def take(self, rows: Places) -> "Figures":
        """These rows, in their order."""
        return Figures(self.values[rows], self.known[rows])

    def where(self, kept: Bools) -> "Figures":
        """The same figures, of which those not kept are unknown."""
        return Figures(self.values, self.known & kept)

    def or_else(self, value: float) -> Floats:
        """The values, with this one where nothing is known."""
        return np.where(self.known, self.values, value)

    def mean(self) -> float | None:
        """Plain mean of what is known; None when nothing is."""
        return float(self.values[self.known].mean()) if self.known.any() else None


def mean_of(columns: Sequence[Figures]) -> Figures:
    """Row by row the mean of those columns that are known there.

    Args:
        columns: At least one, of equal length.
    """
    counts = sum(column.known.astype(np.float64) for column in columns)
    totals = sum(column.or_else(0.0) for column in columns)
    return Figures(totals / np.maximum(counts, 1.0), reduce(or_, (column.known for column in columns)))


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A word per row out of few: its place in `words`.

    Attributes:
        codes: Shape (n,), places in `words`.
        words: Distinct and in rising order, so that codes depend on nothing but the words themselves; some may occur
            in no row.
    """

    codes: Integers
    words: tuple[str, ...]

    @classmethod
    def of(cls, found: Sequence[str]) -> Self:
        """The column of plain words."""
        words = tuple(sorted(set(found)))
        places = {word: place for place, word in enumerate(words)}
        return cls(np.array([places[word] for word in found], dtype=np.int64), words)

    @classmethod
    def same(cls, word: str, n: int) -> Self:
        """A column of one word only."""
        return cls(np.zeros(n, dtype=np.int64), (word,))

    def __len__(self) -> int:
        """Rows."""
        return len(self.codes)

    def take(self, rows: Places) -> "Words":
        """These rows, in their order."""
        return Words(self.codes[rows], self.words)

    def at(self, row: int) -> str:
        """The word of one row."""
        return self.words[int(self.codes[row])]

    def among(self, wanted: Iterable[str]) -> Bools:
        """Which rows have one of these words."""
        chosen = set(wanted)
        return np.array([word in chosen for word in self.words], dtype=np.bool_)[self.codes]

    def counts(self, rows: Places) -> dict[str, int]:
        """How often each word occurs in these rows, in rising order of the words; none that does not."""
        found = np.bincount(self.codes[rows], minlength=len(self.words))
        return {word: int(count) for word, count in zip(self.words, found, strict=True) if count}
