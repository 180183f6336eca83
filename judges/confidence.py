"""Confidence: how sure the model was of its answer, from the log-probabilities of its tokens. Judges no content."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from judges.judgement import Abstained, Case, Finding, Judgement

_SPECIAL: Final = re.compile(r"<\|.*\|>|</?s>|<(?:eos|bos|pad|unk|end_of_turn|start_of_turn)>")
"""Tokens that end or frame a turn and say nothing."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """Value is exp(mean log-probability) over the answer's content tokens: the geometric mean of their probabilities.

    Label: confidence. Abstains on an answer without log-probabilities, which is every one that did not ask for them.

    Source: Murray and Chiang 2018 on the length-normalised probability of a sequence.
    """

    name: str = "confidence"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case."""
        return [_judge(case) for case in cases]


def _judge(case: Case) -> Finding:
    told = [one.logprob for one in case.answer.reply.first.logprobs if not _SPECIAL.fullmatch(one.token.strip())]
    sound = [one for one in told if math.isfinite(one)]
    if not sound:
        return Abstained("the answer has no log-probabilities")
    value = min(math.exp(sum(sound) / len(sound)), 1.0)
    return Judgement(value, "confidence", f"geometric mean of {len(sound)} token probabilities is {value:.3f}")
