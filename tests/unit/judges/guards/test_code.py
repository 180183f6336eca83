from judges.guards.code import blocks, differing_code, prose


def fenced(code: str, language: str = "python") -> str:
    return f"Here:\n\n```{language}\n{code}\n```\nDone."


def test_blocks_are_read_with_their_language() -> None:
    (one,) = blocks(fenced("a = 1", "Python"))
    assert (one.language, one.code) == ("python", "a = 1\n")


def test_names_comments_and_layout_say_nothing() -> None:
    left = "def f(x):\n    '''Doc.'''\n    y = x + 1  # plus one\n    return y"
    right = "def g(value):\n  total = (value + 1)\n  return total"
    assert differing_code(fenced(left), reference=fenced(right)) is None


def test_an_operator_makes_a_difference() -> None:
    assert differing_code(fenced("print(a + b)"), reference=fenced("print(a - b)")) is not None
    assert differing_code(fenced("a < b;", "js"), reference=fenced("a <= b;", "js")) is not None


def test_another_program_is_another_solution() -> None:
    other = "import os\nfor name in os.listdir('.'):\n    os.remove(name)"
    assert differing_code(fenced("print(sum(values))"), reference=fenced(other)) is None


def test_code_that_is_gone_and_a_changed_command_are_differences() -> None:
    assert differing_code("No code.", reference=fenced("a = 1")) is not None
    assert differing_code("Run `tar -xzf a`.", reference="Run `tar -czf a`.") is not None
    assert differing_code("Run `tar -xzf a`.", reference="Run `tar -xzf a`.") is None


def test_prose_keeps_its_places() -> None:
    text = fenced("a = 1")
    assert len(prose(text)) == len(text)
    assert prose(text).split() == ["Here:", "Done."]
    assert prose("```\nx\n```\n") == "```\nx\n```\n"


def test_hostile_code_is_no_python_and_no_crash() -> None:
    for code in ("(" * 5000, "-" * 20000 + "1", "'\\d'", "\x00", "x" * 20000):
        assert differing_code(fenced(code), reference=fenced("a = 1")) is None
