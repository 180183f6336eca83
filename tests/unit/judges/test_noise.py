import pytest

from judges.noise import incoherent, known_ratio, noise_ratio, unspeakable_ratio
from judges.wording import read_words

PROSE = "The parcel left our store on Monday and should reach you by the end of the week, if nothing goes wrong."
NOISE = "qwpo zlkm vrrt xxnu jjpl brrk wqqe mnzx pplk ttrw ggfd hhjk zzxc vvbn"


def test_text_that_is_no_language_is_found_by_its_kind() -> None:
    assert incoherent("#$%&*" * 20, context=[]) == "symbols"
    assert incoherent("broken \ufffd\ufffd\ufffd bytes", context=[]) == "symbols"
    assert incoherent("abc абв 漢字 עברית ไทย", context=[]) == "scripts"
    assert incoherent(NOISE, context=[]) == "unknown_words"


def test_words_of_the_context_are_known_words() -> None:
    assert incoherent(NOISE, context=[NOISE]) is None
    assert incoherent(PROSE, context=[]) is None


@pytest.mark.parametrize(
    "text",
    [
        "Anna Bram Carla Dirk Emma Fons Greta Hugo Irma Jan Karel Lies Mia Nora",
        "Chúng ta có thể cải thiện mô hình của mình cho năm tới và so sánh dữ liệu của nó",
        "Kwa nini taa hii haiwaki leo usiku? Kwa sababu umeme umekatika tangu asubuhi katika mji wote",
        "ಹೌದು, ದೀಪವು ಇಂದು ಬೆಳಗುತ್ತದೆ ಮತ್ತು ನಾಳೆ ಸಹ ಬೆಳಗುತ್ತದೆ ಎಂದು ಅವರು ಹೇಳಿದರು",
    ],
)
def test_lists_of_names_and_languages_without_a_word_list_are_no_noise(text: str) -> None:
    assert incoherent(text, context=[]) is None


def test_scripts_without_word_lists_are_not_called_noise() -> None:
    assert known_ratio("посылка покинула склад " * 8, context=[]) is None


def test_short_texts_have_no_ratios_to_speak_of() -> None:
    assert noise_ratio("?!") == 0.0
    assert known_ratio("few words", context=[]) is None
    assert unspeakable_ratio(read_words("a b c")) == 0.0
