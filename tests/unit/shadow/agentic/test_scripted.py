import pytest

from shadow.agentic.scripted import Manner, next_move
from shadow.agentic.session import RENEW
from shadow.agentic.suite import draw_agentic
from shadow.agentic.task import Step

TASK = next(task for task in draw_agentic(seed=1).tasks if len(task.draft.reference) == 3)
FIRST, SECOND, THIRD = TASK.draft.reference
LAPSED = f"Error: the session has lapsed; call {RENEW} first"


@pytest.mark.parametrize(
    ("manner", "results", "move"),
    [
        (Manner.RECOVERS, [], FIRST),
        (Manner.RECOVERS, ["ok"], SECOND),
        (Manner.RECOVERS, ["ok", "Error: busy"], SECOND),
        (Manner.RECOVERS, ["ok", LAPSED], Step(RENEW, {})),
        (Manner.RECOVERS, ["ok", LAPSED, "renewed"], SECOND),
        (Manner.RECOVERS, ["ok", LAPSED, "renewed", "ok"], THIRD),
        (Manner.RETRIES, ["ok", LAPSED], SECOND),
        (Manner.GIVES_UP, ["Error: busy"], "I could not do that."),
        (Manner.RETRIES, ["Error: busy"] * 5, "I could not do that."),
        (Manner.LOOPS, ["ok"] * 9, FIRST),
    ],
)
def test_each_manner_does_as_it_says(manner: Manner, results: list[str], move: Step | str) -> None:
    assert next_move(TASK, results=results, manner=manner) == move


def test_the_answer_gives_what_was_asked_for() -> None:
    task = next(task for task in draw_agentic(seed=1).tasks if task.draft.says)
    answer = next_move(task, results=["ok"] * len(task.draft.reference), manner=Manner.RECOVERS)
    assert isinstance(answer, str)
    assert task.draft.says[0] in answer
