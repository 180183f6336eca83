import pytest

from shadow.agentic.telling import tells_all


@pytest.mark.parametrize(
    "text", ["It is 80.", "80 euros", "(80)", "a total of 80.00", "Summe: 80, danke", "$80", "The answer is **80**!"]
)
def test_a_number_is_told_however_it_is_dressed(text: str) -> None:
    assert tells_all([text], values=["80"])


@pytest.mark.parametrize("text", ["180", "801", "80.5", "8 0", "1.80", "eighty", ""])
def test_a_part_of_another_number_is_not_told(text: str) -> None:
    assert not tells_all([text], values=["80"])


def test_thousands_may_be_separated() -> None:
    assert tells_all(["It costs 12,345 euros."], values=["12345"])
    assert tells_all(["It costs 12345 euros."], values=["12,345"])


def test_every_value_must_be_told_in_any_case_and_any_text() -> None:
    assert tells_all(["It has been Shipped", "for 5"], values=["shipped", "5"])
    assert not tells_all(["It has been shipped"], values=["shipped", "5"])
    assert tells_all([], values=[])
