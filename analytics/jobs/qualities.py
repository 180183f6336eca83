"""Reads from the store how often each judge was right on labelled answers. Measures nothing: see `calibrating.py`."""

from analytics.decide.judge_measure import JudgeMeasure
from analytics.stats.rogan_gladen import JudgeQuality
from shadow.store.clickhouse import Store


def quality_of(store: Store) -> tuple[JudgeMeasure, ...]:
    """The last measurement of each judge in each version, by name and version."""
    return tuple(
        JudgeMeasure(
            judge=row["judge"],
            version=row["version"],
            flags=tuple(row["flags"]),
            quality=JudgeQuality(
                true_positives=row["true_positives"],
                false_negatives=row["false_negatives"],
                true_negatives=row["true_negatives"],
                false_positives=row["false_positives"],
            ),
        )
        for row in store.read("judge_quality")
    )
