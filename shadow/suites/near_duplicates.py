"""Near duplicates: texts that share most of their word shingles with one that was kept before."""

from itertools import islice, tee
from typing import Final

from datasketch import MinHash, MinHashLSH

SIMILARITY: Final = 0.8
"""Jaccard similarity of shingles from which a text counts as a near duplicate."""
_PERMUTATIONS: Final = 128
_WORDS: Final = 3


class Kept:
    """The texts that were kept so far.

    Source: Broder 1997 (MinHash) with banded locality-sensitive hashing, as datasketch does it.
    """

    def __init__(self) -> None:
        self._index = MinHashLSH(threshold=SIMILARITY, num_perm=_PERMUTATIONS)
        self._count = 0

    def add(self, text: str) -> bool:
        """Keep the text unless one that is nearly the same is there; whether it was kept."""
        sketch = _sketch(text)
        if self._index.query(sketch):
            return False
        self._index.insert(str(self._count), sketch)
        self._count += 1
        return True


def _sketch(text: str) -> MinHash:
    sketch = MinHash(num_perm=_PERMUTATIONS, seed=1)
    sketch.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in _shingles(text)])
    return sketch


def _shingles(text: str) -> set[str]:
    """Runs of three words; all words of a shorter text in one."""
    words = text.casefold().split()
    if len(words) < _WORDS:
        return {" ".join(words)}
    runs = tee(words, _WORDS)
    shifted = [islice(run, start, None) for start, run in enumerate(runs)]
    return {" ".join(run) for run in zip(*shifted, strict=False)}
