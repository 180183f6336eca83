from proxy.anonymise.glance import Around, Glance


def test_words_are_runs_of_letters_in_any_script_and_lower_case() -> None:
    glance = Glance("API_Key1: “Tél.” меня-зовут!")
    assert glance.words == {"api", "key", "tél", "меня", "зовут"}


def test_only_digits_close_together_open_a_window() -> None:
    text = "x" * 100 + "12 345 678" + "x" * 100
    (window,) = Glance(text).windows(Around(8, before=10, after=20))
    assert (window.start, len(window.text)) == (90, 40)
    for apart in ("1 and then 2 and later 3", "12345678", "1234,5678", "no digits"):
        assert Glance(apart).windows(Around(12, before=10)) == []


def test_three_digits_need_only_be_near_each_other() -> None:
    assert [window.text for window in Glance("a 85 T 1").windows(Around(3, before=2))] == ["a 85 T 1"]
    assert Glance("1 and then 2 and later 3").windows(Around(3, before=2)) == []


def test_no_digits_asked_for_is_the_whole_text() -> None:
    (window,) = Glance("No digits").windows(None)
    assert (window.start, window.text) == (0, "No digits")
    assert set(window.words) == {"no", "digits"}


def test_windows_that_meet_are_one_and_windows_at_the_start_are_not_lost() -> None:
    number = Around(6, before=10, after=40)
    assert [window.start for window in Glance("123456").windows(number)] == [0]
    assert len(Glance("123456" + "x" * 45 + "678901" + "x" * 99).windows(number)) == 1
    assert len(Glance("123456" + "x" * 95 + "678901").windows(number)) == 2


def test_a_window_has_its_own_words() -> None:
    (window,) = Glance("far away " * 9 + "Call 123456 now").windows(Around(6, before=6, after=4, worded=True))
    assert window.words == {"call", "now"}
