from collections.abc import Iterator
from typing import Any

import pytest

from proxy.exchange import Shape
from proxy.language import Languages, newest_user_text

_LONG = "Could you tell me how long the delivery to the island usually takes in winter?"

_SENTENCES = {
    "ar": "هل يمكنك أن تخبرني متى سيصل الطرد إلى بيتي؟",
    "cs": "Můžete mi prosím říct, kdy dorazí zásilka k nám domů?",
    "de": "Können Sie mir bitte sagen, wann das Paket bei uns ankommt?",
    "el": "Πότε θα φτάσει το δέμα;",
    "en": _LONG,
    "es": "¿Puede decirme cuándo llegará el paquete a nuestra casa, por favor?",
    "fi": "Voisitteko kertoa, milloin paketti saapuu meille kotiin?",
    "fr": "Pouvez-vous me dire quand le colis arrivera chez nous ?",
    "he": "מתי תגיע החבילה אלינו?",
    "hi": "क्या आप बता सकते हैं कि पार्सल हमारे घर कब पहुँचेगा?",
    "it": "Può dirmi per favore quando arriverà il pacco a casa nostra?",
    "ja": "荷物はいつ届きますか",
    "ko": "소포는 언제 도착하나요",
    "nl": "Kunt u mij vertellen wanneer het pakket bij ons aankomt?",
    "pl": "Czy może mi pan powiedzieć, kiedy paczka dotrze do nas do domu?",
    "pt": "Você pode me dizer quando a encomenda vai chegar em nossa casa?",
    "ru": "Скажите, пожалуйста, когда посылка придёт к нам домой?",
    "th": "พัสดุจะมาถึงเมื่อไหร่",
    "tr": "Paket evimize ne zaman gelecek, bana haber verir misiniz?",
    "vi": "Bạn có thể cho tôi biết khi nào bưu kiện sẽ đến nhà chúng tôi không?",
    "zh": "请问包裹什么时候送到",
}


@pytest.fixture(scope="module")
def loaded() -> Languages:
    return Languages.load()


class Classifier:
    """Says `language` of everything, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.language = "en"
        self.probability = 0.9

    def __call__(self, text: str) -> tuple[str, float]:
        self.asked.append(text)
        return self.language, self.probability


@pytest.fixture
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture
def languages(classifier: Classifier) -> Languages:
    return Languages(classifier)


@pytest.mark.parametrize("language", sorted(_SENTENCES))
def test_a_plain_sentence_is_told(loaded: Languages, language: str) -> None:
    assert loaded.language_of(_SENTENCES[language], conversation=f"sentence-{language}", turn=1) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok, thanks",
        "12 + 30 * 7 = ?",
        "```python\ndef resolve(value):\n    return value or resolve(value.parent)\n```",
        "https://example.org/a/very/long/path/with/many/english/words/in/it",
        "<PERSON_0a1b2c> <EMAIL_0a1b2c> <ADDRESS_0a1b2c>",
        "xqzt vbnm wrtp lkjh gfds qwrt zxcv plmk njbh vgyt",
        "😀" * 50,
        "\ud800" * 50,
    ],
)
def test_what_holds_too_little_language_has_none(loaded: Languages, text: str) -> None:
    assert loaded.language_of(text, conversation=text, turn=1) == ""


def test_code_urls_and_placeholders_do_not_count(languages: Languages, classifier: Classifier) -> None:
    text = (
        "Bitte <PERSON_0a1b2c> fragen, `warum = 1`, siehe https://example.org/why-not und ```\nthe code\n``` ausführen"
    )
    languages.language_of(text, conversation="c", turn=1)
    (asked,) = classifier.asked
    assert asked.split() == ["Bitte", "fragen,", ",", "siehe", "und", "ausführen"]


def test_only_the_start_of_a_long_text_is_read(languages: Languages, classifier: Classifier) -> None:
    languages.language_of(_LONG * 1_000, conversation="c", turn=1)
    assert len(classifier.asked[0]) <= 120


def test_a_language_is_named_only_with_confidence(languages: Languages, classifier: Classifier) -> None:
    classifier.probability = 0.49
    assert languages.language_of(_LONG, conversation="c", turn=1) == ""
    classifier.probability = 0.5
    assert languages.language_of(f"{_LONG}!", conversation="c", turn=1) == "en"
    classifier.language = "zxx"
    assert languages.language_of(f"{_LONG}?", conversation="d", turn=1) == ""


def test_few_foreign_letters_do_not_make_the_language(languages: Languages) -> None:
    assert languages.language_of(f"{_LONG} 请问包裹", conversation="c", turn=1) == "en"


def test_a_conversation_is_classified_when_its_turns_have_doubled(languages: Languages, classifier: Classifier) -> None:
    for turn in range(1, 17):
        assert languages.language_of(f"{turn}: {_LONG}", conversation="c", turn=turn) == "en"
    assert [int(text.split(":")[0]) for text in classifier.asked] == [1, 2, 4, 8, 16]


def test_a_repeated_text_is_classified_once(languages: Languages, classifier: Classifier) -> None:
    for turn in (1, 1, 3):
        languages.language_of(_LONG, conversation="c", turn=turn)
    assert len(classifier.asked) == 1


def test_a_short_turn_keeps_the_language_of_its_conversation(languages: Languages) -> None:
    languages.language_of(_LONG, conversation="c", turn=1)
    assert languages.language_of("ok", conversation="c", turn=2) == "en"
    assert languages.language_of("ok", conversation="other", turn=2) == ""


def test_another_user_of_a_shared_conversation_id_is_heard_anew(languages: Languages, classifier: Classifier) -> None:
    languages.language_of(_LONG, conversation="shared", turn=1)
    classifier.language = "de"
    assert languages.language_of(_SENTENCES["de"], conversation="shared", turn=1) == "de"
    assert languages.language_of("ok", conversation="shared", turn=1) == ""


def test_a_conversation_that_changes_its_language_is_followed(languages: Languages, classifier: Classifier) -> None:
    told = []
    for turn in range(1, 9):
        classifier.language = "en" if turn < 3 else "de"
        told.append(languages.language_of(f"{turn}: {_LONG}", conversation="c", turn=turn))
    assert told == ["en", "en", "en", *["de"] * 5]


def test_conversations_are_forgotten_when_there_are_too_many(classifier: Classifier) -> None:
    languages = Languages(classifier, most_conversations=10)
    for number in range(100):
        languages.language_of(_LONG, conversation=f"{number}", turn=1)
    assert len(languages._heard) == 10


def _bodies() -> Iterator[Any]:
    said = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "yes?"},
        {"role": "user", "content": [{"type": "text", "text": "newest"}, {"type": "image_url", "image_url": {}}]},
        {"role": "assistant", "content": None},
        {"role": "tool", "content": "result"},
    ]
    result = {"role": "user", "content": [{"type": "tool_result", "content": "result"}]}
    yield Shape.CHAT, {"messages": said}
    yield Shape.MESSAGES, {"messages": [*said[1:4], result]}
    yield Shape.RESPONSES, {"input": said[1:4]}
    yield Shape.RESPONSES, {"input": "newest"}
    yield Shape.COMPLETIONS, {"prompt": "newest"}
    yield Shape.EMBEDDINGS, {"input": ["newest"]}


@pytest.mark.parametrize(("shape", "body"), list(_bodies()))
def test_the_newest_user_text_is_found_in_every_shape(shape: Shape, body: Any) -> None:
    assert newest_user_text(shape, body) == "newest"


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("value", [None, 7, {}, [], [None, 7, {"role": "user"}, {"role": "user", "content": 7}]])
def test_a_strange_body_has_no_user_text(shape: Shape, value: Any) -> None:
    assert newest_user_text(shape, {"messages": value, "input": value, "prompt": value}) == ""
