from datetime import timedelta

import pytest

from proxy.errors import Refused, UsageError
from proxy.log.memory import MemoryLog
from proxy.log.record import Record
from proxy.log.topics import EXPERIMENTS
from shadow.control.registry import Registry
from shadow.experiment import State
from tests.records import NOON, experiment


def registry(log: MemoryLog) -> Registry:
    async def read_all(topic: str) -> list[Record]:
        return list(log.records[topic])

    return Registry(producer=log.producer(), read_all=read_all, clock=lambda: NOON)


async def test_the_last_version_of_an_experiment_holds() -> None:
    log = MemoryLog()
    book = registry(log)
    await book.create(experiment(state=State.CREATED))
    await book.change_state("trial", to=State.ENABLED, by="anna")
    assert (await book.get("trial")).state is State.ENABLED
    assert (await book.get("trial")).updated_by == "anna"
    assert len(log.records[EXPERIMENTS.name]) == 2


async def test_an_id_is_given_once() -> None:
    book = registry(MemoryLog())
    await book.create(experiment())
    with pytest.raises(Refused, match="exists"):
        await book.create(experiment())


async def test_nothing_expired_is_created_or_enabled() -> None:
    book = registry(MemoryLog())
    with pytest.raises(Refused, match="past"):
        await book.create(experiment(expires_at=NOON - timedelta(days=1)))


async def test_disabled_is_the_end() -> None:
    book = registry(MemoryLog())
    await book.create(experiment(state=State.DISABLED))
    with pytest.raises(Refused, match="cannot become"):
        await book.change_state("trial", to=State.ENABLED, by="anna")


async def test_an_unknown_id_names_the_known() -> None:
    book = registry(MemoryLog())
    await book.create(experiment())
    with pytest.raises(UsageError, match="trial"):
        await book.get("other")


async def test_a_record_that_is_no_experiment_is_passed_over() -> None:
    log = MemoryLog()
    await log.producer().publish(EXPERIMENTS.name, key=b"x", value=b"{")
    assert await registry(log).all() == {}
