"""How good a judge is, measured against human labels; the decision corrects rates and bounds with it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """Sensitivity and specificity of a judge's alarm label, in [0, 1].

    Attributes:
        positives: Labelled positives that sensitivity was measured on.
        negatives: Labelled negatives that specificity was measured on.
        source: The labelled data.
    """

    sensitivity: float
    specificity: float
    positives: int
    negatives: int
    source: str
