from shadow.worker.sampling import is_sampled, share_of


def test_a_conversation_is_in_or_out_for_good() -> None:
    assert share_of("c", salt="e") == share_of("c", salt="e")
    assert share_of("c", salt="e") != share_of("c", salt="f")


def test_the_share_is_the_ratio() -> None:
    kept = sum(is_sampled(f"conversation-{n}", salt="e", ratio=0.3) for n in range(10_000))
    assert 2_800 < kept < 3_200


def test_the_ends_are_all_and_none() -> None:
    assert all(is_sampled(f"{n}", salt="e", ratio=1.0) for n in range(1_000))
    assert not any(is_sampled(f"{n}", salt="e", ratio=0.0) for n in range(1_000))


def test_a_larger_ratio_keeps_whom_a_smaller_kept() -> None:
    ids = [f"{n}" for n in range(1_000)]
    small = {i for i in ids if is_sampled(i, salt="e", ratio=0.1)}
    large = {i for i in ids if is_sampled(i, salt="e", ratio=0.2)}
    assert small < large
