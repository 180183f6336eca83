"""Swaps of lanes within whole groups: what a difference between paired lanes looks like where there is none.

Where neither lane differs, either answer of a pair might as well be the other's, so a p-value by swapping holds its
level whatever the distribution, and conversations that are swapped as one keep it when answers hang together.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

type Signs = NDArray[np.int8]

_CELLS = 4_000_000
"""Signs held in memory at once."""


def signs(groups: int, *, swaps: int, rng: np.random.Generator) -> Iterator[Signs]:
    """Blocks of shape (k, groups) of 1 and -1, `swaps` rows in all: -1 where a group's lanes change places."""
    left, rows = swaps, max(1, _CELLS // max(groups, 1))
    while left > 0:
        block = min(rows, left)
        yield (2 * rng.integers(0, 2, size=(block, groups), dtype=np.int8) - 1).astype(np.int8)
        left -= block


def swap_p(observed: float, drawn: NDArray[np.float64]) -> float:
    """P-value in (0, 1]: the share of swaps at least as far apart, the data themselves counted as one of them.

    Source: Phipson and Smyth 2010.
    """
    slack = 1e-12 * max(abs(observed), 1.0)
    return (1 + int(np.count_nonzero(drawn >= observed - slack))) / (1 + len(drawn))
