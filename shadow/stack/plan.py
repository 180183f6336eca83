"""What the local stack consists of: the list of its services, in starting order, in plain sight."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shadow.stack.brokers import Broker, BrokerKind, choose_broker
from shadow.stack.processes import Service, free_port

PARTS = ("broker", "clickhouse", "gateway", "capture", "control", "worker")
"""Services by the names that `--only` takes; migrations and topics go with the stores that they need."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for; port 0 takes a free one.

    Attributes:
        upstream: Base URL of production, without /v1.
        only: Names of PARTS; the others are left out.
    """

    folder: Path
    upstream: str = "http://127.0.0.1:8000"
    broker: BrokerKind = BrokerKind.AUTO
    kafka_port: int = 0
    clickhouse_port: int = 0
    gateway_port: int = 0
    control_port: int = 0
    only: tuple[str, ...] = PARTS


@dataclass(frozen=True, slots=True)
class Plan:
    """Services in starting order and the settings by which they, and the user's own commands, find each other."""

    services: tuple[Service, ...]
    environment: Mapping[str, str]


def plan_stack(wanted: Wanted) -> Plan:
    """Choose broker and ports.

    Raises:
        Unavailable: the wanted broker cannot run here.
    """
    folder = wanted.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    broker = choose_broker(wanted.broker, folder=folder, port=wanted.kafka_port or free_port())
    clickhouse_port = wanted.clickhouse_port or free_port()
    gateway_port = wanted.gateway_port or free_port()
    control_port = wanted.control_port or free_port()
    environment = {
        **broker.environment,
        "UNDERSTUDY_CLICKHOUSE_HOST": "127.0.0.1",
        "UNDERSTUDY_CLICKHOUSE_PORT": str(clickhouse_port),
        "UNDERSTUDY_PROXY_PORT": str(gateway_port),
        "UNDERSTUDY_PROXY_UPSTREAM": wanted.upstream,
        "UNDERSTUDY_PROXY_METRICS_PORT": str(free_port()),
        "UNDERSTUDY_SHADOW_METRICS_PORT": str(free_port()),
        "UNDERSTUDY_PROXY_STATE_DIR": str(folder),
        "UNDERSTUDY_SHADOW_STATE_DIR": str(folder),
        "UNDERSTUDY_SHADOW_CONTROL_PORT": str(control_port),
    }
    services = [
        *_log_services(broker),
        *_store_services(folder, port=clickhouse_port),
        _verb("capture", ready_file=folder / "ready" / "capture"),
        _verb(
            "gateway",
            address=f"http://127.0.0.1:{gateway_port}",
            ready_url=f"http://127.0.0.1:{gateway_port}/__understudy/health",
        ),
        _verb("control", address=f"http://127.0.0.1:{control_port}", ready_port=control_port),
        _verb("worker", ready_file=folder / "ready" / "worker"),
    ]
    goes_with = {"topics": "broker", "migrate": "clickhouse"}
    kept = tuple(one for one in services if goes_with.get(one.name, one.name) in wanted.only)
    return Plan(kept, environment)


def _log_services(broker: Broker) -> Sequence[Service]:
    topics = _verb("topics", "create", is_task=True)
    return [broker.service, topics] if broker.service else [topics]


def _store_services(folder: Path, *, port: int) -> Sequence[Service]:
    clickhouse = Service(
        name="clickhouse",
        argv=[sys.executable, "-m", "shadow.stack.chdb_http", str(folder / "clickhouse"), str(port)],
        address=f"http://127.0.0.1:{port}",
        ready_url=f"http://127.0.0.1:{port}/ping",
    )
    return [clickhouse, _verb("migrate", is_task=True)]


def _verb(
    verb: str, *words: str, address: str = "", ready_url: str = "", ready_port: int = 0,
    ready_file: Path | None = None, is_task: bool = False,
) -> Service:  # fmt: skip
    """A verb of our own command as a service."""
    return Service(
        name=verb,
        argv=[sys.executable, "-m", "analytics.cli", verb, *words],
        address=address,
        ready_url=ready_url,
        ready_port=ready_port,
        ready_file=ready_file,
        is_task=is_task,
    )
