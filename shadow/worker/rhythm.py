"""How often a runner looks at what, and how long it waits."""

from dataclasses import dataclass

from shadow.worker.health import WINDOW_S
from shadow.worker.writer import GRACE_S


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between looks, and bounds of waiting.

    Attributes:
        check_s: Length of a window of the self-check; rows of replays wait for the end of theirs.
        scrape_s: Between two readings of a server's metrics.
        probe_s: Between two probes of a deployment's fingerprint.
        spend_s: Between two readings of a bounded spend; one that nothing bounds is read a tenth as often.
        max_behind_s: Age at which an exchange is too old to be replayed; None replays whatever the age.
        grace_s: How long a stop waits for a store that is away.
    """

    check_s: float = WINDOW_S
    scrape_s: float = 5.0
    probe_s: float = 300.0
    spend_s: float = 5.0
    max_behind_s: float | None = None
    grace_s: float = GRACE_S
