# ruff: noqa: RUF001 - other alphabets are the point
import pytest

from judges.language import find_switch, language_of, script_of, scripts_of

TEXTS = {
    "en": "The parcel left our store on Monday and should be with you by the end of the week.",
    "de": "Das Paket hat am Montag unser Lager verlassen und wird bis zum Ende der Woche bei Ihnen sein.",
    "fr": "Le colis a quitté notre entrepôt lundi et il sera chez vous avant la fin de la semaine.",
    "es": "El paquete salió de nuestro almacén el lunes y estará con usted antes del fin de la semana.",
    "it": "Il pacco è partito lunedì dal nostro magazzino e sarà da lei prima della fine della settimana.",
    "pt": "O pacote saiu do nosso armazém na segunda e estará com você antes do fim da semana.",
    "nl": "Het pakket heeft maandag ons magazijn verlaten en is voor het einde van de week bij u.",
    "fi": "Paketti lähti varastostamme maanantaina ja on perillä teillä ennen viikon loppua.",
    "zh": "包裹已于星期一离开我们的仓库,将在本周末之前送到您那里。",
    "ja": "荷物は月曜日に倉庫を出発し、今週末までにお届けする予定です。",
    "ko": "소포는 월요일에 창고를 떠났으며 이번 주말까지 도착할 예정입니다.",
    "ru": "Посылка покинула наш склад в понедельник и будет у вас до конца недели.",
    "el": "Το δέμα έφυγε από την αποθήκη μας τη Δευτέρα και θα είναι σε εσάς.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_is_told_by_its_language(language: str) -> None:
    assert language_of(TEXTS[language]) == language


@pytest.mark.parametrize("text", ["", "42", "ok", "Ja, gerne.", "да", "x = y + 1", "\ud800"])
def test_short_texts_are_not_named(text: str) -> None:
    assert language_of(text) == ""


def test_code_and_placeholders_say_nothing_of_the_language() -> None:
    code = "```python\nfor the in and or of to is was: pass\n```"
    assert language_of(f"{TEXTS['de']} {code} <PERSON_12ab34>") == "de"


@pytest.mark.parametrize(("first", "second"), [("en", "de"), ("en", "zh"), ("fr", "en"), ("ru", "en")])
def test_a_turn_to_another_language_is_found_with_its_place(first: str, second: str) -> None:
    text = f"{TEXTS[first]} {TEXTS[first]}\n{TEXTS[second]} {TEXTS[second]}"
    found = find_switch(text)
    assert found is not None
    assert (found.spoken, found.turned_to, found.end) == (first, second, len(text))
    assert len(TEXTS[first]) < found.start


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_in_one_language_turns_to_none(language: str) -> None:
    assert find_switch(f"{TEXTS[language]} {TEXTS[language]}") is None


def test_letters_are_counted_by_script() -> None:
    assert scripts_of("Größe") == {"LATIN": 5}
    assert scripts_of("The lamp\u2019s on") == {"LATIN": 11}
    assert (script_of(TEXTS["ru"]), script_of(TEXTS["ja"]), script_of("abc")) == ("CYRILLIC", "CJK", "")
