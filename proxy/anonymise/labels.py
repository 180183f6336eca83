"""What the key of a JSON value says about it, where no pattern could tell: a password of plain letters, say."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from proxy.anonymise.checks import count_digits
from proxy.anonymise.found import EntityType, Found
from proxy.anonymise.marks import PLACEHOLDERS, Marks

_PIECES: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-_.\s]+")
_LONGEST_NAME, _LONGEST_ID = 80, 128


@dataclass(frozen=True, slots=True)
class _Label:
    """Keys that name one type, and what a value must look like besides."""

    type: EntityType
    keys: re.Pattern[str]
    fits: Callable[[str], bool]


def _label(type_: EntityType, keys: str, fits: Callable[[str], bool]) -> _Label:
    return _Label(type_, re.compile(keys), fits)


def _is_short_text(value: str) -> bool:
    return any(map(str.isalpha, value)) and len(value) <= _LONGEST_NAME and "\n" not in value


def _is_word(value: str) -> bool:
    return any(map(str.isalnum, value)) and len(value) <= _LONGEST_ID and not any(map(str.isspace, value))


def _has_digits(value: str) -> bool:
    return count_digits(value) >= 3 and len(value) <= _LONGEST_ID  # noqa: PLR2004 - fewer name nothing


_LABELS: Final = (
    _label(
        EntityType.SECRET,
        r"(?:.* )?(?:password|passwd|passphrase|pwd|secret|api ?key|access key(?: id)?|secret key|private key"
        r"|access token|refresh token|id token|auth token|session token|bearer|authorization|cookie|passwort|kennwort"
        r"|contraseña|pin|pin code|cvv|cvc)",
        lambda value: any(map(str.isalnum, value)),
    ),
    _label(
        EntityType.PERSON,
        r"(?:(?:customer|client|user|full|first|last|middle|given|family|contact|patient|recipient|sender|card ?holder"
        r"|account ?holder|passenger|guest|employee|participant|legal|maiden) ?name|surname|forename|vorname|nachname"
        r"|apellidos?|pr[ée]nom|card ?holder|account ?holder|passenger|patient)",
        _is_short_text,
    ),
    _label(
        EntityType.BIRTH_DATE,
        r"(?:.* )?(?:dob|date of birth|birth ?date|birth ?day|geburtsdatum|fecha de? ?nacimiento|date de? ?naissance)",
        _has_digits,
    ),
    _label(
        EntityType.NATIONAL_ID,
        r"(?:.* )?(?:ssn|social security(?: number)?|tax id|national id|steuer ?id|nino|dni|nie|nif|bsn|nir|pesel"
        r"|cpf|curp|aadhaar)(?: number)?",
        _has_digits,
    ),
    _label(
        EntityType.DOCUMENT,
        r"(?:.* )?(?:passport|driving licen[cs]e|drivers? licen[cs]e|id card)(?: (?:number|no|id))?",
        _has_digits,
    ),
    _label(
        EntityType.PHONE,
        r"(?:.* )?(?:phone|telephone|tel|mobile|cell|fax|telefon|handy|tel[ée]fono|m[óo]vil)(?: ?(?:number|no))?",
        lambda value: count_digits(value) >= 5 and len(value) <= _LONGEST_ID,  # noqa: PLR2004 - the shortest numbers
    ),
    _label(
        EntityType.CUSTOMER_ID,
        r"user|(?:.* )?(?:user|customer|client|member|patient|account|policy|employee) (?:id|number|no)"
        r"|safety identifier|kundennummer|mitgliedsnummer",
        _is_word,
    ),
    _label(EntityType.VEHICLE, r"(?:.* )?(?:licen[cs]e plate|number plate|vin|kennzeichen|matr[íi]cula)", _has_digits),
    _label(
        EntityType.ADDRESS,
        r"street(?: address)?|(?:home|shipping|billing|postal|delivery|mailing) address|address line ?\d?"
        r"|stra(?:ß|ss)e|calle",
        _is_short_text,
    ),
)  # fmt: skip


@lru_cache(maxsize=4_096)
def _label_of(key: str) -> _Label | None:
    words = " ".join(filter(None, _PIECES.split(key))).casefold()
    return next((label for label in _LABELS if len(words) <= _LONGEST_NAME and label.keys.fullmatch(words)), None)


def find_labelled(value: str, *, key: str, ours: Marks = PLACEHOLDERS) -> Iterator[Found]:
    """The whole value, without what is already masked in it, if its key says what it is."""
    label = _label_of(key) if key else None
    if label is None:
        return
    for start, end in ours.between(value):
        if label.fits(value[start:end]):
            yield Found(label.type, start, end, "key", "the key of the value says what it is")
