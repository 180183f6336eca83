"""The lists of names: read at run time from Faker's providers for every locale, never copied.

Source: Faker (MIT), https://github.com/joke2k/faker, providers `person`, `address` and `lorem`.
"""

import importlib
import pkgutil
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

from proxy.anonymise.names_tier import words
from proxy.errors import UsageError

INSTALL: Final = "uv pip install 'understudy[ner]'"
_GIVEN_LIST: Final = re.compile(r"(?:first|middle)_\w*name")
_FAMILY_LIST: Final = re.compile(r"\w*last_\w*name")
_PLACE_LIST: Final = re.compile(
    r"(?!.*(?:suffix|pref|format|abbr|code|part))"
    r"\w*(?:cit(?:y|ies)|countr(?:y|ies)|states?|provinces?|count(?:y|ies)|municipal|regions?|lgus)"
)
_PLACE: Final = re.compile(r"[^\W\d_][^\d\n]{2,40}")
_BETWEEN: Final = re.compile(r"[\s\-\u2010/()]+")
_SURE_LOCALES: Final = 4


class Known(NamedTuple):
    """What the lists say of one word.

    Attributes:
        given: How sure a given name is, points in [0, 2].
        family: How sure a family name is, points in [0, 2].
        place: Listed as a place, too.
        word: A word of a language, too.
        never: Never part of a name.
        points: How sure a name is, of either kind; points in [0, 2].
    """

    given: float = 0.0
    family: float = 0.0
    place: bool = False
    word: bool = False
    never: bool = False
    points: float = 0.0


UNKNOWN: Final = Known()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known of words.

    Attributes:
        words: By the word in lower case.
        places: Full names of places in lower case.
        families: Family names in Han, Hangul and kana.
        givens: Given names in the same.
    """

    words: Mapping[str, Known]
    places: frozenset[str]
    families: frozenset[str]
    givens: frozenset[str]

    def __getitem__(self, word: str) -> Known:
        """What is known of a word in any case, with or without the accents of Latin letters."""
        lower = word.lower()
        known = self.words.get(lower, UNKNOWN)
        if lower.isascii() or known.never:
            return known
        plain = self.words.get(folded(lower), UNKNOWN)
        return known if plain.never or known.points >= plain.points else plain


def folded(word: str) -> str:
    """A word without the accents of Latin letters."""
    apart = unicodedata.normalize("NFKD", word)
    if not apart[:1].isascii():
        return word
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).replace("ø", "o").replace("ł", "l")


def load(*, places: bool = False) -> Lexicon:
    """Read the lists of the installed Faker for every locale.

    Args:
        places: Read the lists of places, too.

    Raises:
        UsageError: Faker is not installed.
    """
    given: Counter[str] = Counter()
    family: Counter[str] = Counter()
    for provider in _providers("person"):
        given.update(_split(_listed(provider, _GIVEN_LIST)))
        family.update(_split(_listed(provider, _FAMILY_LIST)))
    common = frozenset(_common())
    vocabulary = {word: _known(word, given[word], family[word], common) for word in {*given, *family}}
    vocabulary |= {word: Known(place=True) for word in words.PLACES - vocabulary.keys()}
    vocabulary |= {word: Known(word=True) for word in (words.MAY_BE_WORDS | common) - vocabulary.keys()}
    vocabulary |= {word: Known(never=True) for word in words.NEVER}
    for word in [word for word, known in vocabulary.items() if known.points and not word.isascii()]:
        vocabulary.setdefault(folded(word), vocabulary[word])
    return Lexicon(
        words=vocabulary,
        places=frozenset(_places()) if places else words.PLACES,
        families=frozenset(filter(_is_east_asian, family)),
        givens=frozenset(filter(_is_east_asian, given)),
    )


def _providers(family: str) -> Iterator[Any]:
    """The provider classes of one kind, one for each locale."""
    try:
        package = importlib.import_module(f"faker.providers.{family}")
    except ModuleNotFoundError:
        message = f"the lists of names come from Faker, which is not installed: {INSTALL}"
        raise UsageError(message) from None
    for locale in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        yield importlib.import_module(f"{package.__name__}.{locale}").Provider


def _listed(provider: type, attribute: re.Pattern[str]) -> frozenset[str]:
    """Every text in those class attributes of a provider whose name matches."""
    names = (name for name in dir(provider) if attribute.match(name))
    return frozenset(
        text for name in names for text in _texts(getattr(provider, name)) if "{" not in text and "#" not in text
    )


def _texts(listed: object) -> Iterator[str]:
    match listed:
        case str():
            yield listed
        case Mapping() | tuple() | list() | set() | frozenset():
            for one in listed:
                yield from _texts(one)
        case _:
            return


def _split(names: Iterable[str]) -> set[str]:
    """The words that names consist of, in lower case."""
    found = {word.strip(".,'").lower() for name in names for word in _BETWEEN.split(name)}
    return {word for word in found if len(word) > 1 and word not in words.PARTICLES} | {
        name for name in names if _is_east_asian(name)
    }


def _is_east_asian(name: str) -> bool:
    return "\u3040" <= name[:1] <= "\u9fff" or "\uac00" <= name[:1] <= "\ud7a3"


def _common() -> Iterator[str]:
    """Words of many languages; Latin, which is what most locales have for want of their own, is left out."""
    for provider in _providers("lorem"):
        if "_" in provider.__module__.rpartition(".")[2] and provider.__module__.rpartition(".")[2] != "en_PH":
            yield from (word for word in provider.word_list if word == word.lower())


def _places() -> Iterator[str]:
    yield from words.PLACES
    for provider in _providers("address"):
        yield from (name.lower() for name in _listed(provider, _PLACE_LIST) if _PLACE.fullmatch(name))


def _known(word: str, given: int, family: int, common: frozenset[str]) -> Known:
    is_word = word in words.MAY_BE_WORDS or (word in common and given + family < _SURE_LOCALES)
    is_place = word in words.PLACES
    if word in words.SELDOM_NAMES:
        return _shared(0.5, 0.5, False, True)
    if is_word or is_place:
        high = 1.0 if is_place or given < 2 * _SURE_LOCALES else 1.5
        return _shared(
            min(given, 1) * (high if given >= _SURE_LOCALES else 0.5),
            min(family, 1) * (0.75 if family >= _SURE_LOCALES else 0.5),
            is_place,
            is_word,
        )
    return _shared((0.0, 1.5, 2.0)[min(given, 2)], (0.0, 1.0, 1.5)[min(family, 2)], False, False)


@cache
def _shared(given: float, family: float, place: bool, word: bool) -> Known:  # noqa: FBT001 - the fields of Known
    return Known(given, family, place, word, points=max(given, family))
