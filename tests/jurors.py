"""Judges that misbehave, and panels of them that a child process can build by name."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from judges.judgement import Case, Finding, Judge, Judgement
from proxy.errors import UsageError

GOOD = Judgement(1.0, "ok", "fine")


@dataclass(frozen=True)
class Fine:
    """Finds nothing wrong."""

    name: str = "fine"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        return [GOOD] * len(cases)


@dataclass(frozen=True)
class Wayward(Fine):
    """Loops for ever, dies, raises or talks nonsense where the answer tells it to."""

    name: str = "wayward"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        said = [one.answer.reply.first.text for one in cases]
        while "hang" in said:
            time.sleep(0.01)
        if "die" in said:
            os._exit(3)
        if "raise" in said:
            raise KeyError("raise")
        return [Judgement(float("nan"), "ok", "") if one == "nonsense" else GOOD for one in said]


def panel() -> list[Judge]:
    return [Fine(), Wayward(), Fine(name="last")]


def no_panel() -> list[Judge]:
    raise UsageError("the model is not here")


def dying_panel() -> list[Judge]:
    os._exit(3)
