"""The panel: which judges there are, in plain sight, and how they are run so that none can stop the rest."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from judges.agreement import ExactMatch, TokenF1
from judges.checks import SuiteCheck
from judges.format import JsonFormat, ToolCalls
from judges.guards.judge import Guards
from judges.instructions.judge import Instructions
from judges.judgement import Case, Finding, Judge, JudgeFailed, Judgement
from judges.refusal import Refusal
from judges.similarity import Embedder, SemanticSimilarity
from judges.taxonomy import Taxonomy

_LOG: Final = logging.getLogger(__name__)
WORST: Final = 10.0
"""The highest severity."""


@dataclass(frozen=True, slots=True)
class Row:
    """One judge's finding on one case.

    Attributes:
        case_index: Place of the case in the sequence that was given.
    """

    case_index: int
    judge: str
    version: str
    finding: Finding


def cheap_panel() -> list[Judge]:
    """Every judge that needs no model."""
    return [
        ExactMatch(),
        TokenF1(),
        Guards(),
        JsonFormat(),
        Instructions(),
        ToolCalls(),
        Refusal(),
        Taxonomy(),
        SuiteCheck(),
    ]


def default_panel(embedder: Embedder) -> list[Judge]:
    """Every judge: the cheap ones and semantic similarity."""
    return [*cheap_panel(), SemanticSimilarity(embedder)]


def run_panel(judges: Sequence[Judge], cases: Sequence[Case]) -> list[Row]:
    """Exactly one finding per judge and case: judges in order, cases in order within each.

    A judge that raises on a batch is asked case by case, so that one bad case fails alone; one that gives another
    number of findings than it was given cases fails for all of them. Never raises.
    """
    return [
        Row(index, judge.name, judge.version, _sound(finding))
        for judge in judges
        for index, finding in enumerate(_findings(judge, cases))
    ]


def _findings(judge: Judge, cases: Sequence[Case]) -> Sequence[Finding]:
    if not cases:
        return []
    try:
        found = list(judge.judge_batch(cases))
    except Exception as error:  # noqa: BLE001 - whatever breaks in a judge is a finding, never the end of the run
        kind = type(error).__name__
        _LOG.warning("judge %s raised %s on %d cases", judge.name, kind, len(cases))
        return (
            [JudgeFailed(kind)] if len(cases) == 1 else [found for case in cases for found in _findings(judge, [case])]
        )
    if len(found) != len(cases):
        _LOG.warning("judge %s gave %d findings for %d cases", judge.name, len(found), len(cases))
        return [JudgeFailed("WrongLength")] * len(cases)
    return found


def _sound(finding: Finding) -> Finding:
    """The finding, or a failure where its figures are no figures: NaN must never pass for a value."""
    if isinstance(finding, Judgement) and not (0 <= finding.value <= 1 and 0 <= finding.severity <= WORST):
        return JudgeFailed("OutOfRange")
    return finding
