import asyncio
import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from proxy.errors import Unavailable
from shadow.deployment import Deployment
from shadow.worker.fingerprints import Fingerprints
from tests.records import NOON, deployment

BASELINE, CANDIDATE = deployment("baseline"), deployment("candidate")


class World:
    """What deployments say of themselves now, and what was told of it."""

    def __init__(self) -> None:
        self.now: dict[str, Deployment] = {}
        self.told: list[list[str]] = []
        self.last_seen: dict[str, datetime] = {}
        self.is_registry_away = False
        self.times = (NOON + timedelta(seconds=second) for second in itertools.count())

    async def probe(self, known: Deployment) -> Deployment:
        if known.deployment_id == "away":
            raise Unavailable("nobody answers")
        return self.now.get(known.deployment_id, known)

    async def changed(self, deployments: Sequence[Deployment], last_seen: Mapping[str, datetime]) -> None:
        if self.is_registry_away:
            raise Unavailable("no broker")
        self.told.append([one.deployment_id for one in deployments])
        self.last_seen = dict(last_seen)

    def watch(self, *known: Deployment, every_s: float = 60) -> Fingerprints:
        return Fingerprints(
            known, probe=self.probe, changed=self.changed, every_s=every_s, clock=lambda: next(self.times)
        )


async def test_only_a_changed_fingerprint_is_told() -> None:
    world = World()
    watch = world.watch(BASELINE, CANDIDATE)
    await watch.check()
    assert world.told == []
    world.now["candidate"] = CANDIDATE.model_copy(update={"engine_version": "2"})
    await watch.check()
    assert world.told == [["candidate"]]


async def test_a_change_is_told_with_the_start_of_the_last_probe_that_found_the_old_one() -> None:
    world = World()
    watch = world.watch(CANDIDATE)
    await watch.check()
    await watch.check()
    world.now["candidate"] = CANDIDATE.model_copy(update={"engine_version": "2"})
    await watch.check()
    assert world.last_seen == {"candidate": NOON + timedelta(seconds=1)}


async def test_a_deployment_that_does_not_answer_is_no_other_one() -> None:
    world = World()
    await world.watch(deployment("away")).check()
    assert world.told == []


async def test_who_could_not_be_told_is_told_at_the_next_probe() -> None:
    world = World()
    world.now["candidate"] = CANDIDATE.model_copy(update={"engine_version": "2"})
    world.is_registry_away = True
    watching = asyncio.create_task(world.watch(CANDIDATE, every_s=0.01).run())
    await asyncio.sleep(0.05)
    world.is_registry_away = False
    async with asyncio.timeout(10):
        while not world.told:
            await asyncio.sleep(0.01)
    watching.cancel()
    assert world.told[0] == ["candidate"]
