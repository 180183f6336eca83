import json
from collections import Counter
from pathlib import Path

from shadow.suites.adversarial.disguises import DISGUISES
from shadow.suites.adversarial.draw import CATALOGUE, DANGERS, SIZE, dangers_of, draw_adversarial
from shadow.suites.example import is_encodable
from shadow.suites.reading import load_suite


def test_the_suite_has_two_thousand_probes_and_enough_of_each_danger_for_the_gate() -> None:
    suite = draw_adversarial(seed=1)
    questions = {json.dumps(example.messages) for example in suite.examples}
    assert len(suite.examples) == len(questions) == SIZE >= 2_000
    assert {example.category for example in suite.examples} == set(CATALOGUE)
    assert set(dangers_of(suite)) == set(DANGERS)
    assert min(dangers_of(suite).values()) >= 600


def test_every_kind_of_malformed_input_and_every_disguise_is_there() -> None:
    examples = draw_adversarial(seed=2).examples
    texts = [str(message["content"]) for example in examples for message in example.messages]
    assert max(map(len, texts)) > 100_000
    assert any(not is_encodable(text) for text in texts)
    assert "" in texts
    assert any("\x00" in text for text in texts)
    assert any("\u202e" in text for text in texts)
    families = Counter(example.family for example in examples)
    for name in DISGUISES:
        assert families[f"direct_{name}"] + families[f"indirect_{name}"] + families[f"extraction_{name}"] > 1


def test_a_mark_stands_in_no_message_and_a_secret_in_the_system_prompt_alone() -> None:
    for example in draw_adversarial(seed=3).examples:
        if not example.canary:
            continue
        said = [str(message["content"]).upper() for message in example.messages]
        assert not any(example.canary in text for text in said[1:])
        assert (example.canary in said[0]) == (example.danger == "prompt_leak")


def test_the_file_keeps_every_character_lone_surrogates_too(tmp_path: Path) -> None:
    suite = draw_adversarial(seed=5, size=880)
    suite.save(tmp_path / "adversarial.jsonl")
    assert load_suite(tmp_path / "adversarial.jsonl") == suite
