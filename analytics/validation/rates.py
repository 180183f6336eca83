"""How often trials of a condition went which way, with exact bounds: the record that is shown and kept."""

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from analytics.decide.decision import Verdict
from analytics.stats.proportion import lower_bound, upper_bound
from analytics.validation.conditions import Condition
from analytics.validation.trial import Trial

_TWO_SIDED = 0.975


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rate(_Frozen):
    """A share of trials with its two-sided 95 % bounds."""

    share: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)

    @classmethod
    def of(cls, count: int, n: int) -> "Rate":
        """The share of `count` in `n` trials, at least one."""
        bounds = (bound(count, n=n, confidence=_TWO_SIDED) for bound in (lower_bound, upper_bound))
        low, high = bounds
        return cls(share=count / n, low=low, high=high)


class Row(_Frozen):
    """One condition."""

    condition: str
    violated: str = Field(description="The gate that is truly violated; empty where every gate is met.")
    trials: int = Field(ge=1)
    go: Rate
    no_go: Rate
    insufficient: Rate
    detected: Rate = Field(description="Said to be worse: a gate, a metric or a category, each corrected for all.")
    found: dict[str, int] = Field(description="Trials by what was called worse.")

    @property
    def wrong(self) -> Rate:
        """False GO where a gate is violated, else false NO-GO."""
        return self.go if self.violated else self.no_go


class Validation(_Frozen):
    """The whole table."""

    pairs: int = Field(ge=1, description="Answers in each trial, beside the probes of dangerous categories.")
    probes: int
    dangers: tuple[str, ...]
    resamples: int
    seed: int
    rows: tuple[Row, ...]


def row_of(condition: Condition, trials: Sequence[Trial]) -> Row:
    """The rates of a condition's trials, of which there is at least one."""
    verdicts = Counter(trial.verdict for trial in trials)
    found = Counter(name for trial in trials for name in (*trial.failed, *trial.worse, *trial.worse_in))
    go, no_go, insufficient = (
        Rate.of(verdicts[one], len(trials)) for one in (Verdict.GO, Verdict.NO_GO, Verdict.INSUFFICIENT)
    )
    return Row(
        condition=condition.name,
        violated=condition.violated,
        trials=len(trials),
        go=go,
        no_go=no_go,
        insufficient=insufficient,
        detected=Rate.of(sum(trial.is_detected for trial in trials), len(trials)),
        found=dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))),
    )
