"""Known faults: which one a reply gets, and what it does to the words. Faults of the wire are carried out in `app.py`.

A fault is drawn only among those that can show in the reply at hand (`broken_json` needs JSON, `wrong_tool` a call), so
a rate is a share of the replies that the fault can apply to, and every fault that is reported has an effect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from shadow.simulator import spoiling
from shadow.simulator.said import Said


class Fault(StrEnum):
    """What can be wrong with a reply, by design."""

    REFUSAL = "refusal"
    TRUNCATION = "truncation"
    BROKEN_JSON = "broken_json"
    WRONG_NUMBER = "wrong_number"
    NEGATION = "negation"
    REPETITION = "repetition"
    WRONG_TOOL = "wrong_tool"
    EXTRA_ARGUMENT = "extra_argument"
    LEAKED_PROMPT = "leaked_prompt"
    HTTP_500 = "http_500"
    HANG = "hang"
    HALF_EVENT = "half_event"
    SLOW_START = "slow_start"


SLOW_START_FACTOR: Final = 8.0
"""How many times longer than planned a slow start takes."""

ON_THE_WIRE: Final = frozenset({Fault.HTTP_500, Fault.HANG, Fault.HALF_EVENT, Fault.SLOW_START})
"""Faults that leave the words alone; they apply to every reply."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What of a request the faults of the words need to know."""

    system: str = ""
    tools: tuple[str, ...] = ()


type _Spoil = Callable[[Said, Setting, Random], Said]

_SPOILERS: Final[Mapping[Fault, _Spoil]] = {
    Fault.REFUSAL: lambda said, _, rng: spoiling.refuse(said, rng=rng),
    Fault.TRUNCATION: lambda said, _, __: spoiling.truncate(said),
    Fault.BROKEN_JSON: lambda said, _, __: spoiling.break_json(said),
    Fault.WRONG_NUMBER: lambda said, _, rng: spoiling.miscount(said, rng=rng),
    Fault.NEGATION: lambda said, _, __: spoiling.negate(said),
    Fault.REPETITION: lambda said, _, __: spoiling.repeat(said),
    Fault.WRONG_TOOL: lambda said, setting, rng: spoiling.swap_tool(said, tools=setting.tools, rng=rng),
    Fault.EXTRA_ARGUMENT: lambda said, _, __: spoiling.add_argument(said),
    Fault.LEAKED_PROMPT: lambda said, setting, _: spoiling.leak(said, system=setting.system),
}


def plan_fault(faults: Mapping[Fault, float], said: Said, *, setting: Setting, rng: Random) -> Fault | None:
    """The one fault that a reply gets, or None.

    Args:
        faults: Rates in [0, 1], together at most 1.
        rng: Draws the fault; its first number alone decides, so that a higher rate keeps the replies of a lower one.
    """
    drawn = rng.random()
    for fault, rate in faults.items():
        if rate and applies(fault, said, setting=setting):
            if drawn < rate:
                return fault
            drawn -= rate
    return None


def applies(fault: Fault, said: Said, *, setting: Setting) -> bool:
    """Whether the fault would change anything in this reply."""
    return fault in ON_THE_WIRE or spoil(fault, said, setting=setting, rng=Random(0)) != said  # noqa: S311 - any draw


def spoil(fault: Fault, said: Said, *, setting: Setting, rng: Random) -> Said:
    """The reply with the fault in its words; the same reply for faults of the wire."""
    return _SPOILERS[fault](said, setting, rng) if fault in _SPOILERS else said
