"""Whether a match is what it looks like: checksums, ranges and plausibility. Pure functions of the match."""

import ipaddress
import math
from collections import Counter
from typing import Final

import phonenumbers
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale

_MIN_SECRET_BITS: Final = 3.6
_SIGN_OFFS: Final = frozenset(
    "Sir Madam All Team Customer Customers Hiring Friend Friends Colleague Colleagues Support Everyone The This It There".split()
)


def is_card(found: str) -> bool:
    """A payment card: an issuer's first digits, 12 to 19 digits, Luhn."""
    digits = "".join(filter(str.isdigit, found))
    if not 12 <= len(digits) <= 19 or digits[0] not in "123456" or len(set(digits)) == 1:  # noqa: PLR2004 - ISO/IEC 7812
        return False
    if digits[0] == "1" and not (digits.startswith("1800") and len(digits) == 15):  # noqa: PLR2004 - JCB's old range
        return False
    if digits[0] == "2" and not (2221 <= int(digits[:4]) <= 2720 or digits.startswith(("2131", "2014", "2149"))):  # noqa: PLR2004 - Mastercard, JCB, enRoute
        return False
    return bool(luhn.is_valid(digits))


def is_iban(found: str) -> bool:
    """An IBAN: mod 97 (the national check digits are left aside, so that a wrong one is still masked)."""
    return bool(iban.is_valid(found.upper(), check_country=False))


def is_ssn(found: str) -> bool:
    """A United States social security number. Source: SSA, randomisation of 2011: no 000, 666; no 00; no 0000."""
    digits = "".join(filter(str.isdigit, found))
    return digits[:3] not in {"000", "666"} and digits[3:5] != "00" and digits[5:] != "0000"


def is_ip(found: str) -> bool:
    """An address of a host; unspecified and loopback addresses name nobody."""
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)


def is_ipv6(found: str) -> bool:
    """An IPv6 address; two colons alone, or a clock time, are none."""
    return found.count(":") >= 2 and any(letter.isalnum() for letter in found) and is_ip(found)  # noqa: PLR2004 - `::`


def is_phone(found: str) -> bool:
    """A phone number with its country: possible by the numbering plan; `00` counts as `+`."""
    number = found.replace("(0)", "")
    number = "+" + number[2:] if number.startswith("00") else number
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def is_local_phone(found: str) -> bool:
    """Digits after a phone cue: 6 to 15 of them, and no date or decimal number."""
    digits = sum(letter.isdigit() for letter in found)
    return 6 <= digits <= 15 and found.count(".") != 1  # noqa: PLR2004 - Source: ITU-T E.164, at most 15


def is_national_id(found: str) -> bool:
    """A Spanish, Italian, French, Brazilian or British personal number, by its check digits where it has some."""
    compact = found.replace(" ", "")
    if len(compact) == 9 and compact[:2].isalpha() and compact[2:8].isdigit():  # noqa: PLR2004 - NINO has no check digit
        return True
    return any(bool(kind.is_valid(compact)) for kind in (dni, nie, codicefiscale, nir, cpf))


def is_secret(found: str) -> bool:
    """A long random token: upper and lower case and digits mixed, high entropy, not hexadecimal."""
    kinds = any(c.isupper() for c in found) + any(c.islower() for c in found) + any(c.isdigit() for c in found)
    return kinds == 3 and _bits(found) >= _MIN_SECRET_BITS  # noqa: PLR2004 - all three kinds


def is_cued_secret(found: str) -> bool:
    """What follows a password cue: something with a digit or sign in it, not a word of the sentence."""
    return not found.startswith("<") and any(not letter.isalpha() for letter in found.rstrip(".!?)"))


def is_name(found: str) -> bool:
    """A name after a cue: not one of the words that letters open with."""
    return found.split(maxsplit=1)[0].strip(",.") not in _SIGN_OFFS


def _bits(found: str) -> float:
    size = len(found)
    return -sum(n / size * math.log2(n / size) for n in Counter(found).values())
