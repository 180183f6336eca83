from proxy.log.record import Record
from shadow.worker.progress import Progress


def record(offset: int, *, partition: int = 0) -> Record:
    return Record("t", partition, offset, None, b"")


def test_nothing_is_committed_past_a_record_without_rows() -> None:
    progress = Progress()
    records = [record(n) for n in range(4)]
    for one in records:
        progress.begin(one)
    progress.finish(records[0])
    progress.finish(records[2])
    assert progress.take_committable() == [records[0]]
    progress.finish(records[1])
    assert progress.take_committable() == [records[2]]
    assert progress.take_committable() == []
    assert progress.under_way == 1


def test_partitions_advance_on_their_own() -> None:
    progress = Progress()
    left, right = record(5, partition=1), record(9, partition=2)
    progress.begin(left)
    progress.begin(right)
    progress.finish(right)
    assert progress.take_committable() == [right]


def test_what_is_read_once_more_is_begun_once_and_keeps_its_place() -> None:
    progress = Progress()
    records = [record(n) for n in range(4)]
    assert [progress.begin(one) for one in records] == [True] * 4
    progress.finish(records[0])
    assert progress.take_committable() == [records[0]]
    progress.put_back([records[2], records[3]])
    assert progress.under_way == 1
    assert [progress.begin(record(n)) for n in (1, 2, 3)] == [False, True, True]
    progress.finish(records[2])
    assert progress.take_committable() == []
    progress.finish(records[1])
    assert progress.take_committable() == [records[2]]


def test_a_partition_that_comes_back_further_on_does_not_wait_for_what_others_committed() -> None:
    progress = Progress()
    early, later = record(3), record(9)
    progress.begin(early)
    progress.put_back([])
    progress.begin(later)
    assert progress.under_way == 1
    progress.finish(early)
    progress.finish(later)
    assert progress.take_committable() == [later]


def test_a_partition_that_comes_back_further_behind_is_not_committed_past_what_is_read_again() -> None:
    progress = Progress()
    ahead = record(7)
    progress.begin(ahead)
    progress.put_back([])
    again = [record(6), record(7)]
    assert [progress.begin(one) for one in again] == [True, False]
    progress.finish(ahead)
    assert progress.take_committable() == []
    progress.finish(again[0])
    assert progress.take_committable() == [ahead]
