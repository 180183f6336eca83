import sys

import pytest

from proxy.anonymise.names_tier.lexicon import UNKNOWN, Lexicon, folded, load
from proxy.errors import UsageError


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


def test_a_name_of_several_languages_is_sure(lexicon: Lexicon) -> None:
    assert lexicon["Emma"].points == 2


@pytest.mark.parametrize("word", ["May", "Will", "Rose", "Chase", "Paris", "Jordan", "Mark"])
def test_a_name_that_is_something_else_as_well_is_not_enough_by_itself(word: str, lexicon: Lexicon) -> None:
    assert 0 < lexicon[word].points < 2


@pytest.mark.parametrize("word", ["The", "und", "Monday", "EL"])
def test_a_function_word_is_never_a_name(word: str, lexicon: Lexicon) -> None:
    assert lexicon[word].never


def test_case_and_accents_do_not_hide_a_name(lexicon: Lexicon) -> None:
    assert lexicon["JOSÉ"].points == lexicon["josé"].points == lexicon["Jose\u0301"].points > 0


def test_a_word_that_no_list_has_is_unknown(lexicon: Lexicon) -> None:
    assert lexicon["Zorvane"] == UNKNOWN


def test_many_scripts_are_listed(lexicon: Lexicon) -> None:
    assert min(lexicon[name].points for name in ("Иван", "محمد", "राहुल", "דוד", "Γιώργος", "王", "김")) > 0


def test_towns_are_read_on_demand_only(lexicon: Lexicon) -> None:
    assert len(load(places=True).places) > 10 * len(lexicon.places)


def test_only_latin_letters_lose_their_accents() -> None:
    assert folded("žluťoučký") == "zlutoucky"
    assert folded("Андрей") == "Андрей"


def test_a_missing_faker_is_refused_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("faker")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "faker", None)
    with pytest.raises(UsageError, match="understudy"):
        load()
