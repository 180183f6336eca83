"""The detectors: which pattern and which check together make a finding, and why. `detectors()` is the list of them.

Most texts hold nothing that most detectors look for. So each says what a text must have for it: one of some words, one
of some signs, digits close together. What a detector does not need to see, it is not shown.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from proxy.anonymise import checks, patterns
from proxy.anonymise.contact import find_emails, find_ipv4, find_ipv6, find_macs
from proxy.anonymise.found import EntityType, Found, Span, merge
from proxy.anonymise.glance import (
    ACCOUNT,
    ANNOUNCED,
    CARD,
    CODE,
    LONG_NUMBER,
    NUMBER,
    NUMBER_ANNOUNCED,
    Around,
    Glance,
    Window,
)
from proxy.anonymise.marks import PLACEHOLDERS, Marks
from proxy.anonymise.names import NAMING
from proxy.anonymise.numbers import find_cards, find_ibans, find_lettered_ids, find_national_ids
from proxy.anonymise.phones import find_phones
from proxy.anonymise.reading import readings
from proxy.anonymise.urls import find_urls

type Find = Callable[[str], Iterable[Span]]
type Check = Callable[[str], bool]

_LONGEST_WORD: Final = 200
_BLOCK: Final = _LONGEST_WORD // 2


@dataclass(frozen=True, slots=True)
class Detector:
    """One way of finding one type of identifier.

    Attributes:
        find: Spans in a text in plain form; linear in its length.
        words: Lower-case words one of which the text must have; empty if none is needed.
        signs: Strings one of which the text in lower case must have; empty if none is needed.
        around: Digits that must stand close together: only what is around them is shown. None shows the whole text.
    """

    name: str
    type: EntityType
    find: Find
    words: frozenset[str] = frozenset()
    signs: tuple[str, ...] = ()
    around: Around | None = None

    def look(self, glance: Glance) -> Iterable[Span]:
        """What is found where it is worth looking, by offsets in the whole text."""
        for sign in self.signs:
            if sign in glance.lowered:
                break
        else:
            if self.signs:
                return ()
        windows = glance.windows(self.around)
        return self._found(windows) if windows else ()

    def _found(self, windows: list[Window]) -> Iterator[Span]:
        for window in windows:
            if not self.words or not self.words.isdisjoint(window.words):
                for span in self.find(window.text):
                    yield Span(window.start + span.start, window.start + span.end, span.reason)


def find_all(
    text: str, *, ours: Marks = PLACEHOLDERS, keeps: Callable[[EntityType, str], bool] | None = None
) -> list[Found]:
    """Everything that any detector finds, in order and without overlap; never inside what is already masked.

    Args:
        ours: What stands in place of masked spans.
        keeps: Whether a span of a type stays, by its text.
    """
    findings = list(_find(ours.blanked(text)))
    if keeps is not None:
        findings = [found for found in findings if not keeps(found.type, text[found.start : found.end])]
    return merge(findings)


def is_word(text: str) -> bool:
    """A single word of letters, in which no detector ever finds anything."""
    return text.isalpha() and len(text) < _LONGEST_WORD


def _find(text: str) -> Iterator[Found]:
    if is_word(text):
        return
    for reading in readings(text):
        glance = Glance(reading.text)
        for detector in _worth(glance):
            for span in detector.look(glance):
                yield Found(detector.type, *reading.origin(span.start, span.end), detector.name, span.reason)


def _worth(glance: Glance) -> Iterable[Detector]:
    """The detectors that some word, or digits close together, call for, and those that only look for signs."""
    plan = _plan()
    called = {detector.name: detector for word in glance.words & plan.by_word.keys() for detector in plan.by_word[word]}
    with_digits = plan.with_digits if glance.windows(CODE) else ()
    return (*plan.always, *with_digits, *called.values())


class _Plan(NamedTuple):
    """All detectors, by what calls them."""

    always: tuple[Detector, ...]
    with_digits: tuple[Detector, ...]
    by_word: dict[str, list[Detector]]


@cache
def _plan() -> _Plan:
    by_word: dict[str, list[Detector]] = {}
    for detector in detectors():
        for word in detector.words:
            by_word.setdefault(word, []).append(detector)
    wordless = [detector for detector in detectors() if not detector.words]
    return _Plan(
        tuple(detector for detector in wordless if detector.around is None),
        tuple(detector for detector in wordless if detector.around is not None),
        by_word,
    )


@cache
def detectors() -> tuple[Detector, ...]:
    """Every detector. Their order does not matter: `EntityType` says which type wins where two overlap."""
    return (
        Detector("email", EntityType.EMAIL, find_emails, signs=("@", "%40", "64;", "40;", "&commat;", "(at)", "[at]")),
        Detector("url", EntityType.URL, find_urls, signs=("://", "www.")),
        Detector("ip", EntityType.IP, find_ipv4, signs=(".",), around=CODE),
        Detector("ipv6", EntityType.IP, find_ipv6, signs=(":",)),
        Detector("mac", EntityType.MAC, find_macs, signs=("-", ":")),
        *_name_detectors(),
        *_phone_detectors(),
        *_number_detectors(),
        *_cued_detectors(),
        *_secret_detectors(),
        *_place_detectors(),
        *_file_detectors(),
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _name_detectors() -> Iterator[Detector]:
    for naming in NAMING:
        yield Detector(naming.name, EntityType.PERSON, naming.find, words=naming.words, signs=naming.signs)


def _phone_detectors() -> Iterator[Detector]:
    yield Detector("phone", EntityType.PHONE, find_phones, around=NUMBER)
    announced = _matching(patterns.PHONE_CUED, "the words in front announce a number", check=checks.is_dialled)
    yield Detector("phone_announced", EntityType.PHONE, announced, words=patterns.PHONE_WORDS, around=NUMBER_ANNOUNCED)
    yield Detector("phone_sign", EntityType.PHONE, announced, signs=("☎", "📞"), around=NUMBER_ANNOUNCED)
    named = _matching(patterns.PHONE_NAMED, "the word behind it names a telephone", check=checks.is_dialled)
    yield Detector("phone_named", EntityType.PHONE, named, words=patterns.PHONE_SORTS, around=NUMBER_ANNOUNCED)


def _number_detectors() -> Iterator[Detector]:
    yield Detector("iban", EntityType.IBAN, find_ibans, around=ACCOUNT)
    yield Detector("card", EntityType.CARD, find_cards, around=CARD)
    yield Detector("national_id", EntityType.NATIONAL_ID, find_national_ids, around=LONG_NUMBER)
    yield Detector("lettered_id", EntityType.NATIONAL_ID, find_lettered_ids, around=CODE)


def _cued_detectors() -> Iterator[Detector]:
    for name, type_, pattern, words, at_least, around in (
        ("card_named", EntityType.CARD, patterns.CARD_CUED, patterns.CARD_WORDS, 12, NUMBER_ANNOUNCED),
        ("iban_named", EntityType.IBAN, patterns.IBAN_CUED, _words("iban"), 8, ANNOUNCED),
        (
            "national_id_in_context",
            EntityType.NATIONAL_ID,
            patterns.NATIONAL_CUED,
            patterns.NATIONAL_WORDS,
            6,
            ANNOUNCED,
        ),
        ("birth_date", EntityType.BIRTH_DATE, patterns.BIRTH, patterns.BIRTH_WORDS, 5, ANNOUNCED),
        ("document", EntityType.DOCUMENT, patterns.DOCUMENT, patterns.DOCUMENT_WORDS, 4, ANNOUNCED),
        ("vehicle", EntityType.VEHICLE, patterns.VEHICLE, patterns.VEHICLE_WORDS, 1, None),
        ("customer_id", EntityType.CUSTOMER_ID, patterns.CUSTOMER_ID, patterns.CUSTOMER_WORDS, 3, ANNOUNCED),
        ("postcode", EntityType.POSTCODE, patterns.POSTCODE, patterns.POSTCODE_WORDS, 1, None),
    ):
        find = _matching(pattern, "the words in front say what it is", check=_having(at_least))
        yield Detector(name, type_, find, words=words, around=around)


def _having(digits: int) -> Check:
    return lambda found: checks.count_digits(found) >= digits


def _secret_detectors() -> Iterator[Detector]:
    told = "the words in front call it a secret"
    for name, find, words, signs in (
        ("private_key", _matching(patterns.PRIVATE_KEY, "the frame of a private key"), (), ("private key",)),
        ("token", _matching(patterns.TOKEN, "the prefix of an issuer of keys"), (), patterns.TOKEN_SIGNS),
        ("jwt", _matching(patterns.JWT, "a signed token in three parts"), (), ("eyj",)),
        ("bearer", _matching(patterns.BEARER, "an authorization header", check=_is_bearer), ("bearer", "basic"), ()),
        ("my_password", _matching(patterns.MY_PASSWORD, told), patterns.PASSWORD_WORDS, ()),
        ("password", _matching(patterns.PASSWORD, told, check=_is_password), patterns.PASSWORD_WORDS, ()),
        ("keyed", _matching(patterns.KEYED, "random, behind the name of a key", check=_is_key), patterns.KEY_WORDS, ()),
        ("pin", _matching(patterns.PIN, told), patterns.PIN_WORDS, ()),
        ("url_user", _matching(patterns.URL_USER, "user info of a URL"), (), ("://",)),
        ("url_query", _matching(patterns.URL_QUERY, "a secret parameter of a URL"), patterns.QUERY_WORDS, ("=",)),
    ):  # fmt: skip
        yield Detector(name, EntityType.SECRET, find, words=frozenset(words), signs=tuple(signs))


def _place_detectors() -> Iterator[Detector]:
    for name, pattern, words in (
        ("street", patterns.STREET, patterns.STREET_WORDS),
        ("street_compound", patterns.STREET_COMPOUND, frozenset[str]()),
        ("box", patterns.BOX, patterns.BOX_WORDS),
    ):
        find = _matching(pattern, "written as addresses are")
        signs = patterns.STREET_ENDS if not words else ()
        yield Detector(name, EntityType.ADDRESS, find, words=words, signs=signs)


def _file_detectors() -> Iterator[Detector]:
    yield Detector("data_uri", EntityType.FILE, _matching(patterns.DATA_URI, "a data URI"), signs=("base64",))
    yield Detector("base64", EntityType.FILE, _find_base64)


def _find_base64(text: str) -> Iterator[Span]:
    """A run that long fills at least one of these blocks, so texts whose blocks all have spaces are not searched."""
    for start in range(0, len(text) - _BLOCK + 1, _BLOCK):
        if " " not in text[start : start + _BLOCK]:
            yield from _BASE64(text)
            return


def _is_bearer(found: str) -> bool:
    return checks.is_mixed(found, size=8, bits=2.0) or len(found) >= 32  # noqa: PLR2004 - no word is that long


def _is_password(found: str) -> bool:
    """No word of the sentence and no code: something with a digit, or with a sign that names in code do not have."""
    return any(not letter.isalpha() and letter not in "._-$" for letter in found.rstrip(".!?"))


def _is_key(found: str) -> bool:
    return checks.is_mixed(found, size=16, bits=3.2) or ("_" not in found and checks.is_mixed(found, size=8, bits=2.8))


def _matching(pattern: re.Pattern[str], reason: str, *, check: Check | None = None) -> Find:
    group = "it" if "it" in pattern.groupindex else 0

    def find(text: str) -> Iterator[Span]:
        for match in pattern.finditer(text):
            if check is None or check(match[group]):
                yield Span(*match.span(group), reason)

    return find


_BASE64: Final = _matching(patterns.BASE64, "bytes in base64", check=checks.is_base64)
