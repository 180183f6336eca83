"""The record in the making: what it keeps, what it refuses, and that its handing over never fails."""

from pathlib import Path

import pytest

from proxy.channel import ChannelSender
from proxy.coverage import Ledger
from proxy.exchange import Door, ExchangeOutcome, RawExchange
from proxy.tee import Tee, hand_over


def _tee(path: str = "/v1/chat/completions", *, method: str = "POST", max_bytes: int = 8, **headers: str) -> Tee:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Tee(door=Door.GATEWAY, method=method, path=path, headers=pairs, max_bytes=max_bytes)


def test_what_passed_is_kept_in_order_and_stamped() -> None:
    tee = _tee(authorization="Bearer sk-secret", x_tenant_id="t")
    for part in (b"ab", b"c"):
        tee.take_request(part)
    for part in (b"de", b"f"):
        tee.take_reply(part)
    raw = tee.raw(keep=frozenset())
    assert (raw.body, [chunk.data for chunk in raw.reply]) == (b"abc", [b"de", b"f"])
    assert raw.sent_ns <= raw.reply[0].at_ns <= raw.reply[1].at_ns <= raw.ended_ns
    assert raw.headers == (("x-tenant-id", "t"),)
    assert raw.outcome is ExchangeOutcome.CLIENT_LEFT


def test_request_and_reply_share_one_limit_and_nothing_of_what_passes_it_is_kept() -> None:
    tee = _tee(max_bytes=4)
    tee.take_request(b"abc")
    assert tee.refusal == ""
    for part in (b"de", b"f"):
        tee.take_reply(part)
    assert tee.refusal == "too_large"
    raw = tee.raw(keep=frozenset())
    assert (raw.body, raw.reply) == (b"", ())


@pytest.mark.parametrize(
    ("tee", "reason"),
    [
        (_tee("/v1/models"), "other_route"),
        (_tee("/v1/responses", method="GET"), "other_route"),
        (_tee(x_understudy_replay="candidate"), "own_replay"),
    ],
)
def test_what_is_not_to_be_captured_says_why(tee: Tee, reason: str) -> None:
    assert tee.refusal == reason


def test_the_doors_own_refusal_comes_first_and_lets_the_bytes_go() -> None:
    tee = _tee(x_understudy_replay="candidate")
    tee.take_request(b"ab")
    tee.refuse("gateway_limit")
    tee.take_reply(b"cd")
    assert tee.is_refused
    assert tee.refusal == "gateway_limit"
    assert (tee.raw(keep=frozenset()).body, tee.raw(keep=frozenset()).reply) == (b"", ())


class _Broken(ChannelSender):
    """A channel that fails instead of refusing."""

    def offer(self, raw: RawExchange) -> bool:
        raise OverflowError(raw.body)


def _counted(ledger: Ledger) -> list[tuple[str, str, str, int]]:
    return [(entry.route, str(entry.disposition), entry.reason, entry.requests) for entry in ledger.changed()]


async def test_a_handing_over_that_fails_is_counted_and_goes_no_further(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger, tee = Ledger("door"), _tee()
    tee.take_request(b"secret")
    channel = _Broken(tmp_path / "nobody.sock", max_messages=1, max_bytes=2**20)
    hand_over(tee, channel=channel, ledger=ledger, keep=frozenset())
    assert _counted(ledger) == [("chat", "dropped", "door_failed", 1), ("chat", "seen", "", 1)]
    assert "OverflowError" in caplog.text
    assert "secret" not in caplog.text


async def test_a_full_channel_is_counted_by_its_name(tmp_path: Path) -> None:
    ledger = Ledger("door")
    channel = ChannelSender(tmp_path / "nobody.sock", max_messages=1, max_bytes=2**20)
    for _ in range(2):
        hand_over(_tee(), channel=channel, ledger=ledger, keep=frozenset())
    assert _counted(ledger) == [("chat", "dropped", "channel_full", 1), ("chat", "seen", "", 2)]
