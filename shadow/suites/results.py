"""How the lanes did on a suite's examples, by category, as the judge `suite_check` found it. Decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shadow.replay import Lane


@dataclass(frozen=True, slots=True)
class Tally:
    """One category of a suite, or all of it.

    Attributes:
        n: Exchanges that were checked on both lanes.
        lost: Ids of examples that only the baseline has right; an example with several samples may stand here twice.
        won: Ids of examples that only the candidate has right.
    """

    category: str
    n: int
    baseline: float
    candidate: float
    lost: tuple[str, ...]
    won: tuple[str, ...]


def tallies(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Tally]]:
    """By suite: its categories in alphabetical order, and all of it last.

    Args:
        rows: Of the query `suite_results`.
    """
    lanes: defaultdict[str, defaultdict[tuple[str, str, str], dict[str, float]]]
    lanes = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        key = (row["category"], row["example_id"], row["exchange_id"])
        lanes[row["suite"]][key][row["lane"]] = row["value"]
    return {suite: _of_suite(pairs) for suite, pairs in sorted(lanes.items())}


def _of_suite(pairs: Mapping[tuple[str, str, str], Mapping[str, float]]) -> list[Tally]:
    whole = {key: found for key, found in pairs.items() if {Lane.BASELINE, Lane.CANDIDATE} <= set(found)}
    categories = sorted({category for category, _, _ in whole})
    each = [_tally(one, [(key[1], found) for key, found in whole.items() if key[0] == one]) for one in categories]
    return [*each, _tally("", [(key[1], found) for key, found in whole.items()])]


def _tally(category: str, found: Sequence[tuple[str, Mapping[str, float]]]) -> Tally:
    pairs = [(example, lanes[Lane.BASELINE], lanes[Lane.CANDIDATE]) for example, lanes in found]
    n = max(1, len(pairs))
    return Tally(
        category=category,
        n=len(pairs),
        baseline=sum(baseline for _, baseline, _ in pairs) / n,
        candidate=sum(candidate for _, _, candidate in pairs) / n,
        lost=tuple(example for example, baseline, candidate in pairs if baseline > candidate),
        won=tuple(example for example, baseline, candidate in pairs if candidate > baseline),
    )
