"""The panel: which judges there are, in plain sight, and how they are run so that none can stop the rest."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from judges.agreement import ExactMatch, Numbers, Polarity, TokenF1
from judges.checks import SuiteCheck
from judges.format import JsonFormat, ToolCalls
from judges.judgement import Case, Finding, Judge, JudgeFailed
from judges.refusal import Refusal
from judges.similarity import Embedder, SemanticSimilarity
from judges.taxonomy import Taxonomy
from shadow.replay import Lane

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One judge's finding on one case.

    Attributes:
        case: Index of the case in the sequence that was given.
    """

    case: int
    judge: str
    version: str
    finding: Finding


def cheap_panel() -> tuple[Judge, ...]:
    """Every judge that needs no model."""
    return (
        ExactMatch(),
        TokenF1(),
        Numbers(),
        Polarity(),
        JsonFormat(),
        ToolCalls(),
        Refusal(),
        Taxonomy(),
        SuiteCheck(),
    )


def default_panel(*, embedder: Embedder) -> tuple[Judge, ...]:
    """Every judge: the cheap ones and semantic similarity."""
    return (*cheap_panel(), SemanticSimilarity(embedder))


def run_panel(judges: Sequence[Judge], *, cases: Sequence[Case]) -> list[Row]:
    """Each judge's finding on each case, judges in order and cases within; cases of the live lane are left out.

    A judge that raises on a batch is asked case by case, so that one bad case fails alone; a judge that returns another
    number of findings than it was given cases fails for all of them.
    """
    chosen = [(index, case) for index, case in enumerate(cases) if case.answer.lane is not Lane.LIVE]
    rows: list[Row] = []
    for judge in judges:
        findings = _findings(judge, [case for _, case in chosen])
        rows += [
            Row(index, judge.name, judge.version, finding) for (index, _), finding in zip(chosen, findings, strict=True)
        ]
    return rows


def _findings(judge: Judge, cases: Sequence[Case]) -> Sequence[Finding]:
    if not cases:
        return []
    try:
        found = judge.judge_batch(cases)
    except Exception as error:  # noqa: BLE001 - whatever breaks in a judge is a finding, never the end of the run
        _LOG.warning("judge %s raised %s on a batch of %d cases", judge.name, type(error).__name__, len(cases))
        if len(cases) == 1:
            return [JudgeFailed(type(error).__name__)]
        return [finding for case in cases for finding in _findings(judge, [case])]
    if len(found) != len(cases):
        _LOG.warning("judge %s gave %d findings for %d cases", judge.name, len(found), len(cases))
        return [JudgeFailed("WrongLength")] * len(cases)
    return found
