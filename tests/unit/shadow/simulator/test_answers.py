import json
from pathlib import Path

import pytest

from proxy.errors import UsageError
from proxy.exchange import Shape
from shadow.simulator.answering import Answerer
from shadow.simulator.answers import Answers
from shadow.simulator.asking import read_asking
from shadow.simulator.behaviour import Behaviour
from shadow.suites.heldout.draw import draw_heldout


def test_every_reference_is_said_to_its_own_conversation(tmp_path: Path) -> None:
    suite = draw_heldout(seed=3, size=330)
    suite.save(tmp_path / "s.jsonl")
    answerer = Answerer(Behaviour(model="m", answers=tmp_path / "s.jsonl"))
    for example in suite.examples:
        said = answerer.answer(read_asking(Shape.CHAT, example.to_body(model="m"))).choices[0]
        if said.calls:
            call = {"name": said.calls[0].name, "arguments": json.loads(said.calls[0].arguments)}
            assert json.loads(example.reference) == call
        else:
            assert said.text == example.reference


def test_what_is_not_known_by_heart_is_left_to_the_script(tmp_path: Path) -> None:
    draw_heldout(seed=3, size=5).save(tmp_path / "s.jsonl")
    asking = read_asking(Shape.CHAT, {"model": "m", "messages": [{"role": "user", "content": "something else"}]})
    assert Answers.load(tmp_path / "s.jsonl").find(asking) is None
    assert Answers.load(None).find(asking) is None
    said = Answerer(Behaviour(model="m", answers=tmp_path / "s.jsonl")).answer(asking).choices[0].text
    assert "simulator" in said


def test_a_file_that_is_no_suite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read suite"):
        Answers.load(tmp_path / "none.jsonl")
