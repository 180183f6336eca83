"""The panel: which judges there are, in plain sight, and how they are run so that none can stop the rest."""

import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

from judges.agent_judges import AgentRecovery, AgentSteps, AgentTools
from judges.agreement import ExactMatch, TokenF1
from judges.checks import SuiteCheck
from judges.confidence import Confidence
from judges.drift import Drift
from judges.entailment import Entailment
from judges.fault import Finder
from judges.format import JsonFormat, ToolCalls
from judges.grounding import Grounding
from judges.guards.judge import Guards
from judges.instructions.judge import Instructions
from judges.judgement import Abstained, Case, Finding, Judge, JudgeFailed, Judgement
from judges.llm import LlmJudge
from judges.refusal import Refusal
from judges.similarity import Embedder, SemanticSimilarity
from judges.taxonomy import Taxonomy

_LOG: Final = logging.getLogger(__name__)
WORST: Final = 10.0
"""The highest severity."""


class Row(NamedTuple):
    """One judge's finding on one case; a tuple, since there is one for each judge and case.

    Attributes:
        case_index: Place of the case in the sequence that was given.
    """

    case_index: int
    judge: str
    version: str
    finding: Finding


def cheap_panel(*, faults: Sequence[Finder] = ()) -> list[Judge]:
    """Every judge that needs no model.

    Args:
        faults: What else the taxonomy looks for, such as denials found by a model.
    """
    return [
        ExactMatch(),
        TokenF1(),
        Guards(),
        JsonFormat(),
        Instructions(),
        Drift(),
        ToolCalls(),
        AgentTools(),
        AgentSteps(),
        AgentRecovery(),
        Refusal(),
        Taxonomy(others=tuple(faults)),
        Grounding(),
        SuiteCheck(),
        Confidence(),
    ]


def default_panel(embedder: Embedder) -> list[Judge]:
    """Every judge: the cheap ones and semantic similarity."""
    return [*cheap_panel(), SemanticSimilarity(embedder)]


def full_panel(
    embedder: Embedder, *, nli: Entailment | None = None, llm: LlmJudge | None = None, faults: Sequence[Finder] = ()
) -> list[Judge]:
    """Every judge, with those that the user has named models for; inference comes before the taxonomy that uses it."""
    named: list[Judge] = [] if nli is None else [nli]
    asked: list[Judge] = [] if llm is None else [llm]
    return [*named, *cheap_panel(faults=faults), SemanticSimilarity(embedder), *asked]


def run_panel(judges: Sequence[Judge], cases: Sequence[Case]) -> list[Row]:
    """Exactly one finding per judge and case: judges in order, cases in order within each.

    A judge that raises on a batch is asked case by case, so that one bad case fails alone; one that gives another
    number of findings than it was given cases fails for all of them. Never raises.
    """
    return [
        Row(index, judge.name, judge.version, sound(finding))
        for judge in judges
        for index, finding in enumerate(findings_of(judge, cases))
    ]


def findings_of(judge: Judge, cases: Sequence[Case]) -> Sequence[Finding]:
    """One finding per case by one judge, in order; what it raises becomes `JudgeFailed`."""
    if not cases:
        return []
    try:
        found = list(judge.judge_batch(cases))
    except Exception as error:  # noqa: BLE001 - whatever breaks in a judge is a finding, never the end of the run
        kind = type(error).__name__
        _LOG.warning("judge %s raised %s on %d cases", judge.name, kind, len(cases))
        return (
            [JudgeFailed(kind)]
            if len(cases) == 1
            else [found for case in cases for found in findings_of(judge, [case])]
        )
    if len(found) != len(cases):
        _LOG.warning("judge %s gave %d findings for %d cases", judge.name, len(found), len(cases))
        return [JudgeFailed("WrongLength")] * len(cases)
    return found


def sound(finding: Finding) -> Finding:
    """The finding, or a failure where it is none, or its figures are no figures: NaN must never pass for a value."""
    match finding:
        case Judgement(value=float() | int(), severity=float() | int()):
            in_range = 0 <= finding.value <= 1 and 0 <= finding.severity <= WORST
            return finding if in_range else JudgeFailed("OutOfRange")
        case Abstained() | JudgeFailed():
            return finding
        case _:
            return JudgeFailed("NoFinding")
