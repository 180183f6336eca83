"""Agreement of an answer's words with the baseline's: exact tiers and token F1.

Every figure here is read against the noise floor (baseline against baseline_again); alone it proves no regression.
Meaning beyond words lives in `similarity.py`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from judges.answer import answer_text, cannot_compare
from judges.document import NotJson, canonical_json, parse_json
from judges.figures import numbers
from judges.judgement import Abstained, Case, Finding, Judgement
from judges.words import normalised, tokens
from shadow.replay import Replay

_BOXED: Final = re.compile(r"\\boxed\{([^{}]{1,200})\}")
_BARE_NUMBER: Final = re.compile(r"[\s$\u20ac\u00a3\\]*[-\u2212]?[\d.,]+[\s\\]*%?")
_CHOICE: Final = re.compile(r"\(?([A-Ja-j])\)?[.:)]?")
_CHOICE_STATED: Final = re.compile(
    r"\b(?:answer|option|choice|antwort|respuesta|réponse)\b(?:\s+(?:is|ist|es|est))?\s*:?\s*\**\(?([A-J])\)?(?![\w'])"
)
_NUMBER_STATED: Final = re.compile(
    r"####|\b(?:final answer|the answer|answer:|total:|result:|antwort|respuesta|réponse)", re.IGNORECASE
)
_STATING: Final = ("####", "answer", "option", "choice", "antwort", "respuesta", "réponse", "total:", "result:")
"""What a text holds that states its answer by a letter or a number."""
_SHORT_ANSWER: Final = 4
_F1_HIGH: Final = 0.8
_F1_MEDIUM: Final = 0.4


def final_answer(text: str, *, language: str = "") -> str | None:
    r"""The final answer that a text states: the last \boxed{}, else a choice letter, else its last number.

    Returns:
        A canonical spelling, equal for equal answers; None when nothing of the kind stands in the text.
    """
    if boxed := _BOXED.findall(text):
        inner = str(boxed[-1]).strip()
        held = numbers(inner, language=language)
        is_number = len(held) == 1 and _BARE_NUMBER.fullmatch(inner) is not None
        return f"{held[0]:f}" if is_number else normalised(inner).casefold()
    if (alone := _CHOICE.fullmatch(text.strip())) is not None:
        return alone[1].upper()
    if stated := _CHOICE_STATED.findall(text):
        return str(stated[-1]).upper()
    found = numbers(text, language=language)
    return f"{found[-1]:f}" if found else None


def _states_answer(text: str) -> bool:
    """Whether the text commits to one final answer, so that comparing only that is fair."""
    is_short = len(text.split(None, _SHORT_ANSWER)) <= _SHORT_ANSWER
    if is_short or _BOXED.search(text) is not None:
        return True
    folded = text.casefold()
    if not any(map(folded.__contains__, _STATING)):
        return False
    return _CHOICE_STATED.search(text) is not None or _NUMBER_STATED.search(text) is not None


def _calls(replay: Replay) -> list[tuple[str, str]]:
    """Tool calls in a spelling that ignores order, white space and key order."""
    spelled = []
    for call in replay.reply.first.tool_calls:
        parsed = parse_json(call.arguments)
        spelled.append((call.name, call.arguments if isinstance(parsed, NotJson) else canonical_json(parsed)))
    return sorted(spelled)


def _tier(answer: str, reference: str, language: str) -> str:
    """The strictest tier on which two texts agree."""
    if answer == reference:
        return "bytes"
    if normalised(answer) == normalised(reference):
        return "whitespace"
    mine, theirs = parse_json(answer), parse_json(reference)
    if not isinstance(mine, NotJson) and not isinstance(theirs, NotJson):
        return "json" if canonical_json(mine) == canonical_json(theirs) else "different"
    if isinstance(mine, dict | list) or isinstance(theirs, dict | list):
        return "different"
    if _states_answer(answer) and _states_answer(reference):
        finals = final_answer(answer, language=language), final_answer(reference, language=language)
        if finals[0] is not None and finals[0] == finals[1]:
            return "final_answer"
    return "different"


@dataclass(frozen=True, slots=True)
class ExactMatch:
    """Value 1 when answer and reference agree on some tier, else 0.

    Labels: bytes, whitespace (after NFC), json (canonical), final_answer, different. Tool calls must agree in all.
    """

    name: str = "exact_match"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; abstains for the baseline itself and for replays that did not complete."""
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        if (reason := cannot_compare(case)) is not None:
            return reason
        if _calls(case.answer) != _calls(case.reference):
            return Judgement(0.0, "different", "the tool calls differ")
        tier = _tier(answer_text(case.answer), answer_text(case.reference), case.exchange.language)
        return Judgement(0.0 if tier == "different" else 1.0, tier, f"tier: {tier}")


def token_f1(answer: str, *, reference: str) -> float:
    """Harmonic mean of token precision and recall, in [0, 1]; 1 when both are empty.

    Source: Rajpurkar et al. 2016 (SQuAD), without the removal of articles, which is for English only.
    """
    mine, theirs = tokens(answer), tokens(reference)
    if not mine or not theirs:
        return float(mine == theirs)
    left, right = Counter(mine), Counter(theirs)
    common = left.keys() & right.keys()
    shared = sum(map(min, map(left.__getitem__, common), map(right.__getitem__, common)))
    return 2 * shared / (len(mine) + len(theirs))


@dataclass(frozen=True, slots=True)
class TokenF1:
    """Value is the token F1 of the texts. Labels: high (from .8), medium (from .4), low."""

    name: str = "token_f1"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case; abstains where neither side has text."""
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        if (reason := cannot_compare(case)) is not None:
            return reason
        answer, reference = answer_text(case.answer), answer_text(case.reference)
        if not answer.strip() and not reference.strip():
            return Abstained("neither side has text")
        value = token_f1(answer, reference=reference)
        label = "high" if value >= _F1_HIGH else "medium" if value >= _F1_MEDIUM else "low"
        return Judgement(value, label, f"token F1 {value:.2f}")
