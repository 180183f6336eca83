import inspect
from typing import Any

import pytest
from aiokafka import errors
from aiokafka.errors import KafkaError

from proxy.errors import Unavailable
from proxy.log.kafka import _failure
from proxy.log.record import ProducerLost, RecordRefused, Refusal

_ALL: list[Any] = sorted(
    {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, KafkaError)},
    key=lambda kind: kind.__name__,
)


def _means(name: str) -> Unavailable | RecordRefused:
    return _failure(getattr(errors, name)("payload"), topic="t", size=7)


@pytest.mark.parametrize("kind", [kind for kind in _ALL if kind.retriable], ids=lambda kind: kind.__name__)
def test_what_kafka_calls_retriable_never_costs_a_record_nor_the_producer(kind: type[KafkaError]) -> None:
    assert type(_failure(kind(), topic="t", size=7)) is Unavailable


@pytest.mark.parametrize("name", ["MessageSizeTooLargeError", "RecordListTooLargeError"])
def test_a_size_is_refused_as_too_large(name: str) -> None:
    means = _means(name)
    assert isinstance(means, RecordRefused)
    assert means.reason is Refusal.TOO_LARGE


@pytest.mark.parametrize("name", ["CorruptRecordException", "InvalidTimestampError"])
def test_what_is_wrong_with_the_record_is_refused(name: str) -> None:
    means = _means(name)
    assert isinstance(means, RecordRefused)
    assert means.reason is Refusal.REFUSED


@pytest.mark.parametrize(
    "name",
    ["ProducerFenced", "OutOfOrderSequenceNumber", "UnknownProducerId", "InvalidProducerEpoch", "ProducerClosed"],
)
def test_what_ends_a_producer_loses_it(name: str) -> None:
    assert isinstance(_means(name), ProducerLost)


def test_the_bare_error_of_a_dead_sending_task_loses_the_producer() -> None:
    assert isinstance(_failure(KafkaError("Unexpected error during batch delivery"), topic="t", size=7), ProducerLost)


def test_the_code_of_an_invalid_record_is_told_from_an_unknown_one() -> None:
    assert isinstance(_failure(errors.for_code(87)(), topic="t", size=7), RecordRefused)


@pytest.mark.parametrize("name", ["TopicAuthorizationFailedError", "UnknownTopicOrPartitionError", "UnknownError"])
def test_what_may_be_mended_costs_no_record(name: str) -> None:
    assert type(_means(name)) is Unavailable


@pytest.mark.parametrize("kind", _ALL, ids=lambda kind: kind.__name__)
def test_every_error_means_something_and_says_no_more_than_its_name(kind: type[KafkaError]) -> None:
    means = _failure(kind("payload"), topic="t", size=7)
    assert "payload" not in str(means)
    assert isinstance(means, Unavailable | RecordRefused)
