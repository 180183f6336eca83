import asyncio
from collections.abc import Sequence
from typing import Any

from proxy.canary import CANARY_SUITE
from proxy.errors import Unavailable
from proxy.exchange import Door, Exchange
from proxy.log.memory import MemoryLog
from proxy.log.record import Record
from proxy.log.topics import COVERAGE, EXCHANGES
from shadow.canary.books import Books
from shadow.canary.hop import Hop
from shadow.canary.request import CanaryRequest, make_request
from shadow.canary.way import Declined, Replayed, Way
from shadow.replay import Lane
from tests.records import exchange

_KEY = b"0123456789abcdef"
_REQUEST = make_request(model="m", nonce="ab" * 16, at=1_800_000_000.0, key=_KEY, conversation_header="x-id")
_CANARY = exchange(
    conversation_id=_REQUEST.record_key.decode(), suite=CANARY_SUITE, category="canary", example_id=_REQUEST.nonce
)


class Line:
    """Everything that a canary passes, in memory."""

    def __init__(
        self, *rows: Sequence[Replayed | Declined], status: int = 200, published: Sequence[Exchange] = (_CANARY,)
    ) -> None:
        self._rows = list(rows)
        self._status = status
        self._published = published
        self._log = MemoryLog()
        self.reads = 0

    async def send(self, request: CanaryRequest) -> int:
        assert request is _REQUEST
        for one in self._published:
            key = one.conversation_id.encode()
            await self._log.producer().publish(EXCHANGES.name, key=key, value=one.to_bytes())
        return self._status

    async def read_store(self, found: Exchange, record: Record) -> Sequence[Replayed | Declined]:
        assert (found, record.topic) == (_CANARY, EXCHANGES.name)
        self.reads += 1
        return self._rows.pop(0) if len(self._rows) > 1 else self._rows[0]

    async def walk(self, *experiments: str, timeout_s: float = 0.4, **changes: Any) -> list[Hop]:
        parts: dict[str, Any] = {
            "door": Door.GATEWAY,
            "send": self.send,
            "exchanges": self._log.consumer(EXCHANGES.name, group=None),
            "books": Books(self._log.consumer(COVERAGE.name, group=None), door=Door.GATEWAY),
            "read_store": self.read_store,
            "experiments": experiments,
            "timeout_s": timeout_s,
        }
        return [hop async for hop in Way(**(parts | changes)).walk(_REQUEST)]


def _replayed(lane: Lane, *, experiment_id: str = "trial", outcome: str = "completed", error: str = "") -> Replayed:
    return Replayed(experiment_id, lane, outcome, error)


def _seen(hops: list[Hop]) -> list[tuple[str, bool]]:
    return [(hop.name, hop.is_there) for hop in hops]


async def test_the_whole_way_is_told_hop_by_hop() -> None:
    both = [_replayed(Lane.BASELINE), _replayed(Lane.CANDIDATE)]
    line = Line([], both[:1], both)
    hops = await line.walk("trial", timeout_s=30)
    assert _seen(hops) == [("gateway", True), ("kafka", True), ("trial/baseline", True), ("trial/candidate", True)]
    assert [hop.ms for hop in hops] == sorted(hop.ms for hop in hops)
    assert line.reads == 3


async def test_without_an_experiment_the_way_ends_at_the_log_and_needs_no_store() -> None:
    line = Line()
    assert _seen(await line.walk()) == [("gateway", True), ("kafka", True)]
    assert line.reads == 0


async def test_production_that_refuses_ends_the_way_at_the_door() -> None:
    (door,) = await Line(status=404).walk("trial")
    assert not door.is_there
    assert "404" in door.words


async def test_a_door_that_nobody_opens_is_named() -> None:
    async def fail(_request: CanaryRequest) -> int:
        raise Unavailable("no answer at http://127.0.0.1:1")

    async def hang(_request: CanaryRequest) -> int:
        await asyncio.Event().wait()
        return 200

    (refused,) = await Line().walk(send=fail)
    (hanging,) = await Line().walk(send=hang)
    assert _seen([refused, hanging]) == [("gateway", False), ("gateway", False)]
    assert "127.0.0.1:1" in refused.words


async def test_an_exchange_that_is_not_the_marked_one_is_not_taken_for_it() -> None:
    """The same conversation without the mark, the mark of another canary, and somebody else's traffic."""
    others = [
        _CANARY.model_copy(update={"suite": ""}),
        _CANARY.model_copy(update={"example_id": "cd" * 16}),
        exchange(7),
    ]
    hops = await Line(published=others).walk("trial")
    assert _seen(hops) == [("gateway", True), ("kafka", False)]
    assert "understudy capture" in hops[-1].words


async def test_a_lane_without_an_answer_is_missing_and_the_others_are_not() -> None:
    rows = [_replayed(Lane.BASELINE), _replayed(Lane.CANDIDATE), _replayed(Lane.BASELINE, experiment_id="second")]
    hops = await Line(rows).walk("trial", "second")
    assert _seen(hops)[2:] == [
        ("trial/baseline", True),
        ("trial/candidate", True),
        ("second/baseline", True),
        ("second/candidate", False),
    ]
    assert "understudy worker" in hops[-1].words


async def test_a_lane_that_answered_badly_says_how() -> None:
    rows = [_replayed(Lane.BASELINE), _replayed(Lane.CANDIDATE, outcome="http_error", error="http_500")]
    hops = await Line(rows).walk("trial")
    assert _seen(hops)[2:] == [("trial/baseline", True), ("trial/candidate", False)]
    assert "http_500" in hops[-1].words


async def test_an_experiment_that_declined_is_not_waited_for() -> None:
    hops = await Line([Declined("trial", "dropped token_budget_spent")]).walk("trial", timeout_s=600)
    assert _seen(hops)[2:] == [("trial/baseline", False), ("trial/candidate", False)]
    assert "token_budget_spent" in hops[-1].words


async def test_a_store_that_is_away_is_named() -> None:
    async def away(_found: Exchange, _record: Record) -> Sequence[Replayed | Declined]:
        raise Unavailable("no ClickHouse answers")

    hops = await Line().walk("trial", read_store=away)
    assert _seen(hops)[2:] == [("clickhouse", False)]
