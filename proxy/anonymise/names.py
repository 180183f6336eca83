"""Names of people: where a text introduces one, and where a name that is known stands again.

Only names that their context gives away are found; guessing names in running text is not for patterns.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from proxy.anonymise.found import EntityType, Found, Span

_LETTER: Final = "[^\\W\\d_]"
_WORD: Final = rf"(?:{_LETTER}\.|{_LETTER}[\w'’\u0300-\u036f-]{{1,30}}|[\u4e00-\u9fff])"
_PARTICLE: Final = "(?:van|von|zu|de|der|den|del|della|di|da|la|le|el|bin|al|dos|du|ten|ter|y)"
_NAME: Final = rf"(?P<it>{_WORD}(?:[ \u00a0](?:{_PARTICLE} ){{0,2}}{_WORD}){{0,3}})"
_TITLE: Final = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Herrn?|Frau|Señora?|Sra?|Don|Doña|Madame|Monsieur|Mme|Signora?|Sig)\b\.?"
_WHOSE: Final = (
    "(?:my|his|her|their|our|your|the (?:customer|client|patient|caller|user|guest|tenant|sender|recipient)(?:'s|’s))"
)

_SAYS: Final = (
    rf"{_WHOSE} (?:full |first |last |real |legal )?name(?:['’]s| is|:)",
    r"ich hei(?:ß|ss)e", r"mein(?: voller)? name (?:ist|lautet)", r"me llamo", r"mi nombre(?: completo)? es",
    r"je m['’]appelle", r"mon nom (?:complet )?est", r"mi chiamo", r"il mio nome è", r"(?:o )?meu nome é", r"me chamo",
    r"mijn naam is", r"ik heet", r"nazywam się", r"jag heter", r"jeg he(?:d|t)er", r"меня зовут", r"benim adım",
)  # fmt: skip
_WRITES: Final = (
    r"(?:best |kind |warm |many )?(?:regards|wishes)", r"(?:yours )?(?:sincerely|truly|faithfully)", "cheers", "thanks",
    "thank you", r"(?:viele |liebe |beste |mit freundlichen |freundliche |herzliche )?grü(?:ß|ss)en?", "mfg", "lg",
    r"(?:un )?saludos?(?: cordiales?)?", "atentamente", "(?:bien )?cordialement", "bien à vous", "cordiali saluti",
    "signed", "gezeichnet",
)  # fmt: skip

_INTRODUCED: Final = re.compile(rf"(?<!\w)(?i:{'|'.join(_SAYS)})[ \u00a0]{{1,3}}[\"'“„*]{{0,2}}{_NAME}")
_ADDRESSED: Final = re.compile(
    rf"(?<!\w)(?:(?i:dear|liebe[rs]?|querid[oa]|estimad[oa]|chère?|sehr geehrte[rs]?)[ \u00a0](?:{_TITLE}[ \u00a0]){{0,2}}|"
    rf"(?:{_TITLE}[ \u00a0]){{1,2}}){_NAME}"
)
_GREETED: Final = re.compile(rf"^(?i:hi|hello|hey|hallo|hola|bonjour|ciao|moin) {_NAME}[,!]?[ \t]{{0,3}}$", re.MULTILINE)
_SIGNED: Final = re.compile(
    rf"(?:^|[.!?] ?)[ \t]{{0,3}}(?i:{'|'.join(_WRITES)})[ \t]{{0,3}}[,.!]?(?:[ \t]{{0,3}}\r?\n){{1,3}}[ \t]{{0,3}}[-–—]?[ ]?"
    rf"{_NAME}[ \t]{{0,3}}$",
    re.MULTILINE,
)
_SPEAKING: Final = re.compile(
    rf"\b(?:I am|I['’]m|[Tt]his is|Ich bin|Soy|Je suis)[ \u00a0]{_NAME}(?=[ ]?(?:[,.;!?]|$)|\n| (?:and|from|here|speaking|calling|und|von|aus|y|de|et)\b)"
)
_SAID_NAME: Final = "the words in front introduce a name"

_NOT_NAMES: Final = frozenset(
    # Words that stand where a name could, and end one that they follow.
    "a all also am an and any as at attached back be but by call called can changed colleague colleagues customer customers "
    "damen der die ein eine el en engineer entfernt es everyone everybody folks for friend friends from gentlemen good "
    "guys have he hello help her here herren hi hiring his how i ich if in is it ladies la las le les los madam madame "
    "manager me meine misspelled mr mrs ms my new no not now of on or our please por sales shop sir so some sorry speak support "
    "team thank thanks that the there therefore they this to too und unknown user valued was we what when where why will "
    "with wollen world wrong y you your zusammen gracias bitte ihr mein meinen todos todas equipo amigos client cliente "
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september "
    "october november december german english french spanish italian american british european python".split()
)
_COMMON: Final = frozenset(
    # Names that are words as well: not looked for on their own.
    "april art august baker bill black brown christian cook dale dean drew faith frank grace green hope hunter iris ivy "
    "jack joy june king lane lee long mark mason max may miles page pat price ray rich rob rose summer sunny taylor van "
    "violet white will young wood sun son sol".split()
)
_MANY_WORDS: Final = 2
_SHORTEST_PART: Final = 3
_RUN: Final = re.compile(rf"{_LETTER}+")


def find_introduced(text: str) -> Iterator[Span]:
    """Names that the words around them give away, in several languages."""
    for match in _INTRODUCED.finditer(text):
        yield from _name_of(match, text, strict=False)
    for pattern in (_ADDRESSED, _GREETED, _SIGNED):
        for match in pattern.finditer(text):
            yield from _name_of(match, text, strict=True)
    for match in _SPEAKING.finditer(text):
        yield from _name_of(match, text, strict=True, words=_MANY_WORDS)


def _name_of(match: re.Match[str], text: str, *, strict: bool, words: int = 1) -> Iterator[Span]:
    """The part of a match that is a name: it ends at the first word that is none.

    Args:
        strict: Every word is written as a name; else the first may be in lower case, and so may those that follow it.
        words: How many words a name must have.
    """
    start, end, count = match.start("it"), match.start("it"), 0
    lower = not strict and not _is_capital(match["it"])
    for word in re.finditer(r"\S+", match["it"]):
        particle = re.fullmatch(_PARTICLE, word[0]) is not None
        if word[0].strip(".'’").casefold() in _NOT_NAMES - _particles() or not (particle or lower or _is_capital(word[0])):
            break
        if not particle:
            count, end = count + 1, start + word.end()
    if count >= words and (not lower or count <= _MANY_WORDS):
        yield Span(start, end, _SAID_NAME)
