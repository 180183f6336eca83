"""Floors: the first few exchanges of each stratum in each window. Knows counts only, neither draws nor ratios."""

from collections import Counter

from proxy.sampling.stratum import Stratum


class Floors:
    """Counts arrivals by stratum and window.

    What it answers depends on arrivals alone, never on what was kept: that makes the inclusion probabilities of
    `proxy.sampling.sampler` exact. Clients choose tenants and with them strata, so strata beyond `most_strata` share
    one floor until the window ends.

    Args:
        exchanges: Exchanges that each stratum keeps per window, 0 or more; 0 turns floors off.
        window_s: Length of a window, s, above 0; windows begin at multiples of it.
        most_strata: Strata that have a floor of their own in a window.
    """

    def __init__(self, *, exchanges: int, window_s: float, most_strata: int) -> None:
        self._exchanges = exchanges
        self._window_s = window_s
        self._most_strata = most_strata
        self._window = float("-inf")
        self._seen: Counter[Stratum | None] = Counter()

    def take(self, stratum: Stratum, *, at: float) -> bool:
        """Whether the stratum's floor still has room for an exchange that arrives at `at` (s); it is then taken.

        A clock that steps, either way, begins a new window.
        """
        window = at // self._window_s
        if window != self._window:
            self._window = window
            self._seen.clear()
        own = stratum in self._seen or len(self._seen) < self._most_strata
        place = stratum if own else None
        if self._seen[place] >= self._exchanges:
            return False
        self._seen[place] += 1
        return True

    def __len__(self) -> int:
        """Floors that are counted now."""
        return len(self._seen)
