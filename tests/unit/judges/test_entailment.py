"""Sentences against pieces of the request by a model that is passed in; the best piece decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from judges.entailment import Entailment, entailment_fault
from judges.judgement import Abstained, JudgeFailed
from judges.panel import run_panel
from judges.taxonomy import Taxonomy
from tests.unit.judges.cases import asked, case, judged, live_case

CONTEXT = " ".join(["The lamp Aurora weighs two kilograms and ships from Ghent within three days of the order."] * 4)


@dataclass
class Reader:
    """Calls a pair by a rule: 0 denied, 1 neither, 2 follows."""

    rule: Callable[[str, str], int]
    name: str = "reader"

    def predict(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        return np.eye(3)[[self.rule(*pair) for pair in pairs]].reshape(len(pairs), 3)


def rule(_premise: str, hypothesis: str) -> int:
    return 0 if "never" in hypothesis else 1 if "5.5 metres" in hypothesis else 2


def one(answer: str) -> object:
    return case(answer, answer, request=asked(CONTEXT))


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("The lamp ships from Ghent. It weighs two kilograms.", "entailed"),
        ("The lamp ships from Ghent. It is 5.5 metres long.", "neutral"),
        ("The lamp ships from Ghent. It never weighs two kilograms.", "contradicted"),
    ],
)
def test_the_worst_sentence_names_the_label(answer: str, label: str) -> None:
    found = judged(Entailment(Reader(rule)), case(answer, answer, request=asked(CONTEXT)))
    assert found.label == label
    blamed = [answer[span.start : span.end] for span in found.spans]
    assert blamed == ([] if label == "entailed" else [answer.partition(". ")[2]])


def test_without_a_text_to_follow_from_it_abstains() -> None:
    found = Entailment(Reader(rule)).judge_batch([case("It rains a lot.", request=asked("Does it rain?")), live_case()])
    assert all(isinstance(finding, Abstained) for finding in found)


def test_the_taxonomy_learns_of_what_is_denied_and_of_what_nothing_bears_out() -> None:
    judge = Entailment(Reader(rule))
    taxonomy = Taxonomy(others=(lambda found: entailment_fault(judge, found),))
    denied = "The lamp Aurora never ships from Ghent within three days."
    assert judged(taxonomy, case(denied, CONTEXT, request=asked(CONTEXT))).label == "hallucination_grounded"
    loose = "The lamp Aurora ships from Ghent and is 5.5 metres long."
    assert judged(taxonomy, case(loose, CONTEXT, request=asked(CONTEXT))).label == "hallucination_ungrounded"


def test_a_model_that_gives_no_figures_is_a_failure() -> None:
    @dataclass
    class Broken(Reader):
        def predict(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
            return np.full((len(pairs), 3), np.nan)

    rows = run_panel([Entailment(Broken(rule))], [case("The lamp ships from Ghent.", request=asked(CONTEXT))])
    assert [row.finding for row in rows] == [JudgeFailed("ValueError")]
