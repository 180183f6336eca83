"""Real services for the tests, started once a session on loopback and ended by their own process ids."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from proxy.settings import KafkaSettings
from shadow.settings import ClickHouseSettings
from shadow.stack.brokers import Broker, BrokerKind, choose_broker
from shadow.stack.processes import Service, end, free_port, start
from shadow.store.clickhouse import Store
from shadow.store.schema import migrate

_DATABASES = itertools.count(1)

# A property says what holds, not how fast: the first example pays for what is loaded late.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def chdb_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of chDB on ClickHouse's HTTP interface, in a process of its own."""
    folder = tmp_path_factory.mktemp("clickhouse")
    port = free_port()
    service = Service(
        name="clickhouse",
        argv=[sys.executable, "-m", "shadow.stack.chdb_http", str(folder / "data"), str(port)],
        ready_url=f"http://127.0.0.1:{port}/ping",
    )
    running = start(service, folder=folder, environment={})
    assert running is not None
    yield port
    end(running)


@pytest.fixture
def clickhouse(chdb_port: int) -> ClickHouseSettings:
    """Settings of a database that no other test uses."""
    return ClickHouseSettings(port=chdb_port, database=f"understudy_{next(_DATABASES)}")


@pytest.fixture
def store(clickhouse: ClickHouseSettings) -> Iterator[Store]:
    """A migrated store of its own."""
    opened = Store.connect(clickhouse)
    migrate(opened)
    yield opened
    opened.command("DROP DATABASE {database}")
    opened.close()


@pytest.fixture(scope="session")
def tansu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    """The Tansu broker of the embedded default."""
    yield from _broker(BrokerKind.TANSU, tmp_path_factory.mktemp("tansu"))


@pytest.fixture
def lone_tansu(tmp_path: Path) -> Iterator[KafkaSettings]:
    """A Tansu broker without the records of other tests, for those that count all that there is."""
    yield from _broker(BrokerKind.TANSU, tmp_path / "tansu")


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    """Apache Kafka 4 in KRaft mode."""
    yield from _broker(BrokerKind.APACHE, tmp_path_factory.mktemp("apache"))


def _broker(kind: BrokerKind, folder: Path) -> Iterator[KafkaSettings]:
    broker: Broker = choose_broker(kind, folder=folder, port=free_port())
    assert broker.service is not None
    running = start(broker.service, folder=folder, environment={})
    assert running is not None
    yield KafkaSettings(
        bootstrap=broker.environment["UNDERSTUDY_KAFKA_BOOTSTRAP"],
        idempotent=broker.environment["UNDERSTUDY_KAFKA_IDEMPOTENT"] == "true",
    )
    end(running)
