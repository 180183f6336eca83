from shadow.simulator.stamps import Stamps, read_stamps, stamps_comment


def test_stamps_are_read_as_they_were_written() -> None:
    stream = b'data: {"a": 1}\n\n' + stamps_comment(arrived_ns=7, sent_ns=[10, 2_000_000_000_000]) + b"data: [DONE]\n\n"
    assert read_stamps(stream) == Stamps(7, (10, 2_000_000_000_000))
    assert read_stamps(stamps_comment(arrived_ns=1, sent_ns=[])) == Stamps(1, ())


def test_a_reply_that_quotes_a_stamp_has_none() -> None:
    assert read_stamps(b'data: {"text": ": stamps {\\"arrived_ns\\":1,\\"sent_ns\\":[]}"}\n\n') is None
    assert read_stamps(b"") is None
