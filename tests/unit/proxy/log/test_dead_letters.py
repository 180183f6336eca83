from proxy.log.dead_letters import set_aside
from proxy.log.memory import MemoryLog
from proxy.log.topics import DEAD_LETTERS


async def test_a_dead_letter_is_the_record_with_the_reason_and_where_it_was_meant_for() -> None:
    log = MemoryLog()
    await set_aside(log.producer(), topic="t", key=b"k", value=b"v", headers={"schema": b"1"}, reason="not taken")
    (record,) = log.records[DEAD_LETTERS.name]
    assert (record.key, record.value) == (b"k", b"v")
    assert record.headers == {"schema": b"1", "understudy-topic": b"t", "understudy-reason": b"not taken"}
