import pytest

from proxy.anonymise.found import EntityType
from proxy.anonymise.names import KnownNames, Name, find_introduced

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


def known(text: str, *, type_: EntityType = EntityType.PERSON) -> KnownNames:
    return KnownNames([Name(type_, text)])


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
    assert list(known("Xaver Brandmoor").find(text))


def test_parts_of_a_name_that_are_words_are_left_alone() -> None:
    names = known("Will Ashgrove")
    assert list(names.find("Will it rain? I will, by a xaver ash grove")) == []
    assert list(names.find("Will Ashgrove"))


def test_a_name_is_found_in_either_normal_form() -> None:
    names = known("Zo\u00eb Ashgrove")
    assert list(names.find("Zoe\u0308 Ashgrove"))
    assert list(names.find("Zoe\u0308"))


def test_only_the_names_of_people_are_found_in_parts() -> None:
    names = known("Velmora Works", type_=EntityType.ORGANISATION)
    assert [found.type for found in names.find("at velmora works")] == [EntityType.ORGANISATION]
    assert list(names.find("Velmora alone")) == []
