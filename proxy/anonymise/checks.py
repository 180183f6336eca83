"""Whether a match is what it looks like: checksums, ranges and plausibility. Pure functions of the match."""

import ipaddress
import math
import re
from collections import Counter
from functools import cache
from typing import Any, Final

import phonenumbers
from stdnum import isbn, luhn
from stdnum.iso7064 import mod_97_10

_REGIONS: Final = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "AT", "CH", "BE", "PT", "BR", "IN", "AU")
_LOOKED_AT: Final = 4_096


def _lengths(text: str) -> dict[str, int]:
    return {code[:2]: int(code[2:]) for code in text.split()}


# Source: the IBAN registry of ISO 13616, total length by country.
_IBAN_LENGTHS: Final = _lengths(
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 "
    "DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 "
    "IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 "
    "MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 "
    "SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)


def iban_length(country: str) -> int | None:
    """Characters of an IBAN of the country, or None where there are none."""
    return _IBAN_LENGTHS.get(country.upper())


def iban_countries() -> frozenset[str]:
    """Countries that have IBANs, as two letters."""
    return frozenset(_IBAN_LENGTHS)


def is_iban(found: str) -> bool:
    """Mod 97 holds; the national check digits are left aside, so that a number with a wrong one is still masked."""
    return bool(mod_97_10.is_valid(found[4:] + found[:4]))


_ISSUED: Final = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|35\d{14}(?:\d{3})?"
    r"|3(?:[689]\d|0[0-5])\d{11,16}|(?:50|5[6-9]|6\d)\d{10,17}|(?:2131|1800)\d{11}"
)
"""Prefixes and lengths that issuers use: Visa, Mastercard, American Express, JCB, Diners Club, Maestro and others."""


def is_card(digits: str) -> bool:
    """An issuer's first digits, a length that this issuer uses, and Luhn.

    Source: ISO/IEC 7812-1 for the check digit; the issuers' published ranges for prefix and length.
    """
    return _ISSUED.fullmatch(digits) is not None and bool(luhn.is_valid(digits))


def is_ssn(found: str) -> bool:
    """No area 000 or 666, no group 00, no serial 0000. Source: SSA, randomisation of 2011; area 9xx is an ITIN."""
    digits = "".join(filter(str.isdigit, found))
    return digits[:3] not in {"000", "666"} and digits[3:5] != "00" and digits[5:] != "0000"


def is_nino(found: str) -> bool:
    """No prefix that HMRC never gives. Source: HMRC manual NIM39110."""
    prefix = found[:2].upper()
    return not (set(prefix) & set("DFIQUV") or prefix[1] == "O" or prefix in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})


def is_ip(found: str) -> bool:
    """An address of a host: loopback, unspecified and netmask addresses name nobody."""
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or found.startswith(("0.", "255.")))


def is_ipv6(found: str) -> bool:
    """An address with a group of three hex digits or more: a clock time or the slice `a[1::2]` is none."""
    return any(len(group) > 2 for group in found.split(":")) and is_ip(found)  # noqa: PLR2004 - as said


def is_international_phone(found: str) -> bool:
    """A number with its country, as long as that country's numbers are; `00` counts only if the number is in use."""
    if is_date(found):
        return False
    digits = "".join(filter(str.isdigit, found.replace("(0)", "")))
    if found.startswith("00"):
        try:
            return phonenumbers.is_valid_number(phonenumbers.parse("+" + digits[2:]))
        except phonenumbers.NumberParseException:
            return False
    country = next((digits[:size] for size in (1, 2, 3) if int(digits[:size]) in _COUNTRY_CODES), None)
    return country is not None and len(digits.removeprefix(country).removeprefix("0")) in _lengths_of(int(country))


_COUNTRY_CODES: Final = phonenumbers.COUNTRY_CODE_TO_REGION_CODE


@cache
def _lengths_of(country_code: int) -> frozenset[int]:
    """How many digits numbers of a country have behind its code."""
    rules = [_metadata(country_code, region).general_desc for region in _COUNTRY_CODES[country_code]]
    return frozenset(size for rule in rules for size in (*rule.possible_length, *rule.possible_length_local_only))


def _metadata(country_code: int, region: str) -> Any:  # noqa: ANN401 - the library has no type for it
    return phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)


_DATE: Final = re.compile(
    r"\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d\d)(?: \d\d?)?"
    r"|\+?(?:19|20)\d\d([./ -]?)(?:0[1-9]|1[0-2])\2(?:[0-2]\d|3[01])(?:[ T]?\d{1,6})?"
)
_HOURS: Final = re.compile(r"[0-2]?\d[.:][0-5]\d ?[/-] ?[0-2]?\d[.:][0-5]\d|(?:19|20)\d\d ?[/-] ?(?:19|20)\d\d")
_AMOUNT: Final = re.compile(r"\d+000|\d{1,3}(?:[ .]\d{3})*[ .]000|(?:0|[1-9]\d*)[.]\d+")


def is_date(found: str) -> bool:
    """A date in figures, in either order."""
    return _DATE.fullmatch(found) is not None


def is_dialled(found: str) -> bool:
    """A number that one could dial: no date, no hours or years from and to, no round amount and no decimal."""
    return not (is_date(found) or _HOURS.fullmatch(found) or _AMOUNT.fullmatch(found))


def is_national_phone(found: str) -> bool:
    """A number in use in one of some dozen countries; dates and ISBNs are none."""
    digits = "".join(filter(str.isdigit, found))
    if len(digits) < 9 or isbn.is_valid(digits):  # noqa: PLR2004 -- with its area code none is shorter
        return False
    dialled = {"": digits, "0": digits[1:]} if digits.startswith("0") else {"": digits}
    return any(_in_use(prefix).fullmatch(number) for prefix, number in dialled.items())


@cache
def _in_use(prefix: str) -> re.Pattern[str]:
    """Numbers that the plans of our regions give out; with the prefix 0, of those where calls within begin with it."""
    plans = [_metadata(phonenumbers.country_code_for_region(region), region) for region in _REGIONS]
    wanted = [plan for plan in plans if not prefix or plan.national_prefix == prefix]
    return re.compile("|".join(f"(?:{plan.general_desc.national_number_pattern})" for plan in wanted))


def is_mixed(found: str, *, size: int, bits: float) -> bool:
    """A token nobody would write by hand: long enough, letters and digits mixed, `bits` of entropy a character."""
    seen = found[:_LOOKED_AT]
    mixed = any(map(str.isdigit, seen)) and any(map(str.isalpha, seen))
    return len(found) >= size and mixed and entropy_bits(seen) >= bits


def is_base64(found: str) -> bool:
    """Bytes in base64: both cases and digits, spread as evenly as only packed bytes are."""
    seen = found[:_LOOKED_AT]
    return any(map(str.isupper, seen)) and any(map(str.islower, seen)) and is_mixed(found, size=200, bits=4.6)


def entropy_bits(found: str) -> float:
    """Shannon entropy of a character, bits."""
    return -sum(n / len(found) * math.log2(n / len(found)) for n in Counter(found).values())


def count_digits(found: str) -> int:
    """How many digits a match has."""
    return sum(map(str.isdigit, found))
