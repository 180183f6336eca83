from proxy.anonymise.memory import Memory


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    memory: Memory[str, str] = Memory(capacity=4, weigh=len)
    memory.put("a", "xx")
    memory.put("b", "xx")
    memory.get("a")
    memory.put("c", "xx")
    assert [memory.get(key) for key in "abc"] == ["xx", None, "xx"]


def test_a_value_heavier_than_the_memory_is_not_kept() -> None:
    memory: Memory[str, str] = Memory(capacity=4, weigh=len)
    memory.put("a", "xxxxx")
    assert (memory.get("a"), len(memory)) == (None, 0)


def test_a_new_value_takes_the_place_of_the_old() -> None:
    memory: Memory[str, str] = Memory(capacity=4, weigh=len)
    memory.put("a", "xxx")
    memory.put("a", "yyyy")
    assert (memory.get("a"), len(memory)) == ("yyyy", 1)
