import json
from collections import Counter

import pytest

from proxy.errors import UsageError
from shadow.suites.heldout.draw import CATALOGUE, SIZE, draw_heldout
from shadow.suites.suite import Suite


def _questions(suite: Suite) -> set[str]:
    return {json.dumps(example.messages) for example in suite.examples}


def test_the_suite_has_a_thousand_questions_in_ten_categories_and_none_twice() -> None:
    suite = draw_heldout(seed=1)
    categories = Counter(example.category for example in suite.examples)
    assert len(suite.examples) == len(_questions(suite)) == SIZE >= 1_000
    assert set(categories) == set(CATALOGUE)
    assert len(categories) >= 10
    assert set(categories.values()) == {100}


def test_every_template_takes_its_turn() -> None:
    families = Counter((example.category, example.family) for example in draw_heldout(seed=2).examples)
    wanted = {(category, one.__name__.strip("_")) for category, templates in CATALOGUE.items() for one in templates}
    assert set(families) == wanted
    assert min(families.values()) >= 12


def test_the_same_seed_draws_the_same_suite_and_a_smaller_one_is_its_beginning() -> None:
    assert draw_heldout(seed=3, size=200).id == draw_heldout(seed=3, size=200).id
    assert draw_heldout(seed=3, size=50).examples == draw_heldout(seed=3, size=200).examples[:50]


def test_another_seed_draws_an_unseen_set() -> None:
    suites = [_questions(draw_heldout(seed=seed)) for seed in (11, 12)]
    assert len(suites[0] & suites[1]) / SIZE < 0.03


def test_every_example_has_a_check_a_reference_and_a_language() -> None:
    for example in draw_heldout(seed=4).examples:
        assert example.checks
        assert example.reference
        assert example.language


@pytest.mark.parametrize("size", [0, -1])
def test_no_examples_are_no_suite(size: int) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        draw_heldout(seed=1, size=size)


def test_a_suite_larger_than_the_templates_can_word_is_refused() -> None:
    with pytest.raises(UsageError, match="draw a smaller suite"):
        draw_heldout(seed=1, size=60_000)
