from shadow.suites.difference import differ
from shadow.suites.example import Example
from shadow.suites.suite import Suite


def suite(**questions: str) -> Suite:
    examples = [
        Example.model_validate({"id": one, "category": "c", "messages": [{"role": "user", "content": text}]})
        for one, text in questions.items()
    ]
    return Suite(name="s", examples=tuple(examples))


def test_what_was_added_removed_and_changed_is_told() -> None:
    found = differ(suite(a="1", b="2", c="3"), suite(b="2", c="4", d="5"))
    assert (found.added, found.removed, found.changed) == (("d",), ("a",), ("c",))
    assert not found.is_empty


def test_another_order_is_no_difference_and_no_other_version() -> None:
    first, second = suite(a="1", b="2"), suite(b="2", a="1")
    assert differ(first, second).is_empty
    assert first.id == second.id
