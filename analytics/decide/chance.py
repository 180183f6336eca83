"""Random draws of a decision: one seed, one stream per purpose, so that a new figure never moves an old one."""

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analytics.decide.sample import Rows
from analytics.stats.clustered_mean import ClusteredMean, clustered_mean
from analytics.stats.quantile import Floats
from analytics.stats.shared_draw import draw_times

DRAWS = 400
"""Draws of conversations that all candidates of a seed share; the score keeps its points in each."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Seed and number of resamples of every bootstrap in one decision."""

    seed: int
    resamples: int

    def stream(self, purpose: str) -> np.random.Generator:
        """A fresh generator; the same purpose gives the same draws."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

    @property
    def times(self) -> Floats:
        """How often each bucket of conversations is drawn, shape (`DRAWS`, `BUCKETS`); the seed alone decides it."""
        return _times(self.seed)

    def mean(self, rows: Rows, *, purpose: str, confidence: float) -> ClusteredMean:
        """Weighted mean of at least one row, clustered by conversation."""
        return clustered_mean(
            rows.values,
            weights=rows.weights,
            clusters=rows.clusters,
            rng=self.stream(purpose),
            resamples=self.resamples,
            confidence=confidence,
        )


@lru_cache(maxsize=2)
def _times(seed: int) -> Floats:
    times = draw_times(rng=Chance(seed, 0).stream("shared draw"), draws=DRAWS)
    times.flags.writeable = False
    return times
