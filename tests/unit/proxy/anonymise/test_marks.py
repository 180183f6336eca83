from proxy.anonymise.marks import PLACEHOLDERS

TEXT = "to <EMAIL_3f9a1c>, or <CARD_123456><IP_abcdef> <b> <EMAIL_3f9a1>"


def test_placeholders_are_told_from_what_only_looks_like_them() -> None:
    assert [TEXT[start:end] for start, end in PLACEHOLDERS.spans(TEXT)] == [
        "<EMAIL_3f9a1c>",
        "<CARD_123456>",
        "<IP_abcdef>",
    ]
    assert PLACEHOLDERS.is_alias("<CARD_123456>")
    assert not PLACEHOLDERS.is_alias("<CARD_123456> ")
    assert PLACEHOLDERS.spans("plain") == []


def test_what_lies_between_placeholders_and_the_placeholders_are_the_whole_text() -> None:
    assert [TEXT[start:end] for start, end in PLACEHOLDERS.between(TEXT)] == ["to ", ", or ", "", " <b> <EMAIL_3f9a1>"]
    assert list(PLACEHOLDERS.between("plain")) == [(0, 5)]


def test_a_blanked_text_has_every_other_character_where_it_was() -> None:
    blanked = PLACEHOLDERS.blanked(TEXT)
    assert len(blanked) == len(TEXT)
    assert "_3f9a1c" not in blanked
    assert all(blanked[start:end] == TEXT[start:end] for start, end in PLACEHOLDERS.between(TEXT))
