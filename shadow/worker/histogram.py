"""A cumulative histogram as Prometheus keeps it, and what its difference over a while says."""

import math
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts up to each bound since the server started.

    Attributes:
        le: Upper bounds, ascending; the last one is infinite when the server says so.
        counts: Cumulative counts, as many as bounds.
    """

    le: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """All that was counted."""
        return self.counts[-1] if self.counts else 0

    def since(self, earlier: "Histogram") -> "Histogram | None":
        """What was counted after `earlier`; None when the server started anew or buckets differ."""
        if self.le != earlier.le:
            return None
        counts = tuple(now - then for now, then in zip(self.counts, earlier.counts, strict=True))
        is_sound = all(count >= 0 for count in counts) and all(low <= high for low, high in pairwise(counts))
        return Histogram(self.le, counts) if is_sound else None

    def quantile(self, share: float) -> float | None:
        """The quantile, linear within its bucket; beyond the last finite bound it is that bound. None without counts.

        Source: Prometheus, function histogram_quantile.
        """
        if not self.total:
            return None
        rank = share * self.total
        place = next(index for index, count in enumerate(self.counts) if count >= rank)
        low, below = (self.le[place - 1], self.counts[place - 1]) if place else (0.0, 0)
        if math.isinf(self.le[place]):
            return low
        return low + (self.le[place] - low) * (rank - below) / max(self.counts[place] - below, 1)
