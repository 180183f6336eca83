from dataclasses import dataclass, field
from pathlib import Path

from analytics.delivery.channel import Channel
from analytics.delivery.dispatch import Delivery, Dispatcher
from analytics.delivery.folder import FolderChannel
from analytics.delivery.parcel import Parcel
from proxy.errors import Refused, Unavailable, UnderstudyError
from tests.unit.analytics.delivery.parcels import parcel


@dataclass
class Flaky:
    """A channel that fails in the given ways before it delivers."""

    failures: list[UnderstudyError]
    name: str = "flaky"
    tries: int = 0

    def deliver(self, parcel: Parcel) -> None:
        assert parcel.decision.experiment_id
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)


@dataclass
class Sleeper:
    """Remembers how long it was to sleep."""

    waits_s: list[float] = field(default_factory=list)

    def sleep(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)


def _dispatcher(*channels: Channel, sleeper: Sleeper) -> Dispatcher:
    return Dispatcher(channels, attempts=3, first_wait_s=1.0, sleep=sleeper.sleep)


def test_what_may_pass_is_tried_again_with_growing_waits(tmp_path: Path) -> None:
    sleeper = Sleeper()
    flaky = Flaky([Unavailable("a"), Unavailable("b")])
    assert _dispatcher(flaky, sleeper=sleeper).dispatch(parcel(tmp_path), names=["flaky"]) == (Delivery("flaky", 3),)
    assert len(sleeper.waits_s) == 2
    assert 1 <= sleeper.waits_s[0] < 2 <= sleeper.waits_s[1] < 3


def test_a_refusal_is_not_tried_again(tmp_path: Path) -> None:
    flaky = Flaky([Refused("wrong key")])
    (delivery,) = _dispatcher(flaky, sleeper=Sleeper()).dispatch(parcel(tmp_path), names=["flaky"])
    assert delivery == Delivery("flaky", attempts=1, error="Refused", detail="wrong key")
    assert not delivery.is_delivered


def test_who_fails_for_good_keeps_no_other_from_delivering_and_loses_no_report(tmp_path: Path) -> None:
    sent = parcel(tmp_path / "reports")
    flaky, folder = Flaky([Unavailable("x")] * 9), FolderChannel(tmp_path / "out")
    found = _dispatcher(flaky, folder, sleeper=Sleeper()).dispatch(sent, names=["folder", "flaky"])
    assert [(one.channel, one.attempts, one.error) for one in found] == [("flaky", 3, "Unavailable"), ("folder", 1, "")]
    assert sent.read("report.html") == (tmp_path / "out/llama-awq/latest/report.html").read_bytes()


def test_only_named_channels_deliver(tmp_path: Path) -> None:
    flaky = Flaky([])
    assert _dispatcher(flaky, sleeper=Sleeper()).dispatch(parcel(tmp_path), names=[]) == ()
    assert flaky.tries == 0
