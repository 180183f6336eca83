from shadow.doctor.finding import all_well, bad, doubtful, good


def test_only_what_is_bad_is_not_well() -> None:
    assert all_well([good("a", "is"), doubtful("b", "may be", to_do="look")])
    assert not all_well([good("a", "is"), bad("c", "is not", to_do="mend")])
