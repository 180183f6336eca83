from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.anonymise.found import EntityType
from proxy.anonymise.names_tier.gazetteer import Gazetteer
from proxy.anonymise.names_tier.lexicon import Known, Lexicon

PERSONS = [
    # Names that the lists know.
    "Yesterday [Emma] called the shop.",
    "[Kevin] ordered two lamps.",
    "The parcel is for [Kevin Quellhaus], second floor.",
    "Please ask [Jean-Luc Martin] about it.",
    "We wrote to [Sofia de la Cruz] in May.",
    "[JOHN SMITH] signed it.",
    "[Emma]'s order is late.",
    # Names that are words or places need a second cue.
    "I gave [Rose] the keys.",
    "My sister [Paris] is here.",
    "[Will Smith] came late.",
    "I spoke with [Mark] about it.",
    "[Emma], [Jordan] and [Kevin] came.",
    # Names that no list knows need strong cues.
    "My friend [Brandmoor] came by.",
    "Her maiden name is [Quellhaus].",
    "People call me [Zorvane].",
    "Hello [Zorvane], how are you?",
    "[Zorvane] lives at the harbour.",
    "I met [Zorvane Q. Brandmoor] there.",
    "It was [Brandmoorová] who asked.",
    "The author [Zorvane Brandmoor] said so.",
    "[Zorvane] and [Emma] were engineers.",
    # Parts of a name that stands in the same text.
    "[Emma Ashgrove] came. [Ashgrove] paid.",
    # Other scripts with capitals.
    "Вчера [Иван Петров] позвонил нам.",
    "Χθες [Γιώργος Παπαδόπουλος] τηλεφώνησε.",
    # No capitals at all.
    "please write to [emma johnson] today",
    "ask [kevin] about it",
]
NOBODY = [
    "May I ask when the store opens? Will it rain? Mark all that apply.",
    "We fly to Paris in April and to Jordan in June.",
    "The capital of France is Paris. Washington is in the east.",
    "Rose gardens need sun. Grace periods end. Chase the ball.",
    "Write a Python function that sorts a list. Use Java or Ruby.",
    "class Jordan(Base):\n    def Martin(self): return self.Emma_x",
    "import Emma.core; path = /home/Kevin/x; Kevin@example.org; #Emma",
    "# Data Science With Large Language Models",
    "Vitamin D Supplements and Plan B Options are on Monday.",
    "It opens at 12 Victoria Street, near Jackson Avenue.",
    "P.S. Washington D.C. is far. U.S. sales rose.",
    '{"type": "object", "title": "Order", "required": ["Name", "Price"]}',
    "Kubernetes, Docker and Siemens are in the list.",
    "Der Kunde will im Mai nach Berlin. Die Rose ist rot.",
    "roses are red and the grass is green, will it rain in may",
    "<PERSON_1a2b3c> wrote to <EMAIL_4d5e6f>",
    "",
]
EVERYTHING = frozenset({EntityType.PERSON, EntityType.LOCATION, EntityType.ORGANISATION})


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.loaded()


def _marked(text: str, gazetteer: Gazetteer) -> str:
    for one in reversed(gazetteer.find(text)):
        text = f"{text[: one.start]}[{text[one.start : one.end]}]{text[one.end :]}"
    return text


@pytest.mark.parametrize("marked", PERSONS)
def test_a_bare_name_is_found(marked: str, gazetteer: Gazetteer) -> None:
    assert _marked(marked.replace("[", "").replace("]", ""), gazetteer) == marked


@pytest.mark.parametrize("text", NOBODY)
def test_what_is_no_person_stays(text: str, gazetteer: Gazetteer) -> None:
    assert _marked(text, gazetteer) == text


def test_a_finding_says_which_cues_it_rests_on(gazetteer: Gazetteer) -> None:
    (found,) = gazetteer("I saw Rose there.")
    assert found.type is EntityType.PERSON
    assert found.reason == "listed names, capitalised inside a sentence"


def test_a_word_that_the_text_has_in_lower_case_too_is_no_name(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("I gave Rose the keys.")
    assert not gazetteer.find("I gave Rose the keys, and a rose to all.")


def test_places_and_organisations_are_found_on_demand() -> None:
    text = "Emma works for Brandmoor Technologies in Toronto."
    found = Gazetteer.loaded(types=EVERYTHING).find(text)
    assert [(one.type, text[one.start : one.end]) for one in found] == [
        (EntityType.PERSON, "Emma"),
        (EntityType.ORGANISATION, "Brandmoor Technologies"),
        (EntityType.LOCATION, "Toronto"),
    ]


def test_places_alone_can_be_asked_for() -> None:
    found = Gazetteer.loaded(types=frozenset({EntityType.LOCATION})).find("Emma went to Toronto.")
    assert [one.type for one in found] == [EntityType.LOCATION]


def test_without_lists_only_the_context_counts() -> None:
    empty = Gazetteer(Lexicon(words={}, places=frozenset(), families=frozenset(), givens=frozenset()))
    assert _marked("My friend Zorvane saw Emma.", empty) == "My friend [Zorvane] saw Emma."


def test_a_list_of_ones_own_is_enough() -> None:
    words = {"zorvane": Known(given=2.0, points=2.0)}
    own = Gazetteer(Lexicon(words=words, places=frozenset(), families=frozenset(), givens=frozenset()))
    assert _marked("Zorvane is here.", own) == "[Zorvane] is here."


@given(text=st.text(alphabet=st.sampled_from("EKmvain .,'\u2019-\n:()@éÉИвн李明さん김민준님אב1_<"), max_size=60))
def test_findings_of_any_text_are_in_order_inside_it_and_the_same_again(text: str, gazetteer: Gazetteer) -> None:
    found = gazetteer.find(text)
    assert found == gazetteer.find(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(first.end <= second.start for first, second in pairwise(found))
