from shadow.agentic.expected import Call, Value, Wanted, exactly


def test_a_reference_of_calls_allows_each_argument_as_it_stands_and_no_other() -> None:
    reference = exactly([Call("add", {"a": 1}), Call("stop", None)])
    assert reference.wanted is Wanted.THESE
    assert [call.name for call in reference.calls] == ["add", "stop"]
    assert reference.calls[0].arguments.slots["a"].allowed == (Value(1),)
    assert not reference.calls[0].arguments.slots["a"].may_be_absent
    assert reference.calls[1].arguments.slots == {}
