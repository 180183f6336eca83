from typing import Any

import pytest

from judges.drift import SEVERITY, Drift
from tests.unit.judges.cases import FAILURES, abstains, asked, calling, case, failed, judged, live_case

PLAIN = "The parcel is on its way and will be with you on Friday."


def talk(*earlier: str, system: str = "", question: str = "And now?") -> dict[str, Any]:
    turns = [
        turn
        for text in earlier
        for turn in ({"role": "user", "content": "So?"}, {"role": "assistant", "content": text})
    ]
    request = asked(question, system=system)
    request["messages"][-1:-1] = turns
    return request


@pytest.mark.parametrize(
    ("earlier", "system", "answer", "label"),
    [
        ((PLAIN, PLAIN), "", "It comes tomorrow at noon, as you have asked us to do.", "steady"),
        (
            (PLAIN,),
            "",
            "Das Paket ist unterwegs und wird am Freitag bei Ihnen sein, wenn nichts dazwischen kommt.",
            "language",
        ),
        (('{"a": 1}', '{"a": 2}'), "", "The value of a is three now.", "format"),
        (('{"a": 1}', '{"a": 2}'), "", '{"a": 3}', "steady"),
        ((PLAIN,), "Never use commas.", "Well, it is late, sorry.", "instructions"),
        (("Well, no.",), "Never use commas.", "Well, it is late, sorry.", "steady"),
        ((PLAIN, PLAIN), "", PLAIN * 12, "length"),
        ((PLAIN * 12, PLAIN * 12), "", "Yes.", "length"),
    ],
)
def test_what_the_earlier_answers_kept_is_drift_when_it_is_left(
    earlier: tuple[str, ...], system: str, answer: str, label: str
) -> None:
    found = judged(Drift(), case(answer, request=talk(*earlier, system=system)))
    assert found.label == label
    assert found.severity == SEVERITY.get(label, 0.0)


def test_a_question_in_the_new_language_excuses_it() -> None:
    question = "K\u00f6nnen Sie mir das bitte noch einmal auf Deutsch sagen, damit ich es verstehe?"
    answer = "Das Paket ist unterwegs und wird am Freitag bei Ihnen sein, wenn nichts dazwischen kommt."
    assert judged(Drift(), case(answer, request=talk(PLAIN, question=question))).label == "steady"


def test_a_first_answer_and_no_text_are_abstentions() -> None:
    assert abstains(Drift(), case(PLAIN, request=asked("?")))
    assert abstains(Drift(), case("", request=talk(PLAIN)))
    assert abstains(Drift(), case(calling(("f", "{}")), request=talk(PLAIN)))
    assert abstains(Drift(), live_case())
    assert all(abstains(Drift(), case(failed(one), request=talk(PLAIN))) for one in FAILURES)
