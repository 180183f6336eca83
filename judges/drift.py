"""Drift within a conversation: does the answer still keep to what the conversation's earlier answers kept to?

Only the earlier answers of the request are looked at, so on replays of recorded traffic the history is production's.
Whether a whole lane drifts is a matter of distributions, in `analytics.stats`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from judges.answer import answer_text, cannot_read, only_tools
from judges.document import NotJson, parse_json
from judges.instructions.following import follows
from judges.instructions.stated import stated
from judges.judgement import Abstained, Case, Finding, Judgement
from judges.language import language_of
from judges.prompt import answered_texts, system_text, user_text

SEVERITY: Final = {"language": 5.0, "format": 5.0, "instructions": 4.0, "length": 2.0}
"""Severity of each kind of drift, in the order in which a finding is labelled."""
_MOST_TURNS: Final = 12
_TIMES_LONGER: Final = 5.0
_LEAST_CHARACTERS: Final = 400
"""Shorter answers are never called too long, and longer ones never too short."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Value 0 when the answer leaves what the earlier answers of its conversation agreed on, else 1.

    Labels: steady, language, format (they were JSON), instructions (a constraint of the system prompt that each of them
    kept), length (five times longer or shorter than their median). Abstains at a conversation's first answer.
    """

    name: str = "drift"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case."""
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        if (reason := cannot_read(case)) is not None:
            return reason
        earlier = [text for text in answered_texts(case.exchange) if text.strip()][-_MOST_TURNS:]
        if not earlier or only_tools(case.answer) or not answer_text(case.answer).strip():
            return Abstained("no earlier answer to keep to" if not earlier else "no text")
        found = list(_kinds(case, answer_text(case.answer), earlier))
        if not found:
            return Judgement(1.0, "steady", f"as the {len(earlier)} answers before")
        told = f"unlike the {len(earlier)} answers before: {', '.join(found)}"
        return Judgement(0.0, found[0], told, severity=SEVERITY[found[0]])


def _kinds(case: Case, answer: str, earlier: Sequence[str]) -> Iterator[str]:
    """Kinds of drift, gravest first."""
    if _leaves_language(answer, earlier, asked=user_text(case.exchange)):
        yield "language"
    if all(map(_is_json, earlier)) and not _is_json(answer):
        yield "format"
    wanted = stated(system_text(case.exchange))
    if any(not follows(one, answer) and all(follows(one, text) for text in earlier) for one in wanted):
        yield "instructions"
    usual = median(map(len, earlier))
    if len(answer) > max(_TIMES_LONGER * usual, _LEAST_CHARACTERS) or (
        usual >= _LEAST_CHARACTERS and len(answer) * _TIMES_LONGER < usual
    ):
        yield "length"


def _leaves_language(answer: str, earlier: Sequence[str], *, asked: str) -> bool:
    """Whether all earlier answers told are in one language, the question is in no other, and the answer is."""
    spoken = {language_of(text) for text in earlier} - {""}
    mine = language_of(answer)
    return len(spoken) == 1 and bool(mine) and mine not in spoken and language_of(asked) in spoken | {""}


def _is_json(text: str) -> bool:
    bare = text.strip()
    return bare[:1] in {"{", "["} and not isinstance(parse_json(bare), NotJson)
