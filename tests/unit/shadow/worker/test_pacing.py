from datetime import timedelta

from shadow.worker.pacing import Pacer
from tests.records import NOON

SECOND = 1_000_000_000


def test_recorded_gaps_are_kept() -> None:
    pacer = Pacer(speed=1.0)
    assert pacer.due_ns(NOON, now_ns=100) == 100
    assert pacer.due_ns(NOON + timedelta(seconds=3), now_ns=200) == 100 + 3 * SECOND


def test_speed_divides_gaps() -> None:
    pacer = Pacer(speed=10.0)
    pacer.due_ns(NOON, now_ns=0)
    assert pacer.due_ns(NOON + timedelta(seconds=3), now_ns=0) == 3 * SECOND // 10


def test_a_backlog_keeps_its_gaps_and_is_no_flood() -> None:
    pacer = Pacer(speed=1.0)
    pacer.due_ns(NOON, now_ns=0)
    late = pacer.due_ns(NOON + timedelta(seconds=1), now_ns=60 * SECOND)
    assert late == 60 * SECOND
    assert pacer.due_ns(NOON + timedelta(seconds=2), now_ns=60 * SECOND) == 61 * SECOND
