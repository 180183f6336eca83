"""The A/A control: the gates once more, with the second baseline in the candidate's place."""

from dataclasses import replace

import numpy as np

from analytics.decide import gate_accuracy, gate_catastrophe, gate_latency
from analytics.decide.chance import Chance
from analytics.decide.decision import Control, GateStatus
from analytics.decide.sample import Sample
from analytics.decide.score_card import ScoreCard


def run_control(sample: Sample, *, categories: tuple[str, ...], card: ScoreCard, chance: Chance) -> Control | None:
    """What the gates say of the baseline against itself; None where no pair has the second baseline.

    G1 and G3 measure one lane against a limit, which a baseline may well miss; G2 compares both, so that its failure
    here is a false one and shows that the evidence cannot be believed.
    """
    drawn = sample.pairs.baseline_again.drawn
    if not drawn.any():
        return None
    pairs = sample.pairs.take(drawn)
    nobody = replace(pairs.baseline_again, drawn=np.zeros(len(pairs), dtype=np.bool_), findings={})
    twins = Sample(
        replace(pairs, candidate=pairs.baseline_again, baseline_again=nobody), silent=0, told=pairs.take(~drawn[drawn])
    )
    gates = (
        gate_latency.judge_latency(twins, card=card, chance=chance),
        gate_accuracy.judge_accuracy(twins, card=card, chance=chance),
        gate_catastrophe.judge_catastrophe(twins, categories=categories, card=card),
    )
    return Control(pairs=len(twins), gates=gates, is_sound=gates[1].status is not GateStatus.FAIL)
