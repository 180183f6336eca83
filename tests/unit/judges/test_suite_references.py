"""A perfect answerer scores 100 % on the suites that ship, by the real judge; an empty and a foreign answer do not."""

import json
from collections.abc import Iterator

import pytest

from judges.checks import SuiteCheck
from judges.judgement import Case, Judgement
from proxy.wire.reply import Choice, Reply, ToolCall
from shadow.replay import Lane
from shadow.suites.example import Example
from shadow.suites.heldout.draw import draw_heldout
from shadow.suites.suite import to_exchange
from tests.records import NOON, replay


def perfect(example: Example) -> Choice:
    """The reference as a reply."""
    if example.tools and example.reference.startswith("{"):
        call = json.loads(example.reference)
        return Choice(tool_calls=(ToolCall(name=call["name"], arguments=json.dumps(call["arguments"])),))
    return Choice(text=example.reference)


def cases(examples: tuple[Example, ...], answers: list[Choice]) -> Iterator[Case]:
    for example, choice in zip(examples, answers, strict=True):
        exchange = to_exchange(example, suite_id="s@1", experiment_id="trial", captured_at=NOON, model="m")
        answer = replay(lane=Lane.CANDIDATE, reply=Reply(choices=(choice,)))
        yield Case(exchange=exchange, answer=answer, reference=answer, checks=example.checks)


def score(examples: tuple[Example, ...], answers: list[Choice]) -> list[str]:
    """Ids of the examples that fail."""
    found = SuiteCheck().judge_batch(list(cases(examples, answers)))
    assert all(isinstance(one, Judgement) for one in found)
    return [
        example.id for example, one in zip(examples, found, strict=True) if isinstance(one, Judgement) and one.value < 1
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_references_of_the_held_out_suite_pass_and_empty_answers_fail(seed: int) -> None:
    examples = draw_heldout(seed=seed).examples
    assert score(examples, [perfect(example) for example in examples]) == []
    assert len(score(examples, [Choice(text="")] * len(examples))) == len(examples)


def test_another_examples_answer_is_wrong_nearly_always() -> None:
    examples = draw_heldout(seed=4).examples
    later = examples[11:] + examples[:11]
    wrong = score(examples, [perfect(example) for example in later])
    assert len(wrong) > 0.9 * len(examples)
