"""Names of people: where a text introduces one, and where a name that is known stands again.

Only names that their context gives away are found; guessing names in running text is not for patterns.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from proxy.anonymise.found import EntityType, Found, Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LETTER: Final = r"[^\W\d_]"
_WORD: Final = rf"(?:{_LETTER}\.|{_LETTER}[\w'\u0300-\u036f-]{{1,30}})"
_PARTICLES: Final = _words("van von zu de der den del della di da la le el bin al dos du ten ter y")
_NAME: Final = rf"(?P<it>{_WORD}(?:[ ]{_WORD}){{0,5}})"
_TITLE: Final = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Herrn?|Frau|Señora?|Sra?|Madame|Monsieur|Mme|Signora?)\b\.?"
_WHOSE: Final = (
    "(?:my|his|her|their|our|your|the (?:customer|client|patient|caller|user|guest|tenant|sender|recipient)'s)"
)

_SAYS: Final = (
    rf"{_WHOSE} (?:full |first |last |real |legal )?name(?:'s| is|:)",
    r"ich hei(?:ß|ss)e", r"mein(?: voller)? name (?:ist|lautet)", r"me llamo", r"mi nombre(?: completo)? es",
    r"je m'appelle", r"mon nom (?:complet )?est", r"mi chiamo", r"il mio nome è", r"(?:o )?meu nome é", r"me chamo",
    r"mijn naam is", r"ik heet", r"nazywam się", r"jag heter", r"jeg he(?:d|t)er", r"меня зовут",
    r"benim ad[^\W\d_]m",
)  # fmt: skip
_WRITES: Final = (
    r"(?:best |kind |warm |many )?(?:regards|wishes)", r"(?:yours )?(?:sincerely|truly|faithfully)",
    "(?:cheers|thanks|thank you)(?=,)",
    r"(?:viele |liebe |beste |mit freundlichen |freundliche |herzliche )?grü(?:ß|ss)en?", "mfg", "lg",
    r"(?:un )?saludos?(?: cordiales?)?", "atentamente", "(?:bien )?cordialement", "bien à vous", "cordiali saluti",
    "signed", "gezeichnet",
)  # fmt: skip

_INTRODUCED: Final = re.compile(rf"(?<!\w)(?i:{'|'.join(_SAYS)})[ ]{{1,3}}[\"'“„*]{{0,2}}{_NAME}")
_ADDRESSED: Final = re.compile(
    rf"(?<!\w)(?:(?i:dear|liebe[rs]?|querid[oa]|estimad[oa]|chère?|sehr geehrte[rs]?)[ ](?:{_TITLE}[ ]){{0,2}}|"
    rf"(?:{_TITLE}[ ]){{1,2}}){_NAME}"
)
_GREETED: Final = re.compile(
    rf"^(?i:hi|hello|hey|hallo|hola|bonjour|ciao|moin) {_NAME}[,!]?[ \t]{{0,3}}$", re.MULTILINE
)
_SIGNED: Final = re.compile(
    rf"(?:^|[.!?] ?)[ \t]{{0,3}}(?i:{'|'.join(_WRITES)})[ \t]{{0,3}}[,.!]?(?:[ \t]{{0,3}}\r?\n){{1,3}}[ \t]{{0,3}}"
    rf"-{{0,2}}[ ]?{_NAME}[ \t]{{0,3}}$",
    re.MULTILINE,
)
_SPEAKING: Final = re.compile(
    rf"\b(?:I am|I'm|Ich bin|Soy|Je suis)[ ]{_NAME}(?=[ ]?(?:[,.;!?]|$)|\n)|"
    rf"\b(?:[Tt]his is|[Hh]ier ist|[Hh]ier spricht)[ ]{_NAME.replace('it', 'caller')}"
    r"(?=,? (?:from|here|speaking|calling|von|aus)\b)"
)

_NOT_NAMES: Final = _words(
    # Words that stand where a name could; a name ends in front of one.
    "a account all also am american amigos an and any architect as at attached back be bitte british but by call "
    "called can changed client cliente colleague colleagues customer customers damen december department developer "
    "die director doctor dr ein eine en engineer english entfernt entwickler equipo es european everybody everyone "
    "february folks for frau french friday friend friends from gentlemen german good gracias guys has have he hello "
    "help her here herr herren herrn hi hiring his how i ich if ihr in is it italian january july kunde kundin "
    "ladies las les los madam madame manager me mein meine meinen miss misspelled mme monday monsieur mr mrs ms mx "
    "my name names new no nombre not november now number nurse october of office on or our please por prof sales "
    "saturday senior september service señor señora shop signor signora sir so some sorry spanish speak sr sra "
    "student sunday support teacher team thank thanks that the there therefore they this thursday to todas today "
    "todos too tuesday und unknown user valued was we wednesday what when where why with wollen world wrong you "
    "your zusammen"
)
_COMMON: Final = _words(
    # Names that are words as well: not looked for on their own.
    "april art august baker bill black brown christian cook dale dean drew faith frank grace green hope hunter iris "
    "ivy jack joy june king lane lee long mark mason max may miles page pat price ray rich rob rose summer sunny "
    "taylor van violet white will young wood sun son sol"
)
_SHORTEST_PART: Final = 3
_RUN: Final = re.compile(rf"{_LETTER}+")
_AFTER_LOWER: Final = re.compile(r"[ ]?(?:[,.;!?)\n]|$| (?:and|und|y|et|from|aus)\b)")


def _introduced(text: str) -> Iterator[Span]:
    for match in _INTRODUCED.finditer(text):
        yield from _span(match, end=_end_of_name(match["it"], lower=not _is_capital(match["it"])), text=text)


def _standing_in(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    def find(text: str) -> Iterator[Span]:
        for match in pattern.finditer(text):
            yield from _span(match, end=_end_of_name(match["it"]), text=text)

    return find


def _speaking(text: str) -> Iterator[Span]:
    for match in _SPEAKING.finditer(text):
        group = "it" if match["it"] else "caller"
        if len(match[group].split()) == 2:  # noqa: PLR2004 - given and family name; one word may be anything
            yield from _span(match, end=_end_of_name(match[group]), text=text, group=group)


@dataclass(frozen=True, slots=True)
class Naming:
    """One way in which the words around a name give it away.

    Attributes:
        words: Lower-case words one of which the text must have; empty if none is needed.
        signs: Strings one of which the text in lower case must have; empty if none is needed.
    """

    name: str
    find: Callable[[str], Iterator[Span]]
    words: frozenset[str] = frozenset()
    signs: tuple[str, ...] = ()


NAMING: Final = (
    Naming(
        "introduced",
        _introduced,
        words=_words(
            "name heiße heisse llamo nombre appelle nom chiamo nome chamo naam heet nazywam heter heder зовут benim"
        ),
    ),
    Naming(
        "addressed",
        _standing_in(_ADDRESSED),
        words=_words(
            "dear liebe lieber liebes querido querida estimado estimada cher chère chèr chere sehr mr mrs ms "
            "miss mx dr prof sir "
            "herr herrn frau señor señora sr sra madame monsieur mme signor signora"
        ),
    ),
    Naming("greeted", _standing_in(_GREETED), words=_words("hi hello hey hallo hola bonjour ciao moin")),
    Naming(
        "signed",
        _standing_in(_SIGNED),
        words=_words(
            "regards wishes sincerely truly faithfully cheers thanks thank grüße grüßen grüsse grüssen gruße "
            "gruss grüss mfg lg "
            "saludo saludos atentamente cordialement vous saluti signed gezeichnet"
        ),
    ),
    Naming(
        "speaking",
        _speaking,
        words=_words("am m bin soy suis this hier"),
        signs=("i am ", "i'm ", "ich bin ", "soy ", "je suis ", "this is ", "hier ist ", "hier spricht "),
    ),
)


def find_introduced(text: str) -> Iterator[Span]:
    """Names that the words around them give away, in several languages."""
    for naming in NAMING:
        yield from naming.find(text)


def _span(match: re.Match[str], *, end: int, text: str, group: str = "it") -> Iterator[Span]:
    start = match.start(group)
    if end and (_is_capital(match[group]) or _AFTER_LOWER.match(text, start + end)):
        yield Span(start, start + end, "the words in front introduce a name")


def _end_of_name(found: str, *, lower: bool = False) -> int:
    """Length of the part that is a name: it ends in front of the first word that is none, 0 if that is the first.

    Args:
        lower: The name is written in lower case, as far as it goes.
    """
    end = 0
    for word in re.finditer(r"\S+", found):
        bare = word[0].strip(".'-")
        if bare.casefold() in _NOT_NAMES:
            break
        if lower or _is_capital(bare):
            end = word.end()
        elif bare not in _PARTICLES or not end:
            break
    return end


def _is_capital(word: str) -> bool:
    """Written with a capital, or in a script that has none."""
    return not word[:1].islower()


@lru_cache(maxsize=4_096)
def _compiled(pattern: str, any_case: bool) -> re.Pattern[str]:  # noqa: FBT001 - two parts of one key
    return re.compile(pattern, re.IGNORECASE if any_case else re.NOFLAG)


class Name(NamedTuple):
    """A name and what it names: a person, an organisation or a place."""

    type: EntityType
    text: str


class KnownNames:
    """Names that a conversation has introduced, and where they stand again.

    A full name is found in any case and however its parts are joined. The parts of a person's name alone are found only
    in the case of names, and not when they are words as well.
    """

    def __init__(self, names: Iterable[Name] = ()) -> None:
        self.names: frozenset[Name] = frozenset(Name(name.type, " ".join(name.text.split())) for name in names)
        self._starts: dict[str, list[tuple[EntityType, str, bool]]] = {}
        for name in sorted(self.names, key=lambda name: (-len(name.text), name)):
            for form in {unicodedata.normalize("NFC", name.text), unicodedata.normalize("NFD", name.text)}:
                self._learn(form.split(), name.type)

    def _learn(self, parts: list[str], type_: EntityType) -> None:
        if len(parts) > 1:
            joined = r"(?:%20|[\s._+,-]){0,3}".join(map(re.escape, parts))
            self._index(parts[0], joined, type_, any_case=True)
            self._index("".join(parts), joined, type_, any_case=True)
        for part in parts if type_ is EntityType.PERSON or len(parts) == 1 else ():
            if len(part) >= _SHORTEST_PART and part.casefold() not in _COMMON | _PARTICLES:
                forms = {part, part.title(), part.upper()}
                self._index(part, "|".join(map(re.escape, sorted(forms))), type_, any_case=False)

    def _index(self, start: str, pattern: str, type_: EntityType, *, any_case: bool) -> None:
        if run := _RUN.match(start):
            self._starts.setdefault(run[0].casefold(), []).append((type_, pattern, any_case))

    def find(self, text: str) -> Iterator[Found]:
        """Where the names stand in a text in plain form."""
        folded = text.casefold() if self._starts else ""
        if not any(start in folded for start in self._starts):
            return
        for run in _RUN.finditer(text):
            for type_, pattern, any_case in self._starts.get(run[0].casefold(), ()):
                match = _compiled(pattern, any_case).match(text, run.start())
                if match and not text[match.end() : match.end() + 1].isalpha():
                    yield Found(type_, match.start(), match.end(), "known_name", "introduced before")
                    break
