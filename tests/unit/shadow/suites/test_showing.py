import json

from shadow.suites.difference import Difference
from shadow.suites.results import Tally
from shadow.suites.showing import (
    difference_json,
    difference_lines,
    results_json,
    results_lines,
    stored_json,
    stored_lines,
)
from tests.records import NOON

RESULTS = {"s@1": [Tally("code", 4, 0.75, 0.5, ("a",), ()), Tally("", 4, 0.75, 0.5, tuple("abcdefghijkl"), ())]}


def test_results_tell_each_category_and_the_first_lost_examples() -> None:
    told = results_lines(RESULTS)
    assert "code" in told
    assert "75.0%" in told
    assert "a, b, c, d, e, f, g, h, i, j and 2 more" in told
    assert json.loads(results_json(RESULTS))["s@1"][0]["lost"] == ["a"]


def test_nothing_yet_says_what_to_do() -> None:
    assert "judge run" in results_lines({})
    assert "suite draw" in stored_lines([])


def test_stored_suites_are_lines_and_json() -> None:
    rows = [{"suite": "s@1", "examples": 3, "categories": 2, "dangerous": 1, "first_stored_at": NOON}]
    assert "3 examples, 2 categories, 1 dangerous" in stored_lines(rows)
    assert json.loads(stored_json(rows))[0]["first_stored_at"].startswith("2026-11-01")


def test_a_difference_has_a_sign_for_each_kind() -> None:
    found = Difference(("a",), ("b",), ("c",))
    assert difference_lines(found).split("\n") == ["+ a", "- b", "~ c"]
    assert json.loads(difference_json(found))["changed"] == ["c"]
    assert difference_lines(Difference((), (), ())) == "the same examples"
