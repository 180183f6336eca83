from pathlib import Path

import pytest

from proxy.anonymise.found import EntityType
from proxy.anonymise.ner import SpacyRecogniser, recogniser
from proxy.errors import UsageError

EVERYTHING = frozenset({EntityType.PERSON, EntityType.LOCATION, EntityType.ORGANISATION})
PATTERNS = [
    {"label": "PERSON", "pattern": "Odalys Quellhaus"},
    {"label": "PER", "pattern": "Xaver"},
    {"label": "GPE", "pattern": "Brandmoor"},
    {"label": "NORP", "pattern": "Ashgrovians"},
    {"label": "PRODUCT", "pattern": "Kettle"},
]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> str:
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed: uv sync --extra ner")
    language = spacy.blank("en")
    language.add_pipe("entity_ruler").add_patterns(PATTERNS)
    folder = tmp_path_factory.mktemp("pipeline")
    language.to_disk(folder)
    return str(folder)


def test_entities_of_a_pipeline_get_our_types(pipeline: str) -> None:
    text = "Odalys Quellhaus and Xaver met the Ashgrovians in Brandmoor over a Kettle."
    found = SpacyRecogniser.loaded(pipeline, types=EVERYTHING)(text)
    assert [(one.type, text[one.start : one.end]) for one in found] == [
        (EntityType.PERSON, "Odalys Quellhaus"),
        (EntityType.PERSON, "Xaver"),
        (EntityType.ORGANISATION, "Ashgrovians"),
        (EntityType.LOCATION, "Brandmoor"),
    ]


def test_only_persons_are_found_unless_more_is_asked_for(pipeline: str) -> None:
    found = SpacyRecogniser.loaded(pipeline)("Xaver lives in Brandmoor.")
    assert [one.type for one in found] == [EntityType.PERSON]


def test_many_texts_are_answered_in_their_order(pipeline: str) -> None:
    texts = ["Xaver", "nobody", "", "with Xaver"]
    found = SpacyRecogniser.loaded(pipeline).find_many(texts)
    assert [[one.start for one in each] for each in found] == [[0], [], [], [5]]
    assert list(SpacyRecogniser.loaded(pipeline).find_many([])) == []


def test_a_text_longer_than_a_pipeline_takes_keeps_its_offsets(pipeline: str) -> None:
    text = "word " * 60_000 + "Xaver"
    (found,) = SpacyRecogniser.loaded(pipeline)(text)
    assert text[found.start : found.end] == "Xaver"


def test_the_setting_names_a_pipeline_by_its_folder(pipeline: str) -> None:
    found = recogniser(f"spacy:{pipeline}")
    assert found is not None
    assert list(found("Xaver"))


def test_the_findings_of_several_recognisers_are_put_together(pipeline: str) -> None:
    found = recogniser(f"gazetteer, spacy:{pipeline}")
    assert found is not None
    assert {one.detector for one in found("Xaver told Emma")} == {"spacy", "gazetteer"}


def test_a_pipeline_without_entities_is_refused(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed: uv sync --extra ner")
    spacy.blank("en").to_disk(tmp_path)
    with pytest.raises(UsageError, match="finds no entities"):
        SpacyRecogniser.loaded(str(tmp_path))


def test_a_missing_pipeline_is_refused_with_the_command_that_installs_it() -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed: uv sync --extra ner")
    with pytest.raises(UsageError, match="python -m spacy download no_such_pipeline"):
        SpacyRecogniser.loaded("no_such_pipeline")


def test_a_pipeline_that_breaks_is_heard_of() -> None:
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed: uv sync --extra ner")
    language = spacy.blank("en")
    language.max_length = 3
    with pytest.raises(ValueError, match="E088"):
        SpacyRecogniser(language)("Xaver")


def test_no_setting_is_no_recogniser() -> None:
    assert recogniser("") is None


@pytest.mark.parametrize("setting", ["spacy", "spacy:", "gazetteer:en", "flair:en", "bert,gazetteer"])
def test_a_setting_that_names_nothing_known_is_refused(setting: str) -> None:
    with pytest.raises(UsageError, match="no recogniser is called"):
        recogniser(setting)
