"""Names in scripts with capitals: runs of capitalised words, weighed by lists and by the words around them.

Every cue has points, and a run is a name from two points on. A name that several languages list has them by
itself; one that is a word, a place or a brand as well needs a second cue.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from proxy.anonymise.found import EntityType, Found
from proxy.anonymise.names_tier import words
from proxy.anonymise.names_tier.caseless import CaselessNames
from proxy.anonymise.names_tier.cues import CUE, ENOUGH, Candidate, weigh
from proxy.anonymise.names_tier.lexicon import Lexicon, load
from proxy.anonymise.names_tier.runs import Token, lower_tokens, runs

DETECTOR: Final = "gazetteer"
PERSONS: Final = frozenset({EntityType.PERSON})
_LONGEST: Final = 5
_LONGEST_UNKNOWN: Final = 3
_JOINTS: Final = frozenset(
    {", ", " and ", ", and ", " or ", " & ", " und ", " y ", " et ", " e ", " og ", " och ", " en "}
)


class Gazetteer:
    """Finds persons by lists of names and by context; deterministic, and pure once it is loaded.

    Attributes:
        types: What is looked for: PERSON, and on demand LOCATION and ORGANISATION.
    """

    def __init__(self, lexicon: Lexicon, *, types: frozenset[EntityType] = PERSONS) -> None:
        self._lexicon = lexicon
        self._caseless = CaselessNames(lexicon)
        self.types = types

    @classmethod
    def loaded(cls, *, types: frozenset[EntityType] = PERSONS) -> "Gazetteer":
        """With the lists of the installed Faker.

        Raises:
            UsageError: Faker is not installed.
        """
        return cls(load(places=EntityType.LOCATION in types), types=types)

    def __call__(self, text: str) -> tuple[Found, ...]:
        """The same as `find`: the anonymiser calls its recogniser."""
        return self.find(text)

    def find(self, text: str) -> tuple[Found, ...]:
        """Names in a text, in order and without overlap, with the cues that made each a name."""
        capitalised = list(runs(text, self._lexicon))
        found = list(self._persons(text, capitalised)) if EntityType.PERSON in self.types else []
        if self.types - PERSONS:
            taken = [(one.start, one.end) for one in found]
            found += (one for one in self._others(text, capitalised) if not _overlaps(one, taken))
        return tuple(sorted(found, key=lambda one: one.start))

    def _persons(self, text: str, capitalised: list[list[Token]]) -> Iterator[Found]:
        yield from map(_person, _names(text, capitalised))
        if not text.isascii():
            yield from self._caseless.find(text)
        if not capitalised and text.islower():
            yield from map(_person, _in_lower_case(text, lower_tokens(text, self._lexicon)))

    def _others(self, text: str, capitalised: Iterable[list[Token]]) -> Iterator[Found]:
        """Organisations by their form, and places by their lists."""
        for run in capitalised:
            start, end = run[0].start, run[-1].end
            if (form := _form(run)) is not None:
                if EntityType.ORGANISATION in self.types:
                    yield Found(EntityType.ORGANISATION, start, form.end, DETECTOR, "ends like an organisation")
            elif EntityType.LOCATION in self.types and text[start:end].lower() in self._lexicon.places:
                yield Found(EntityType.LOCATION, start, end, DETECTOR, "a listed place")


def _person(name: Candidate) -> Found:
    return Found(EntityType.PERSON, name.start, name.end, DETECTOR, ", ".join(dict.fromkeys(name.reasons)))


def _overlaps(one: Found, taken: Iterable[tuple[int, int]]) -> bool:
    return any(one.start < end and start < one.end for start, end in taken)


def _form(run: list[Token]) -> Token | None:
    """The word that makes a run an organisation, if it does not stand in front."""
    return next((token for token in run[1:] if token.text.lower() in words.ORGANISATION_FORMS), None)


def _names(text: str, capitalised: Iterable[list[Token]]) -> list[Candidate]:
    """The runs that have points enough, by themselves or beside one that has."""
    names = [name for run in capitalised if (name := _candidate(run)) is not None]
    for name in names:
        weigh(name, text)
    parts = {token.text for name in names if name.points >= ENOUGH and len(name.tokens) > 1 for token in name.tokens}
    for before, name in zip([None, *names], names, strict=False):
        if name.points < ENOUGH and len(name.tokens) == 1 and name.tokens[0].text in parts:
            name.add(ENOUGH, "part of a name in the same text")
        if before is not None and text[before.end : name.start] in _JOINTS:
            _lift(before, name)
    return [name for name in names if name.points >= ENOUGH]


def _lift(first: Candidate, second: Candidate) -> None:
    """Of two that are listed together, the weaker gains if the other is a name."""
    weaker, stronger = sorted((first, second), key=lambda one: one.points)
    is_near = weaker.points >= CUE or weaker.is_unknown
    is_place = weaker.tokens[0].known.place and not stronger.is_sure
    if weaker.points < ENOUGH <= stronger.points and is_near and not is_place:
        weaker.add(ENOUGH, "listed beside a name")


def _candidate(run: list[Token]) -> Candidate | None:
    """The part of a run that can be a name: from the first listed word on, and one word in front of a surname."""
    if len(run) > 1 and (_form(run) is not None or _is_place(run)):
        return None
    first = next((index for index, token in enumerate(run) if token.points), None)
    if first is None:
        return Candidate(run) if len(run) <= _LONGEST_UNKNOWN else None
    while first and (run[first - 1].is_initial or not run[first].known.given):
        first -= 1
        if not run[first].is_initial:
            break
    return Candidate(run[first : first + _LONGEST])


def _is_place(run: list[Token]) -> bool:
    """It looks like a street, a town or a theorem, and not like a sure given name with a surname that is one too."""
    first, last = run[0], run[-1]
    if first.text.lower() in words.PLACE_HEADS:
        return True
    is_full_name = len(run) == 2 and first.known.given >= ENOUGH and last.known.family  # noqa: PLR2004 - two words
    return last.text.lower() in words.STREETS and not is_full_name


def _in_lower_case(text: str, tokens: list[Token]) -> Iterator[Candidate]:
    """Names in a text without any capital: sure given names, with a surname or an initial behind."""
    end = 0
    for index, token in enumerate(tokens):
        if token.start >= end and (name := _lower_name(text, tokens[index : index + 3])):
            end = name[-1].end
            yield Candidate(name, ENOUGH, ["listed names in a text without capitals"])


def _lower_name(text: str, tokens: list[Token]) -> list[Token]:
    """The name that begins with the first of up to three words, or nothing."""
    match tokens:
        case [first, initial, last] if initial.is_initial and _is_name_with_initial(text, first, initial, last):
            return tokens
        case [first, second, *_] if text[first.end : second.start] == " " and _is_pair(first, second):
            return [first, second]
        case [first, *_] if first.known.given >= ENOUGH:
            return [first]
        case _:
            return []


def _is_name_with_initial(text: str, first: Token, initial: Token, last: Token) -> bool:
    between = text[first.end : last.start]
    is_word = initial.text in words.ONE_LETTER_WORDS and between[-2:-1] != "."
    return (
        between in {f" {initial.text}. ", f" {initial.text} "} and not is_word and max(first.points, last.points) >= CUE
    )


def _is_pair(first: Token, second: Token) -> bool:
    return min(first.known.given, second.points) >= CUE
