"""The topics of the log: their names, what they hold, how the broker must keep them."""

from dataclasses import dataclass, field

DAY_MS = 86_400_000
_LARGE = {"max.message.bytes": "16777216"}
"""Room for the largest exchange; a broker's own default is about 1 MiB."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic.

    Attributes:
        spread: Whether it has as many partitions as the settings say; a compacted one has a single partition.
        config: Broker settings of the topic, by Kafka's names.
    """

    name: str
    spread: bool
    config: dict[str, str] = field(default_factory=dict)


EXCHANGES = Topic("understudy.exchanges", spread=True, config={"retention.ms": str(7 * DAY_MS), **_LARGE})
"""Anonymised exchanges, key = conversation id, value = `Exchange`."""

EXPERIMENTS = Topic("understudy.experiments", spread=False, config={"cleanup.policy": "compact"})
"""Experiments, key = experiment id, value = `Experiment`; the last value holds."""

COVERAGE = Topic("understudy.coverage", spread=False, config={"retention.ms": str(30 * DAY_MS)})
"""Ledger entries of the capture processes, value = `LedgerEntry`."""

DEAD_LETTERS = Topic("understudy.dead-letters", spread=False, config={"retention.ms": str(30 * DAY_MS), **_LARGE})
"""Records that no consumer could read, with the reason in a header."""

ALL = (EXCHANGES, EXPERIMENTS, COVERAGE, DEAD_LETTERS)
