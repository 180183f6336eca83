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
