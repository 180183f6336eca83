from datetime import timedelta

import pytest

from proxy.errors import UsageError
from shadow.suites.example import Example
from shadow.suites.sending import Run, exchanges_of
from shadow.suites.suite import LOGPROBS, Suite
from tests.records import NOON

SUITE = Suite(
    name="s",
    examples=tuple(
        Example.model_validate({"id": f"e{n}", "category": "c", "messages": [{"role": "user", "content": f"q{n}"}]})
        for n in range(3)
    ),
)


def test_exchanges_come_at_the_rate_and_those_sent_before_are_left_out() -> None:
    run = Run("trial", rate=2)
    everything = list(exchanges_of(SUITE, run, model="m", first_at=NOON))
    assert [one.captured_at - NOON for one in everything] == [timedelta(seconds=s) for s in (0, 0.5, 1)]
    rest = list(exchanges_of(SUITE, run, model="m", first_at=NOON, sent={everything[0].exchange_id}))
    assert [one.example_id for one in rest] == ["e1", "e2"]
    assert rest[0].captured_at == NOON


def test_samples_are_answers_of_their_own_in_one_conversation() -> None:
    run = Run("trial", samples=3, temperature=0.7)
    everything = list(exchanges_of(SUITE, run, model="m", first_at=NOON))
    assert len(everything) == len({one.exchange_id for one in everything}) == run.size(SUITE) == 9
    assert len({one.conversation_id for one in everything}) == 3
    assert [one.request["seed"] for one in everything[:3]] == [0, 1, 2]
    assert {one.request["temperature"] for one in everything} == {0.7}


def test_the_first_sample_is_the_exchange_of_a_run_without_samples() -> None:
    alone = next(exchanges_of(SUITE, Run("trial"), model="m", first_at=NOON))
    first = next(exchanges_of(SUITE, Run("trial", samples=2, temperature=1), model="m", first_at=NOON))
    assert alone.exchange_id == first.exchange_id


def test_samples_without_temperature_are_refused() -> None:
    with pytest.raises(UsageError, match="temperature"):
        Run("trial", samples=2)


def test_logprobs_are_a_suite_of_their_own() -> None:
    run = Run("trial", logprobs=5)
    asked = next(exchanges_of(SUITE, run, model="m", first_at=NOON))
    plain = next(exchanges_of(SUITE, Run("trial"), model="m", first_at=NOON))
    assert asked.suite == run.suite_id(SUITE) == SUITE.id + LOGPROBS
    assert (asked.request["logprobs"], asked.request["top_logprobs"]) == (True, 5)
    assert asked.exchange_id != plain.exchange_id
    assert asked.conversation_id == plain.conversation_id
    assert "logprobs" not in plain.request
