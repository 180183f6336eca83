import time

import pytest

from judges.repetition import compressed_ratio, distinct_ratio, find_loop

PROSE = (
    "The parcel left our store on Monday and should reach you by the end of the week. If it does not arrive, write to "
    "us with your order number, and we will look for it at once or send another one free of charge to your address."
)
LINES = [f"The lamp with number {number} stands on the shelf by the door." for number in range(9)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a" * 40, "run"),
        (f"{PROSE} {'!' * 50} {PROSE}", "run"),
        ("I will check that. " * 12, "tail"),
        (f"{PROSE} {'We will look into this matter for you. ' * 5}", "tail"),
        ("One start, then again and again and again and again and again and again and again", "tail"),
        ("哈喽世界" * 8, "tail"),
        ("ab" * 100, "tail"),
        ("\n".join([*LINES[:3], *[LINES[3]] * 5, *LINES[4:]]), "lines"),
        ("the cat sat on the mat and " * 30 + "then it left for good that day", "ngrams"),
        ("ab" * 1_000 + " and then it came to a decent end of its own accord after all", "compression"),
    ],
)
def test_a_loop_is_found_by_its_kind(text: str, kind: str) -> None:
    found = find_loop(text)
    assert found is not None
    assert found.kind == kind
    assert 0 <= found.start < found.end <= len(text)


def test_the_span_of_a_loop_begins_where_it_does() -> None:
    found = find_loop(f"{PROSE} {'Let me check. ' * 9}")
    assert found is not None
    assert found.start == len(PROSE) + 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        PROSE,
        "-" * 60,
        "ha ha ha",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "1, 2, 3, 4, 5",
        "0 " * 30,
        "\n".join(LINES),
        "no no no, that is fine",
    ],
)
def test_prose_rules_tables_and_numbers_are_no_loops(text: str) -> None:
    assert find_loop(text) is None


def test_short_texts_have_no_ratios_to_speak_of() -> None:
    assert distinct_ratio("the same the same") == 1.0
    assert compressed_ratio("aaaa") == 1.0


@pytest.mark.parametrize("text", ["ab" * 20_000, " " * 50_000, "a b " * 20_000, "a\n" * 30_000, "(" * 50_000])
def test_long_odd_texts_take_no_long_time(text: str) -> None:
    started = time.thread_time()
    find_loop(text)
    assert time.thread_time() - started < 2.0
