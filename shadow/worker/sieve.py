"""Which exchanges of the log an experiment replays, and what the books say of the others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from proxy.exchange import Door, Exchange
from proxy.sampling.within import weight_within
from shadow.experiment import Experiment
from shadow.worker.halt import Halt
from shadow.worker.sampling import share_of


@dataclass(frozen=True, slots=True)
class Disposition:
    """What becomes of one exchange in this experiment; `reason` is empty for those replayed."""

    name: str
    reason: str = ""


REPLAYED = Disposition("replayed")
BAD_RECORD = Disposition("dropped", "bad_record")
ROW_REFUSED = Disposition("dropped", "row_refused")
"""It was replayed, and the store will never take what one of its lanes answered."""


def dropped_by(halt: Halt) -> Disposition:
    """What becomes of an exchange that was read when the experiment had stopped by itself."""
    return Disposition("dropped", str(halt.reason))


class Sieve:
    """Sorts exchanges by sample, start and age.

    A worker that was away comes back to a backlog. It keeps the recorded gaps, so it would stay behind for ever, and
    say what production was like long ago: what is too old is skipped. History that somebody asks for is not a backlog:
    a suite, an imported log, and all since `replay_from` where the experiment names it.

    Args:
        max_behind: Age at which an exchange is skipped; None skips none.
        clock: Time of day, aware UTC.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        max_behind: timedelta | None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._experiment = experiment
        self._max_behind = max_behind
        self._clock = clock

    def sort(self, exchange: Exchange) -> Disposition:
        """What becomes of an exchange, for reasons that were there before it was read."""
        experiment = self._experiment
        if exchange.experiment_id not in {"", experiment.experiment_id}:
            return Disposition("sampled_out", "other_experiment")
        if experiment.replay_from is not None and exchange.captured_at < experiment.replay_from:
            return Disposition("sampled_out", "before_start")
        if self.weight_of(exchange) is None:
            return Disposition("sampled_out", "ratio")
        if self._is_too_old(exchange):
            return Disposition("dropped", "too_old")
        return REPLAYED

    def weight_of(self, exchange: Exchange) -> float | None:
        """Inverse of the probability that the exchange is replayed, by the ratio that holds now; None: it is not."""
        return weight_within(exchange, ratio=self._experiment.sample_ratio, draw=self._draw(exchange))

    def _draw(self, exchange: Exchange) -> float:
        """The number that capture drew, so that both samples are one; else one of this experiment's own."""
        if exchange.draw is not None:
            return exchange.draw
        return share_of(exchange.conversation_id, salt=self._experiment.experiment_id)

    def _is_too_old(self, exchange: Exchange) -> bool:
        is_history = exchange.suite or exchange.door is Door.IMPORT or self._experiment.replay_from is not None
        if self._max_behind is None or is_history:
            return False
        return exchange.captured_at < self._clock() - self._max_behind
