import contextlib
import time

import pytest

from judges.grammar import BrokenGrammar, accepts

SUM = """
# sums of numbers
root  ::= term ("+" term)*
term  ::= number | "(" root ")"   # nested
number ::= [0-9]+ ("." [0-9]{1,2})?
"""
SQL = 'start: "SELECT " NAME " FROM " NAME\nNAME: /[a-z_]+/'


@pytest.mark.parametrize(
    ("text", "made"),
    [("1", True), ("1+2.50", True), ("(1+2)+3", True), ("1+", False), ("1.234", False), ("", False), (" 1", False)],
)
def test_a_text_is_what_a_gbnf_makes_or_it_is_not(text: str, made: bool) -> None:  # noqa: FBT001 - the expectation
    assert accepts(SUM, text) is made


def test_lark_is_read_as_well() -> None:
    assert accepts(SQL, "SELECT name FROM users")
    assert not accepts(SQL, "SELECT name FROM 5")
    assert not accepts(SQL, "SELECT name")


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        ('root ::= word "s"\nword ::= [a-z]+', "cats"),
        ('root ::= "ab" "d" | [a-z] [a-z] [a-z]', "abc"),
        ('root ::= [^"\\\\\\n]* "\\"" ', 'x]y"'),
        ("root ::= [\\u00e9\\x41] .", "é\n"),
        ("root ::= [a-]+", "a-a"),
        ('root ::= ""', ""),
        ('root ::=\n  "a" |\n  "b"\n', "b"),
        ('Root-x ::= "a"\nroot ::= Root-x{2}', "aa"),
    ],
)
def test_gbnf_is_exact_where_a_greedy_terminal_would_not_be(grammar: str, text: str) -> None:
    assert accepts(grammar, text)
    assert not accepts(grammar, f"{text}#\x00")


@pytest.mark.parametrize(
    "grammar",
    [
        "",
        "root ::= other",
        'root ::= (="a") "b"',
        "root ::= [",
        'root ::= "\\q"',
        'other ::= "a"',
        "start: undefined",
        "a" * 30_000,
        "root ::= []",
        'root ::= "\\UFFFFFFFF"',
        "root ::= " + "(" * 5_000 + '"a"' + ")" * 5_000,
    ],
)
def test_what_is_no_grammar_is_said_to_be_none(grammar: str) -> None:
    with pytest.raises(BrokenGrammar):
        accepts(grammar, "a")


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        ('start: x\nx: x x x | "a" | ""', "a" * 4_000),
        ('root ::= e\ne ::= e "+" e | e "*" e | [0-9]+', "1+" * 2_000 + "1"),
        ("start: /(a*)*(b|a)*[ab]{2000}c/", "a" * 4_000),
        ("root ::= [a-z ]*", "a b " * 24_000),
        ('root ::= x\nx ::= "(" x ")" | ""', "(" * 50_000),
    ],
)
def test_hostile_grammars_and_texts_end_within_a_second(grammar: str, text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(BrokenGrammar):
        accepts(grammar, text)
    assert time.process_time() - started < 1.0
