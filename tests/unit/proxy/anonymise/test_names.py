import pytest

from proxy.anonymise.names import KnownNames, find_introduced

INTRODUCED = [
    "Hi, my name is [Xaver Brandmoor]. Bitte",
    "MY NAME IS [XAVER BRANDMOOR]",
    "my name is [xaver brandmoor], and I",
    "ich heiße [Xaver Brandmoor]. Meine Nummer",
    "je m'appelle [Zoë Delacroute]",
    "me llamo [José de la Cruz].",
    "mi chiamo [Fiorella Montesclaro], piacere",
    "Dear Mr [Ashgrove],",
    "Dear Dr. [J. R. Ashgrove]",
    "Sehr geehrte Frau [Müller]",
    "good bye\nRegards,\n[Xaver B. Brandmoor]",
    "Viele Grüße\n[Xaver]",
    "hello, this is [Xaver Brandmoor] from Oslo",
    "I am [Odalys Quellhaus].",
    "Hi [Odalys],\nthanks",
    "my name is [Will Smith]",
]
NO_NAMES = [
    "Dear Customer, thanks",
    "My name is on the order",
    "name is required",
    "I am Happy. I am a developer. This is Python.",
    "Thanks,\nSupport Team",
    "Best regards",
    "Hi Team,",
    "Hello World!",
    "Frau und Mann, Herr der Ringe",
    "Sir, please",
]


@pytest.mark.parametrize("marked", INTRODUCED)
def test_an_introduced_name_is_found(marked: str) -> None:
    start, end = marked.index("["), marked.index("]") - 1
    spans = list(find_introduced(marked.replace("[", "").replace("]", "")))
    assert {(span.start, span.end) for span in spans} == {(start, end)}


@pytest.mark.parametrize("text", NO_NAMES)
def test_a_word_that_is_no_name_stays(text: str) -> None:
    assert list(find_introduced(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Xaver Brandmoor",
        "xaver brandmoor",
        "XaverBrandmoor",
        "Xaver_Brandmoor_CV.pdf",
        "Xaver%20Brandmoor",
        "Brandmoor's",
    ],
)
def test_a_known_name_is_found_in_other_forms(text: str) -> None:
    assert list(KnownNames(["Xaver Brandmoor"]).find(text))


def test_parts_of_a_name_that_are_words_are_left_alone() -> None:
    known = KnownNames(["Will Ashgrove"])
    assert list(known.find("Will it rain? I will, by a xaver ash grove")) == []
    assert list(known.find("Will Ashgrove"))


def test_a_name_is_found_in_either_normal_form() -> None:
    known = KnownNames(["Zo\u00eb Ashgrove"])
    assert list(known.find("Zoe\u0308 Ashgrove"))
    assert list(known.find("Zoe\u0308"))
