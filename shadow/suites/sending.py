"""What a run of suites sends: exchanges for one experiment, spaced in time, without those that were sent before."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from proxy.errors import UsageError
from proxy.exchange import Exchange
from shadow.suites.suite import Asked, Suite, to_exchange


@dataclass(frozen=True, slots=True)
class Run:
    """How suites are run.

    Attributes:
        rate: Exchanges per second.
        samples: Answers to each example and lane.
        temperature: 0 is greedy.
        logprobs: Alternatives to report with each token's log-probability; None asks for none.
    """

    experiment_id: str
    rate: float = 10.0
    samples: int = 1
    temperature: float = 0.0
    logprobs: int | None = None

    def __post_init__(self) -> None:
        if self.samples > 1 and self.temperature == 0:
            message = f"{self.samples} samples at temperature 0 are one answer {self.samples} times; add --temperature"
            raise UsageError(message)

    def asked(self, sample: int) -> Asked:
        """How a sample is asked."""
        return Asked(sample=sample, temperature=self.temperature, logprobs=self.logprobs)

    def suite_id(self, suite: Suite) -> str:
        """The id under which a suite's exchanges are kept."""
        return self.asked(0).suite_id(suite.id)

    def size(self, suite: Suite) -> int:
        """Exchanges that a suite comes to."""
        return len(suite.examples) * self.samples


def exchanges_of(
    suite: Suite, run: Run, *, model: str, first_at: datetime, sent: Collection[str] = frozenset()
) -> Iterator[Exchange]:
    """The exchanges of a suite, in its order, all samples of an example after one another.

    Args:
        first_at: When the first one counts as having arrived, aware UTC; the others follow at the run's rate.
        sent: Ids of exchanges that were sent before and are left out.
    """
    place = 0
    for example in suite.examples:
        for sample in range(run.samples):
            exchange = to_exchange(
                example,
                suite_id=suite.id,
                experiment_id=run.experiment_id,
                captured_at=first_at + timedelta(seconds=place / run.rate),
                model=model,
                asked=run.asked(sample),
            )
            if exchange.exchange_id not in sent:
                place += 1
                yield exchange
