"""Random draws of a decision: one seed, one stream per purpose, so that a new figure never moves an old one."""

import zlib
from dataclasses import dataclass

import numpy as np

from analytics.decide.sample import Rows
from analytics.stats.clustered_mean import ClusteredMean, clustered_mean


@dataclass(frozen=True, slots=True)
class Chance:
    """Seed and number of resamples of every bootstrap in one decision."""

    seed: int
    resamples: int

    def stream(self, purpose: str) -> np.random.Generator:
        """A fresh generator; the same purpose gives the same draws."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

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
