import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy.errors import UsageError
from proxy.exchange import Door, Exchange, ExchangeOutcome, Shape
from shadow.suites.example import Example
from shadow.suites.reading import load_suite
from shadow.suites.suite import Suite, to_exchange

AT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def line(example_id: str = "a-1", **fields: object) -> str:
    return json.dumps({"id": example_id, "category": "faq", "messages": [{"role": "user", "content": "Hi"}], **fields})


def write(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def sent(example: Example, *, suite_id: str = "mine@0", experiment_id: str = "exp") -> Exchange:
    return to_exchange(example, suite_id=suite_id, experiment_id=experiment_id, captured_at=AT, model="m")


def test_a_file_becomes_a_suite_named_after_it(tmp_path: Path) -> None:
    suite = load_suite(write(tmp_path, line("a"), "", line("b"), ""))
    assert suite.name == "mine"
    assert [example.id for example in suite.examples] == ["a", "b"]
    assert suite.example("b").id == "b"
    assert suite.id.startswith("mine@")
    assert len(suite.id.partition("@")[2]) == 12


def test_an_unknown_example_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no example z"):
        load_suite(write(tmp_path, line("a"))).example("z")


def test_the_id_depends_on_content_and_not_on_order_or_spelling(tmp_path: Path) -> None:
    first = load_suite(write(tmp_path, line("a"), line("b")))
    respelt = load_suite(write(tmp_path, json.dumps(json.loads(line("a")), indent=None, sort_keys=True), line("b")))
    explicit = load_suite(write(tmp_path, line("a", weight=1.0, danger=""), line("b")))
    assert first.id == respelt.id == explicit.id
    assert load_suite(write(tmp_path, line("b"), line("a"))).id == first.id
    others = [(line("a"), line("b", weight=2)), (line("a"),)]
    assert all(load_suite(write(tmp_path, *lines)).id != first.id for lines in others)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{not json", "line 2: not JSON"),
        ("[]", "line 2: wrong"),
        (line("b", checks=[{"kind": "telepathy"}]), "line 2: wrong or missing checks.0"),
        (line("b", checks=[{"kind": "exact"}]), "line 2: wrong or missing checks.0"),
        (line("b", messages=[]), "line 2: wrong or missing messages"),
        (line("b", weight=0), "line 2: wrong or missing weight"),
        (line("b", surprise=1), "line 2: wrong or missing surprise"),
        (line("a"), "line 2: id of line 1 again"),
    ],
)
def test_errors_name_the_line_and_never_its_text(tmp_path: Path, bad: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as error:
        load_suite(write(tmp_path, line("a"), bad))
    assert "telepathy" not in str(error.value)


def test_empty_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no example"):
        load_suite(write(tmp_path, "", " "))
    with pytest.raises(UsageError, match="FileNotFoundError"):
        load_suite(tmp_path / "gone.jsonl")


def test_an_example_becomes_an_exchange_that_no_client_sent() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    form = {"type": "json_object"}
    turns = [{"role": role, "content": "x"} for role in ("system", "user", "assistant", "user")]
    example = Example.model_validate_json(
        line(messages=turns, tools=[tool], tool_choice="required", response_format=form, max_tokens=9, weight=2)
    )
    exchange = sent(example, suite_id="mine@123")
    assert (exchange.door, exchange.shape, exchange.outcome) == (Door.SUITE, Shape.CHAT, ExchangeOutcome.NO_REPLY)
    assert (exchange.category, exchange.turn, exchange.weight, exchange.captured_at) == ("faq", 2, 2.0, AT)
    assert (exchange.suite, exchange.example_id, exchange.experiment_id) == ("mine@123", "a-1", "exp")
    assert exchange.request == {
        "model": "m",
        "messages": turns,
        "temperature": 0,
        "max_tokens": 9,
        "tools": [tool],
        "tool_choice": "required",
        "response_format": form,
    }
    assert Exchange.from_bytes(exchange.to_bytes()) == exchange


def test_ids_are_stable_and_tell_suite_example_and_experiment_apart() -> None:
    a, b = (Example.model_validate_json(line(name)) for name in "ab")
    assert sent(a) == sent(a)
    ids = {sent(e, suite_id=s, experiment_id=x).exchange_id for e in (a, b) for s in ("s@1", "s@2") for x in "xy"}
    assert len(ids) == 8
    assert sent(a, experiment_id="x").conversation_id == sent(a, experiment_id="y").conversation_id
    assert sent(a).conversation_id != sent(b).conversation_id


def test_a_suite_may_be_built_in_memory() -> None:
    example = Example.model_validate_json(line())
    assert Suite(name="s", examples=(example,)).id == Suite(name="s", examples=(example,)).id
