import pytest

from analytics.report.characters import reveal


@pytest.mark.parametrize(
    "text", ["", "plain", "two\nlines\tand a tab", "Zoë Brandmoor", "日本語", "👩\u200d💻", "नमस\u094d\u200dते"]
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert reveal(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a[U+202E]b"),
        ("a\u2066b\u2069", "a[U+2066]b[U+2069]"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("\ufeffmark", "[U+FEFF]mark"),
        ("\x00\x1b[31m\r", "[U+0000][U+001B][31m[U+000D]"),
        ("\ud800", "[U+D800]"),
        ("line\u2028end", "line[U+2028]end"),
        ("tag\U000e0041", "tag[U+E0041]"),
    ],
)
def test_what_does_not_show_is_made_visible(text: str, shown: str) -> None:
    assert reveal(text) == shown


def test_a_joiner_between_ascii_letters_or_after_another_joiner_is_made_visible() -> None:
    assert reveal("de\u200dlete") == "de[U+200D]lete"
    assert reveal("\u200ddelete") == "[U+200D]delete"
    assert reveal("é\u200d\u200d") == "é\u200d[U+200D]"


def test_revealing_twice_changes_nothing_more() -> None:
    text = "a\u202eb\u200dc\x07"
    assert reveal(reveal(text)) == reveal(text)
