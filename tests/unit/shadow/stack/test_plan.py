from pathlib import Path

import pytest

from proxy.errors import Unavailable
from shadow.stack.brokers import BrokerKind, choose_broker
from shadow.stack.plan import PARTS, Wanted, plan_stack


def names(folder: Path, *only: str, broker: BrokerKind = BrokerKind.TANSU) -> list[str]:
    plan = plan_stack(Wanted(folder, broker=broker, only=only or PARTS))
    return [service.name for service in plan.services]


def test_the_whole_stack_starts_its_stores_before_those_who_use_them(tmp_path: Path) -> None:
    expected = ["broker", "topics", "clickhouse", "migrate", "capture", "gateway", "control", "worker"]
    assert names(tmp_path) == expected


def test_topics_and_migrations_go_with_their_stores(tmp_path: Path) -> None:
    assert names(tmp_path, "broker") == ["broker", "topics"]
    assert names(tmp_path, "clickhouse", "gateway") == ["clickhouse", "migrate", "gateway"]


def test_wanted_ports_are_kept_and_others_are_free(tmp_path: Path) -> None:
    wanted = Wanted(tmp_path, broker=BrokerKind.TANSU, kafka_port=19_092, upstream="http://127.0.0.1:9")
    environment = plan_stack(wanted).environment
    assert environment["UNDERSTUDY_KAFKA_BOOTSTRAP"] == "127.0.0.1:19092"
    assert environment["UNDERSTUDY_PROXY_UPSTREAM"] == "http://127.0.0.1:9"
    ports = [value for name, value in environment.items() if name.endswith("_PORT")]
    assert len(set(ports)) == 5


def test_a_broker_that_runs_already_is_used_and_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_KAFKA_BOOTSTRAP", "kafka.example:9092")
    assert names(tmp_path, "broker", broker=BrokerKind.AUTO) == ["topics"]
    broker = choose_broker(BrokerKind.AUTO, folder=tmp_path, port=1)
    assert broker.environment == {"UNDERSTUDY_KAFKA_BOOTSTRAP": "kafka.example:9092"}


def test_an_external_broker_without_an_address_is_said_to_lack_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNDERSTUDY_KAFKA_BOOTSTRAP", raising=False)
    with pytest.raises(Unavailable, match="UNDERSTUDY_KAFKA_BOOTSTRAP"):
        choose_broker(BrokerKind.EXTERNAL, folder=tmp_path, port=1)
