"""The judge of instruction following: what the suite's example or the system prompt demands, and can be verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from judges.answer import answer_text, cannot_read, only_tools
from judges.checks import read_checks
from judges.instructions.following import follows
from judges.instructions.stated import stated
from judges.judgement import Abstained, Case, Finding, Judgement
from judges.prompt import system_text
from shadow.suites.instruction import Instruction

_SEVERITY: Final = 4.0


@dataclass(frozen=True, slots=True)
class Instructions:
    """Value is the share of verifiable instructions that the answer follows strictly, in [0, 1].

    Labels: followed (all), partly, broken (none). Abstains where nothing verifiable is demanded.
    """

    name: str = "instructions"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case.

        Raises:
            BadRecord: a case holds something that is no check.
        """
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        wanted = demanded(case)
        if not wanted:
            return Abstained("no verifiable instruction is given")
        if (reason := cannot_read(case)) is not None:
            return reason
        if only_tools(case.answer):
            return Abstained("tool calls only")
        return _judge_text(answer_text(case.answer), wanted)


def demanded(case: Case) -> list[Instruction]:
    """Verifiable instructions of the suite's example, and those that the system prompt states."""
    checks = [one for one in case.checks if one.get("kind") == "instruction"]
    given = [one for one in read_checks(checks) if isinstance(one, Instruction)] if checks else []
    known = {(one.id, one.arguments) for one in given}
    system = system_text(case.exchange)
    return given + [one for one in (stated(system) if system else ()) if (one.id, one.arguments) not in known]


def _judge_text(text: str, wanted: Sequence[Instruction]) -> Judgement:
    strict = [one.model_copy(update={"mode": "strict"}) for one in wanted]
    broken = [one for one in strict if not follows(one, text)]
    value = 1 - len(broken) / len(wanted)
    if not broken:
        return Judgement(1.0, "followed", f"all of {len(wanted)} instructions followed")
    loosely = sum(not follows(one.model_copy(update={"mode": "loose"}), text) for one in broken)
    kinds = ", ".join(dict.fromkeys(one.id for one in broken))
    reason = f"{len(broken)} of {len(wanted)} instructions not followed ({loosely} not even loosely): {kinds}"
    return Judgement(value, "partly" if value else "broken", reason, severity=_SEVERITY * (1 - value))
