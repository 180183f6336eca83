"""Examines everything that the settings name, all at the same time."""

import asyncio
from datetime import UTC, datetime

from proxy.errors import UnderstudyError
from proxy.log.kafka import read_topic
from proxy.log.topics import EXPERIMENTS
from proxy.settings import KafkaSettings, ProxySettings
from shadow.doctor.finding import Finding, Health, doubtful
from shadow.doctor.log import examine_log
from shadow.doctor.machine import examine_machine
from shadow.doctor.services import examine_deployments, examine_doors
from shadow.doctor.store import examine_store
from shadow.experiment import Experiment
from shadow.settings import ClickHouseSettings, ShadowSettings
from shadow.worker.lane import open_session

_REQUEST_TIMEOUT_MS = 3_000


def examine() -> list[Finding]:
    """Every part, in the order of the arrow.

    Raises:
        UsageError: a setting is wrong.
    """
    kafka = KafkaSettings()
    patience_ms = min(kafka.request_timeout_ms, _REQUEST_TIMEOUT_MS)
    return asyncio.run(
        _examine(
            kafka.model_copy(update={"request_timeout_ms": patience_ms}),
            ProxySettings(),
            ClickHouseSettings(),
            ShadowSettings(),
        )
    )


async def _examine(
    kafka: KafkaSettings, proxy: ProxySettings, clickhouse: ClickHouseSettings, shadow: ShadowSettings
) -> list[Finding]:
    async with open_session() as session:
        hosts = frozenset(host.strip() for host in shadow.allowed_hosts.split(",") if host.strip())
        machine, doors, log, store = await asyncio.gather(
            asyncio.to_thread(examine_machine, proxy, shadow),
            examine_doors(proxy, shadow, session=session),
            examine_log(kafka),
            asyncio.to_thread(examine_store, clickhouse),
        )
        if any(one.health is Health.BAD for one in log):
            unknown = doubtful("experiments", "are not known", to_do="mend the broker and its topics first")
            return [*machine, *doors, *log, *store, unknown]
        live = await _live(kafka)
        return [*machine, *doors, *log, *store, *await examine_deployments(live, allowed_hosts=hosts, session=session)]


async def _live(kafka: KafkaSettings) -> list[Experiment]:
    """Experiments that run now, in their last version; a record that cannot be read is none."""
    last: dict[bytes | None, Experiment | None] = {}
    for record in await read_topic(kafka, EXPERIMENTS.name):
        try:
            last[record.key] = Experiment.from_bytes(record.value)
        except UnderstudyError:
            last[record.key] = None
    now = datetime.now(UTC)
    return [one for one in last.values() if one is not None and one.is_live(now=now)]
