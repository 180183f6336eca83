"""The detectors: which pattern and which check together make a finding, and why. `detectors()` is the list of them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from proxy.anonymise import checks, patterns
from proxy.anonymise.contact import find_addresses, find_emails, find_phones
from proxy.anonymise.found import EntityType, Found, Span, merge
from proxy.anonymise.names import find_introduced
from proxy.anonymise.numbers import find_cards, find_ibans, find_national_ids
from proxy.anonymise.pseudonym import PLACEHOLDER
from proxy.anonymise.reading import read

type Find = Callable[[str], Iterable[Span]]
type Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Detector:
    """One way of finding one type of identifier.

    Attributes:
        find: Spans in a text in plain form; linear in its length.
        needs: What a text must have for this detector to be worth running.
    """

    name: str
    type: EntityType
    find: Find
    needs: re.Pattern[str]


def find_all(text: str) -> list[Found]:
    """Everything that any detector finds, in order and without overlap; never inside a placeholder."""
    findings: list[Found] = []
    start = 0
    for placeholder in PLACEHOLDER.finditer(text):
        findings += _find_between(text, start, placeholder.start())
        start = placeholder.end()
    return merge(findings + _find_between(text, start, len(text)))


def _find_between(text: str, start: int, end: int) -> list[Found]:
    reading = read(text[start:end])
    found: list[Found] = []
    for detector in detectors() if reading.text else ():
        if detector.needs.search(reading.text):
            for span in detector.find(reading.text):
                first, last = reading.origin(span.start, span.end)
                found.append(Found(detector.type, start + first, start + last, detector.name, span.reason))
    return found


@cache
def detectors() -> tuple[Detector, ...]:
    """Every detector. Their order does not matter: `EntityType` says which type wins where two overlap."""
    return (
        Detector("email", EntityType.EMAIL, find_emails, _AT),
        Detector("phone", EntityType.PHONE, find_phones, _DIGIT),
        Detector("ip", EntityType.IP, find_addresses, re.compile(r"[.:]")),
        Detector("mac", EntityType.MAC, _matching(patterns.MAC, "six octets in hexadecimal"), re.compile(r"[:-]")),
        Detector("person", EntityType.PERSON, find_introduced, _ANY),
        *_number_detectors(),
        *_secret_detectors(),
        *_file_detectors(),
    )


_ANY = re.compile(r"\S")
_DIGIT = re.compile(r"\d")
_AT = re.compile(r"@|%40|64;|x0{0,4}40;|&commat;|[(\[]at[)\]]", re.IGNORECASE)


def _number_detectors() -> Iterator[Detector]:
    yield Detector("iban", EntityType.IBAN, find_ibans, _DIGIT)
    yield Detector("card", EntityType.CARD, find_cards, _DIGIT)
    yield Detector("national_id", EntityType.NATIONAL_ID, find_national_ids, _DIGIT)
    for name, type_, pattern, digits in (
        ("national_id_in_context", EntityType.NATIONAL_ID, patterns.NATIONAL_CUED, 6),
        ("birth_date", EntityType.BIRTH_DATE, patterns.BIRTH, 5),
        ("document", EntityType.DOCUMENT, patterns.DOCUMENT, 4),
        ("vehicle", EntityType.VEHICLE, patterns.VEHICLE, 1),
        ("customer_id", EntityType.CUSTOMER_ID, patterns.CUSTOMER_ID, 3),
    ):
        find = _matching(pattern, "the words in front say what it is", check=_having(digits))
        yield Detector(name, type_, find, _DIGIT)


def _having(digits: int) -> Check:
    return lambda found: checks.count_digits(found) >= digits


def _secret_detectors() -> Iterator[Detector]:
    told = "the words in front call it a secret"
    for name, find, needs in (
        ("private_key", _matching(patterns.PRIVATE_KEY, "the frame of a private key"), re.compile("PRIVATE")),
        ("token", _matching(patterns.TOKEN, "the prefix of an issuer of keys"), _ANY),
        ("jwt", _matching(patterns.JWT, "a signed token in three parts"), re.compile("eyJ")),
        ("bearer", _matching(patterns.BEARER, "an authorization header", check=_is_bearer), _ANY),
        ("my_password", _matching(patterns.MY_PASSWORD, told), _ANY),
        ("password", _matching(patterns.PASSWORD, told, check=_is_password), _ANY),
        ("keyed", _matching(patterns.KEYED, "a random value behind the name of a key", check=_is_key), _DIGIT),
        ("pin", _matching(patterns.PIN, told), _DIGIT),
        ("url_user", _matching(patterns.URL_USER, "user info of a URL"), re.compile("://")),
        ("url_query", _matching(patterns.URL_QUERY, "a secret parameter of a URL"), re.compile("=")),
    ):
        yield Detector(name, EntityType.SECRET, find, needs)


def _file_detectors() -> Iterator[Detector]:
    uri = _matching(patterns.DATA_URI, "a data URI")
    yield Detector("data_uri", EntityType.FILE, uri, re.compile("base64", re.IGNORECASE))
    yield Detector(
        "base64", EntityType.FILE, _matching(patterns.BASE64, "bytes in base64", check=checks.is_base64), _DIGIT
    )


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
