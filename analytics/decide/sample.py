"""Which pairs a figure rests on, in one fixed order, and the rows that are read from them. Estimates nothing."""

from dataclasses import dataclass

import numpy as np

from analytics.decide.columns import Bools, Figures, Floats, Integers, mean_of
from analytics.decide.evidence import Answers, Pairs
from shadow.suites.suite import LOGPROBS


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """One value, weight, conversation and bucket of it per pair that has the value, each of shape (n,)."""

    values: Floats
    weights: Floats
    clusters: Integers
    buckets: Integers

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The pairs of one experiment, ordered by exchange.

    Attributes:
        pairs: Those that were meant to bring tokens.
        silent: Live pairs that are left out, since both lanes completed without a single token: embeddings and the
            like, which have no first token and no text.
        told: Examples that were asked for log-probabilities too. That makes a server slower and asks again what the
            suite asked already, so that nothing but calibration rests on them.
    """

    pairs: Pairs
    silent: int
    told: Pairs

    @classmethod
    def of(cls, pairs: Pairs) -> "Sample":
        """The sample; the order in which the pairs come is of no account."""
        ordered = _ordered(pairs)
        silent, told = _silent(ordered), _told(ordered)
        left_out = silent | told
        kept = ordered.take(~left_out) if left_out.any() else ordered
        return cls(kept, int(silent.sum()), ordered.take(told))

    def __len__(self) -> int:
        """Pairs."""
        return len(self.pairs)

    @property
    def is_checked(self) -> Bools:
        """Held-out examples on which both lanes were checked, once each: those asked again for confidence are not.

        Probes of a danger are none: G3 counts them, and an answer that refuses them is right.
        """
        suites = self.pairs.suite
        asked_again = suites.among([word for word in suites.words if word.endswith(LOGPROBS)])
        baseline, candidate = (lane.value("suite_check").known for lane in (self.pairs.baseline, self.pairs.candidate))
        return ~(self.pairs.is_live | asked_again | self.pairs.is_probe) & baseline & candidate

    def rows(self, figures: Figures, *, weights: Floats | None = None) -> Rows:
        """The rows of the pairs of which the figure is known.

        Args:
            weights: One per pair; the inverse sampling probability when not given.
        """
        given, known = self.pairs.weight if weights is None else weights, figures.known
        pairs = self.pairs
        return Rows(figures.values[known], given[known], pairs.conversation.codes[known], pairs.bucket[known])


def format_value(answers: Answers) -> Figures:
    """Mean of the format judges that had something to judge, in [0, 1]; unknown where nothing was asked for."""
    return mean_of([answers.value("json_format"), answers.value("tool_calls")])


def _ordered(pairs: Pairs) -> Pairs:
    ids = pairs.exchange_ids
    if bool(np.all(ids[:-1] < ids[1:])):
        return pairs
    return pairs.take(np.argsort(ids, kind="stable"))


def _told(pairs: Pairs) -> Bools:
    return pairs.suite.among([word for word in pairs.suite.words if word.endswith(LOGPROBS)])


def _silent(pairs: Pairs) -> Bools:
    said_nothing = [lane.is_completed & ~lane.ttft_ms.known for lane in (pairs.baseline, pairs.candidate)]
    silent: Bools = pairs.is_live & said_nothing[0] & said_nothing[1]
    return silent
