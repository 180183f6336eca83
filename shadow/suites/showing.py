"""Suites, their results and their differences as text for people and as JSON for machines."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shadow.suites.difference import Difference
from shadow.suites.results import Tally
from shadow.suites.suite import Suite

_MOST_IDS = 10


def summary(suite: Suite) -> dict[str, Any]:
    """What a suite consists of."""
    examples = suite.examples
    return {
        "suite": suite.id,
        "examples": len(examples),
        "checked": sum(bool(example.checks) for example in examples),
        "categories": dict(Counter(example.category for example in examples)),
        "dangers": dict(Counter(example.danger for example in examples if example.danger)),
        "languages": dict(Counter(example.language or "unknown" for example in examples)),
    }


def page_of(suite: Suite) -> str:
    """The summary as lines."""
    told = summary(suite)
    lines = [f"{told['suite']}: {told['examples']} examples, {told['checked']} with mechanical checks"]
    for title in ("categories", "dangers", "languages"):
        lines += [f"{title}:"] if told[title] else []
        lines += [f"  {name:24} {count}" for name, count in sorted(told[title].items())]
    return "\n".join(lines)


def stored_lines(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line per stored suite."""
    lines = [
        f"{row['suite']:40} {row['examples']:6} examples, {row['categories']} categories, {row['dangerous']} dangerous"
        for row in rows
    ]
    return "\n".join(lines) or "no suite was run yet; `understudy suite draw` makes one, `understudy suite run` runs it"


def stored_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same as JSON."""
    return json.dumps([{**row, "first_stored_at": row["first_stored_at"].isoformat()} for row in rows])


def results_lines(results: Mapping[str, Sequence[Tally]]) -> str:
    """Accuracy by suite and category, with the first examples that only one lane has right."""
    lines: list[str] = []
    for suite, found in results.items():
        lines.append(f"{suite}")
        lines.append(f"  {'category':24} {'n':>6} {'baseline':>9} {'candidate':>9}  lost  won")
        lines += [
            f"  {one.category or 'all':24} {one.n:6} {one.baseline:9.1%} {one.candidate:9.1%} "
            f"{len(one.lost):5} {len(one.won):4}"
            for one in found
        ]
        lost = found[-1].lost
        more = f" and {len(lost) - _MOST_IDS} more" if len(lost) > _MOST_IDS else ""
        lines += [f"  only the baseline is right on {', '.join(lost[:_MOST_IDS])}{more}"] if lost else []
    return "\n".join(lines) or "nothing was judged yet; `understudy judge run` does"


def results_json(results: Mapping[str, Sequence[Tally]]) -> str:
    """The same as JSON, every id in it."""
    return json.dumps({suite: [asdict(one) for one in found] for suite, found in results.items()})


def difference_lines(difference: Difference) -> str:
    """What changed, one id a line."""
    signs = (("+", difference.added), ("-", difference.removed), ("~", difference.changed))
    return "\n".join(f"{sign} {one}" for sign, ids in signs for one in ids) or "the same examples"


def difference_json(difference: Difference) -> str:
    """The same as JSON."""
    return json.dumps(asdict(difference))
