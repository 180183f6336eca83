from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from proxy.errors import Refused, UsageError
from proxy.log.memory import MemoryLog
from proxy.log.record import Record
from proxy.log.topics import EXPERIMENTS
from shadow.control.registry import MAX_DAYS, MAX_SPLITS, Registry
from shadow.experiment import Action, Experiment, Split, State, Through
from tests.records import NOON, deployment, experiment

DAY = timedelta(days=1)
WORKER = "understudy-worker"


@dataclass
class Bench:
    """A log in memory; `meanwhile` runs once, after the topic was read and before it is written."""

    log: MemoryLog = field(default_factory=MemoryLog)
    meanwhile: Callable[[], Awaitable[object]] | None = None

    def registry(self, *, through: Through = Through.CLI, hurried: bool = False) -> Registry:
        async def read_all(topic: str) -> list[Record]:
            held = list(self.log.records[topic])
            act, self.meanwhile = (self.meanwhile, None) if hurried else (None, self.meanwhile)
            if act is not None:
                await act()
            return held

        return Registry(producer=self.log.producer(), read_all=read_all, through=through, clock=lambda: NOON)

    async def put(self, one: Experiment) -> None:
        await self.log.producer().publish(EXPERIMENTS.name, key=one.experiment_id.encode(), value=one.to_bytes())

    @property
    def versions(self) -> list[Experiment]:
        return [Experiment.from_bytes(record.value) for record in self.log.records[EXPERIMENTS.name]]


def wanted(**changes: object) -> Experiment:
    return experiment(**({"expires_at": NOON + 30 * DAY} | changes))


async def enabled() -> tuple[Bench, Registry]:
    bench = Bench()
    await bench.put(wanted())
    return bench, bench.registry()


async def test_the_last_version_of_an_experiment_holds() -> None:
    bench = Bench()
    book = bench.registry()
    await book.create(wanted())
    await book.change_state("trial", to=State.ENABLED, by="anna")
    assert (await book.get("trial")).state is State.ENABLED
    assert (await book.get("trial")).updated_by == "anna"
    assert len(bench.versions) == 2


async def test_a_new_experiment_is_not_yet_enabled_whatever_it_says_of_itself() -> None:
    asked = wanted(state=State.ENABLED, version=7, updated_at=NOON + DAY, stopped_because="x", updated_by="forged")
    made = await Bench().registry(through=Through.API).create(asked, by="anna")
    assert (made.state, made.version, made.updated_at, made.stopped_because) == (State.CREATED, 1, NOON, None)
    assert (made.action, made.updated_by, made.updated_through) == (Action.CREATE, "anna", Through.API)


async def test_the_owner_is_the_author_unless_somebody_else_is_named() -> None:
    assert (await Bench().registry().create(wanted())).updated_by == "ops@example.org"


async def test_every_change_says_who_how_and_in_which_order_even_by_a_clock_that_stands() -> None:
    bench = Bench()
    await bench.registry(through=Through.API).create(wanted(), by="anna")
    book = bench.registry()
    await book.change_state("trial", to=State.ENABLED, by="ben")
    await book.extend("trial", days=1, by="cleo")
    await book.stop("trial", reason="errors", by=WORKER)
    told = [(one.version, one.action, one.updated_by, one.updated_through) for one in bench.versions]
    assert told == [
        (1, Action.CREATE, "anna", Through.API),
        (2, Action.ENABLE, "ben", Through.CLI),
        (3, Action.EXTEND, "cleo", Through.CLI),
        (4, Action.STOP, WORKER, Through.WORKER),
    ]
    assert [one.updated_at - NOON for one in bench.versions] == [timedelta(milliseconds=n) for n in range(4)]


async def test_an_id_is_given_once() -> None:
    book = Bench().registry()
    await book.create(wanted())
    with pytest.raises(Refused, match="exists"):
        await book.create(wanted())


async def test_of_two_who_create_the_same_id_at_once_the_first_has_it() -> None:
    bench = Bench()
    bench.meanwhile = lambda: bench.registry().create(wanted(owner="first"))
    with pytest.raises(Refused, match="exists"):
        await bench.registry(hurried=True).create(wanted(owner="second"))
    assert (await bench.registry().get("trial")).owner == "first"


@pytest.mark.parametrize(
    ("end", "words"), [(NOON - DAY, "past"), (NOON, "past"), (NOON + timedelta(days=MAX_DAYS, seconds=1), "90 days")]
)
async def test_an_experiment_ends_in_the_future_and_not_too_far(end: object, words: str) -> None:
    bench = Bench()
    with pytest.raises(Refused, match=words):
        await bench.registry().create(wanted(expires_at=end))
    assert not bench.versions


async def test_nothing_expired_is_enabled() -> None:
    bench = Bench()
    await bench.put(wanted(state=State.CREATED, expires_at=NOON - DAY))
    with pytest.raises(Refused, match="extend it first"):
        await bench.registry().change_state("trial", to=State.ENABLED, by="anna")


async def test_disabled_is_the_end() -> None:
    bench = Bench()
    await bench.put(wanted(state=State.DISABLED))
    book = bench.registry()
    with pytest.raises(Refused, match="cannot become"):
        await book.change_state("trial", to=State.ENABLED, by="anna")
    with pytest.raises(Refused, match="is the end"):
        await book.extend("trial", days=1, by="anna")
    await book.stop("trial", reason="errors", by=WORKER)
    await book.split("trial", deployments=[deployment("candidate", revision="b")], by=WORKER)
    assert len(bench.versions) == 1


async def test_an_author_without_a_name_changes_nothing() -> None:
    bench, book = await enabled()
    with pytest.raises(UsageError, match="updated_by"):
        await book.change_state("trial", to=State.PAUSED, by="")
    assert len(bench.versions) == 1


async def test_an_unknown_id_names_the_known() -> None:
    _, book = await enabled()
    with pytest.raises(UsageError, match="trial"):
        await book.get("other")


async def test_a_record_that_is_no_experiment_is_passed_over() -> None:
    bench = Bench()
    await bench.log.producer().publish(EXPERIMENTS.name, key=b"x", value=b"{")
    assert await bench.registry().all() == {}


async def test_an_extension_adds_days_to_the_end() -> None:
    _, book = await enabled()
    assert (await book.extend("trial", days=60, by="anna")).expires_at == NOON + 90 * DAY


async def test_an_expired_experiment_is_extended_from_now() -> None:
    bench = Bench()
    await bench.put(wanted(expires_at=NOON - 5 * DAY))
    found = await bench.registry().extend("trial", days=2, by="anna")
    assert found.expires_at == NOON + 2 * DAY
    assert found.is_live(now=NOON)


async def test_no_extension_leads_beyond_the_bound() -> None:
    _, book = await enabled()
    with pytest.raises(Refused, match="90 days"):
        await book.extend("trial", days=61, by="anna")
    for days in (0, -1, MAX_DAYS + 1):
        with pytest.raises(UsageError, match="1 to 90"):
            await book.extend("trial", days=days, by="anna")


async def test_an_automatic_stop_pauses_with_its_reason_and_happens_once() -> None:
    bench, book = await enabled()
    for _ in range(2):
        found = await book.stop("trial", reason="budget of 10 usd spent", by=WORKER)
        assert (found.state, found.stopped_because) == (State.PAUSED, "budget of 10 usd spent")
        assert (found.updated_by, found.updated_through) == (WORKER, Through.WORKER)
    assert len(bench.versions) == 2


async def test_who_enables_it_again_clears_the_reason() -> None:
    _, book = await enabled()
    await book.stop("trial", reason="errors", by=WORKER)
    assert (await book.change_state("trial", to=State.ENABLED, by="anna")).stopped_because is None


async def test_a_changed_fingerprint_splits_the_run_once() -> None:
    bench, book = await enabled()
    old, new = deployment("candidate"), deployment("candidate", engine_version="0.33.0")
    for _ in range(2):
        found = await book.split("trial", deployments=[deployment("baseline"), new, deployment("other")], by=WORKER)
        assert found.candidate == new
        assert found.splits == (
            Split(at=NOON, arm="candidate", old_fingerprint=old.fingerprint, new_fingerprint=new.fingerprint),
        )
        assert found.state is State.ENABLED
    assert len(bench.versions) == 2


async def test_both_deployments_may_change_at_once() -> None:
    _, book = await enabled()
    changed = [deployment(name, revision="b") for name in ("candidate", "baseline")]
    found = await book.split("trial", deployments=changed, by=WORKER)
    assert [split.arm for split in found.splits] == ["baseline", "candidate"]


async def test_a_deployment_that_keeps_changing_pauses_the_experiment() -> None:
    _, book = await enabled()
    for number in range(MAX_SPLITS):
        assert (await book.get("trial")).state is State.ENABLED
        await book.split("trial", deployments=[deployment("candidate", revision=str(number))], by=WORKER)
    found = await book.get("trial")
    assert found.state is State.PAUSED
    assert found.stopped_because == "the deployments changed 20 times during the run, which cannot be measured"


async def test_a_pause_that_comes_in_between_is_not_undone() -> None:
    bench, _ = await enabled()
    bench.meanwhile = lambda: bench.registry().change_state("trial", to=State.PAUSED, by="anna")
    found = await bench.registry(hurried=True).extend("trial", days=1, by="ben")
    assert (found.state, found.expires_at, found.updated_by) == (State.PAUSED, NOON + 31 * DAY, "ben")
    assert await bench.registry().get("trial") == found
    assert len({one.updated_at for one in bench.versions[-2:]}) == 2


async def test_an_end_that_comes_in_between_stays_the_end() -> None:
    bench, _ = await enabled()
    bench.meanwhile = lambda: bench.registry().change_state("trial", to=State.DISABLED, by="anna")
    with pytest.raises(Refused, match="cannot become"):
        await bench.registry(hurried=True).change_state("trial", to=State.PAUSED, by="ben")
    found = await bench.registry().get("trial")
    assert (found.state, found.updated_by) == (State.DISABLED, "anna")


async def test_a_stop_that_comes_after_a_pause_leaves_the_pause() -> None:
    bench, _ = await enabled()
    bench.meanwhile = lambda: bench.registry().change_state("trial", to=State.PAUSED, by="anna")
    found = await bench.registry(hurried=True).stop("trial", reason="errors", by=WORKER)
    assert (found.state, found.stopped_because, found.updated_by) == (State.PAUSED, None, "anna")
    assert await bench.registry().get("trial") == found


async def test_the_versions_of_one_experiment_are_told_in_order() -> None:
    bench, book = await enabled()
    await bench.put(wanted(experiment_id="other"))
    await book.change_state("trial", to=State.PAUSED, by="anna")
    assert [one.state for one in await book.versions("trial")] == [State.ENABLED, State.PAUSED]
