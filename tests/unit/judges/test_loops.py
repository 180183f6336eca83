import time

import pytest

from judges.loops import compressed_ratio, distinct_ratio, incoherent, known_ratio, noise_ratio, repeats

PROSE = (
    "The parcel left our store on Monday and should reach you by the end of the week. If it does not arrive, write to "
    "us with your order number, and we will look for it at once or send another one free of charge to your address."
)
NOISE = "qwpo zlkm vrrt xxnu jjpl brrk wqqe mnzx pplk ttrw ggfd hhjk zzxc vvbn"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a" * 40, "run"),
        ("I will check that. " * 12, "tail"),
        ("One start, then again and again and again and again and again and again and again", "tail"),
        ("the cat sat on the mat and " * 30 + "then it left for good that day", "ngrams"),
        ("ab" * 1_000 + " and then it came to a decent end of its own accord after all", "compression"),
    ],
)
def test_a_loop_is_found_by_its_kind(text: str, kind: str) -> None:
    assert repeats(text) == kind


@pytest.mark.parametrize("text", ["", PROSE, "-" * 60, "ha ha ha", "| a | b |\n|---|---|\n| 1 | 2 |", "1, 2, 3, 4, 5"])
def test_prose_rules_and_tables_are_no_loops(text: str) -> None:
    assert repeats(text) is None


def test_short_texts_have_no_ratios_to_speak_of() -> None:
    assert distinct_ratio("the same the same") == 1.0
    assert compressed_ratio("aaaa") == 1.0
    assert noise_ratio("?!") == 0.0
    assert known_ratio("few words", context=[]) is None


def test_text_that_is_no_language_is_found_by_its_kind() -> None:
    assert incoherent("#$%&*" * 20, context=[]) == "symbols"
    assert incoherent("broken \ufffd\ufffd\ufffd bytes", context=[]) == "symbols"
    assert incoherent("abc абв 漢字 עברית ไทย", context=[]) == "scripts"
    assert incoherent(NOISE, context=[]) == "unknown_words"


def test_words_of_the_context_are_known_words() -> None:
    assert incoherent(NOISE, context=[NOISE]) is None
    assert incoherent(PROSE, context=[]) is None


def test_scripts_without_word_lists_are_not_called_noise() -> None:
    assert known_ratio("посылка покинула склад " * 8, context=[]) is None


@pytest.mark.parametrize("text", ["ab" * 20_000, " " * 50_000, "a b " * 20_000, "a\n" * 30_000, "(" * 50_000])
def test_long_odd_texts_take_no_long_time(text: str) -> None:
    started = time.perf_counter()
    repeats(text)
    incoherent(text, context=[])
    assert time.perf_counter() - started < 2.0
