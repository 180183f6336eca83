"""The recogniser of bare names that the settings name: the gazetteer, or pipelines of spaCy that the user brings.

Nothing is ever downloaded from here. Presidio's own recogniser of names is such a pipeline, too.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, groupby
from typing import Any, Final

from proxy.anonymise.found import EntityType, Found
from proxy.errors import UsageError

type Recogniser = Callable[[str], Iterable[Found]]

PERSONS: Final = frozenset({EntityType.PERSON})
LABELS: Final = (
    # Labels of spaCy's trained pipelines: OntoNotes, WikiNER, and those of Nordic, Polish, Romanian and Korean ones.
    dict.fromkeys(("PERSON", "PER", "PRS", "persName", "PS"), EntityType.PERSON)
    | dict.fromkeys(
        ("GPE", "LOC", "FAC", "LOCATION", "GPE_LOC", "placeName", "geogName", "LC", "EVN_LOC"), EntityType.LOCATION
    )
    | dict.fromkeys(("ORG", "NORP", "ORGANIZATION", "GPE_ORG", "orgName", "OG", "NAT_REL_POL"), EntityType.ORGANISATION)
)
_LONGEST: Final = 100_000
_BATCH: Final = 64
_ENTITIES: Final = "doc.ents"
_NEEDLESS: Final = frozenset(
    {"parser", "tagger", "morphologizer", "attribute_ruler", "lemmatizer", "trainable_lemmatizer"}
)


def recogniser(setting: str, *, types: frozenset[EntityType] = PERSONS) -> Recogniser | None:
    """What finds bare names, by its setting.

    Args:
        setting: Empty for none, else `gazetteer` or `spacy:PIPELINE`; several with commas between them.
        types: What is looked for: PERSON, LOCATION, ORGANISATION.

    Raises:
        UsageError: the setting names nothing that is known, or what it names is not installed.
    """
    named = [_named(name.strip(), types) for name in setting.split(",") if name.strip()]
    if len(named) <= 1:
        return named[0] if named else None
    return lambda text: chain.from_iterable(each(text) for each in named)


def _named(name: str, types: frozenset[EntityType]) -> Recogniser:
    match name.partition(":"):
        case ["gazetteer", "", ""]:
            from proxy.anonymise.names_tier.gazetteer import Gazetteer

            return Gazetteer.loaded(types=types)
        case ["spacy", ":", pipeline] if pipeline:
            return SpacyRecogniser.loaded(pipeline, types=types)
        case _:
            message = f"no recogniser is called {name!r}: say gazetteer, or spacy: and the name or folder of a pipeline"
            raise UsageError(message)


class SpacyRecogniser:
    """Finds what a pipeline of spaCy finds; what breaks inside it is raised, so that the anonymiser fails closed."""

    def __init__(self, pipeline: Any, *, types: frozenset[EntityType] = PERSONS) -> None:  # noqa: ANN401 - spacy.Language
        self._pipeline = pipeline
        self._types = types

    @classmethod
    def loaded(cls, name: str, *, types: frozenset[EntityType] = PERSONS) -> "SpacyRecogniser":
        """With an installed pipeline, or one in a folder; what it has beside the finding of names is switched off.

        Raises:
            UsageError: spaCy or the pipeline is not installed or does not fit, or the pipeline finds no entities.
        """
        with _explained(name):
            pipeline = importlib.import_module("spacy").load(name)
        finders = [part for part in pipeline.pipe_names if _ENTITIES in pipeline.get_pipe_meta(part).assigns]
        if not finders:
            message = f"the pipeline {name} finds no entities: name one with a component such as ner"
            raise UsageError(message)
        if all(pipeline.get_pipe_meta(part).factory == "ner" for part in finders):
            pipeline.select_pipes(disable=[part for part in pipeline.pipe_names if part in _NEEDLESS])
        return cls(pipeline, types=types)

    def __call__(self, text: str) -> tuple[Found, ...]:
        """Names in one text, in order."""
        return next(self.find_many([text]))

    def find_many(self, texts: Iterable[str]) -> Iterator[tuple[Found, ...]]:
        """Names in each text, in order; the pipeline works on many texts at once."""
        pieces = ((piece, (index, start)) for index, text in enumerate(texts) for start, piece in _pieces(text))
        documents = self._pipeline.pipe(pieces, as_tuples=True, batch_size=_BATCH)
        for _, parts in groupby(documents, key=lambda pair: pair[1][0]):
            yield tuple(one.shifted(start) for document, (_, start) in parts for one in self._found(document))

    def _found(self, document: Any) -> Iterator[Found]:  # noqa: ANN401 - spacy.tokens.Doc
        for entity in document.ents:
            type_ = LABELS.get(entity.label_)
            text = entity.text
            start = entity.start_char + len(text) - len(text.lstrip())
            end = entity.end_char - len(text) + len(text.rstrip())
            if type_ in self._types and start < end:
                yield Found(type_, start, end, "spacy", f"the pipeline says {entity.label_}")


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """What goes wrong while a pipeline is loaded, with the command that mends it."""
    try:
        yield
    except ModuleNotFoundError as error:
        message = (
            "spaCy is not installed: uv pip install 'understudy[ner]'"
            if error.name == "spacy"
            else f"the pipeline {name} needs the package {error.name}: install it"
        )
        raise UsageError(message) from None
    except OSError:
        message = f"spaCy finds no pipeline {name}: python -m spacy download {name}, or name a folder that holds one"
        raise UsageError(message) from None
    except (ImportError, ValueError) as error:
        message = f"spaCy cannot load the pipeline {name}: it does not fit this spaCy ({type(error).__name__})"
        raise UsageError(message) from None


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """A text in pieces that a pipeline takes, cut at blanks where there are some; offset and piece."""
    start = 0
    while len(text) - start > _LONGEST:
        end = text.rfind(" ", start + _LONGEST // 2, start + _LONGEST) + 1 or start + _LONGEST
        yield start, text[start:end]
        start = end
    yield start, text[start:]
