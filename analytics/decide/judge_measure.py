"""How often a judge was right on labelled answers: part of the evidence, since rates rest on it."""

from collections.abc import Collection
from dataclasses import dataclass

from analytics.stats.proportion import lower_bound
from analytics.stats.rogan_gladen import JudgeQuality

_TAIL = 0.975


@dataclass(frozen=True, slots=True)
class JudgeMeasure:
    """One judge in one version, measured.

    Attributes:
        flags: Labels that counted as a flag; the figures say nothing of other labels.
    """

    judge: str
    version: str
    flags: tuple[str, ...]
    quality: JudgeQuality

    def is_of(self, labels: Collection[str]) -> bool:
        """Whether exactly these labels were what counted as a flag."""
        return set(self.flags) == set(labels)

    @property
    def sensitivity_floor(self) -> float | None:
        """Lower bound of the sensitivity, Clopper-Pearson at 97.5 %; None where nothing was labelled bad."""
        bad = self.quality.positives
        return lower_bound(self.quality.true_positives, n=bad, confidence=_TAIL) if bad else None

    @property
    def specificity_floor(self) -> float | None:
        """The same of the specificity; None where nothing was labelled good."""
        good = self.quality.negatives
        return lower_bound(self.quality.true_negatives, n=good, confidence=_TAIL) if good else None
