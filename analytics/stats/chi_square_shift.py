"""Whether labels, such as languages or formats, are shared out alike on both lanes: chi-square by swapping."""

import numpy as np
from numpy.typing import NDArray

from analytics.stats.ks_shift import Shift
from analytics.stats.swapping import signs, swap_p

type Codes = NDArray[np.intp]


def chi_square_shift(baseline: Codes, candidate: Codes, *, groups: Codes, seed: int, swaps: int = 999) -> Shift:
    """Cramer's V of lane and label, in [0, 1], and its p-value.

    Args:
        baseline, candidate: One label's code, from 0, per pair; shape (n,), n >= 1.
        groups: Conversation of each pair, 0 to the number of conversations; shape (n,).

    Source: Pearson 1900; Cramer 1946; the p-value by swapping lanes within conversations.
    """
    labels = int(max(baseline.max(), candidate.max())) + 1
    count = int(groups.max()) + 1
    differences = np.zeros((count, labels))
    np.add.at(differences, (groups, baseline), 1.0)
    np.add.at(differences, (groups, candidate), -1.0)
    totals = np.bincount(baseline, minlength=labels) + np.bincount(candidate, minlength=labels)
    held = totals > 0
    differences, totals = differences[:, held], totals[held]
    observed = float((differences.sum(axis=0) ** 2 / totals).sum())
    rng = np.random.default_rng(seed)
    blocks = [((block @ differences) ** 2 / totals).sum(axis=1) for block in signs(count, swaps=swaps, rng=rng)]
    drawn = np.concatenate(blocks) if blocks else np.zeros(0)
    return Shift(float(np.sqrt(observed / (2 * len(baseline)))), swap_p(observed, drawn))
