"""Realistic surrogates: values of the same form that nobody has, and by which they are known again.

Each lies in a range that is set apart for examples or that no register can hold, so that one who knows no key can tell
them from real values, and masking them again changes nothing. Types without such a range keep their placeholders.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import phonenumbers
from stdnum import iban, luhn, numdb

from proxy.anonymise.checks import iban_countries
from proxy.anonymise.found import EntityType


def _words(text: str) -> list[str]:
    return text.split()


_GIVEN: Final = _words(
    "Alba Bram Carla Dario Edda Finn Greta Hugo Ines Jonas Kira Leon Mara Nils "
    " Olga Pavel Rosa Sven Tara Ugo Vera Wim Yara Zeno"
)
_HEADS: Final = _words(
    "Velm Ostr Quil Brisk Tarn Orbl Fenn Gald Hesp Jorv Kelt Lund Mirv Nord "
    "Pell Rusk Skel Thess Ulv Vand Wex Yarl Zeph Drav"
)
_TAILS: Final = _words("orrin avane ellow imund odrey ussel astry enbeck ivaro ulmon erith oswen")
_NAME: Final = rf"(?:{'|'.join(_HEADS)})(?:{'|'.join(_TAILS)})"
"""Family names of no language: two parts that are never joined so."""

_FICTIONAL: Final[Mapping[int, tuple[str, int]]] = {
    1: ("+1 {area} 555 01{number:02}", 100),
    33: ("+33 6 39 98 {number:04}", 10_000),
    44: ("+44 7700 900{number:03}", 1_000),
    46: ("+46 8 465 004 {number:02}", 100),
    49: ("+49 30 23125 {number:03}", 1_000),
    61: ("+61 2 5550 {number:04}", 10_000),
}
"""Numbers for films and books. Source: NANPA (555-0100 to 0199), ARCEP decision 2018-0881, Ofcom, PTS, BNetzA, ACMA."""

_OTHERS: Final = 1
_NETS: Final = ("192.0.2", "198.51.100", "203.0.113")
"""Source: RFC 5737."""


def surrogate(type_: EntityType, value: str, *, seed: int) -> str | None:
    """A value of the same form, or None if the type has none that could not be real.

    Args:
        seed: A number below 2**128; the same one gives the same surrogate.
    """
    make = _MAKERS.get(type_)
    return make(value, seed) if make is not None else None


def _family(seed: int) -> str:
    seed, tail = divmod(seed, len(_TAILS))
    return _HEADS[seed % len(_HEADS)] + _TAILS[tail]


def _given(seed: int) -> str:
    return _GIVEN[(seed >> 64) % len(_GIVEN)]


def _person(value: str, seed: int) -> str:
    return f"{_given(seed)} {_family(seed)}" if len(value.split()) > 1 else _family(seed)


def _email(value: str, seed: int) -> str:  # noqa: ARG001 - all makers have one form
    domain = ("com", "net", "org")[(seed >> 96) % 3]
    return f"{_given(seed)}.{_family(seed)}{(seed >> 32) % 1_000}@example.{domain}".lower()


def _url(value: str, seed: int) -> str:  # noqa: ARG001 - as above
    return f"https://{_family(seed)}-{(seed >> 32) % 1_000}.example".lower()


def _phone(value: str, seed: int) -> str:
    layout, size = _FICTIONAL.get(_country_code(value), _FICTIONAL[_OTHERS])
    return layout.format(number=seed % size, area=200 + (seed >> 64) % 800)


def _country_code(value: str) -> int:
    try:
        return phonenumbers.parse(value).country_code or _OTHERS
    except phonenumbers.NumberParseException:
        return _OTHERS


def _card(value: str, seed: int) -> str:  # noqa: ARG001 - as above
    digits = f"400000{seed % 10**9:09}"
    return digits + str(luhn.calc_check_digit(digits))


def _iban(value: str, seed: int) -> str | None:
    country = value[:2].upper()
    kinds = _bban(country)
    if not kinds:
        return None
    for at in range(4, len(kinds)):  # what follows the bank
        seed, number = divmod(seed, 26 if kinds[at] == "a" else 10)
        kinds[at] = chr(65 + number) if kinds[at] == "a" else str(number)
    account = _impossible_bank(country) + "".join(kinds[4:])
    return f"{country}{iban.calc_check_digits(f'{country}00{account}')}{account}"


def _bban(country: str) -> list[str]:
    """The kind of each character behind the check digits: `a` for letters, else `n`; empty where there are no IBANs."""
    info = _IBANS.info(country)[0][1] if country in iban_countries() else {}
    runs = re.findall(r"(\d+)!([nac])", info.get("bban", ""))
    return [("a" if kind == "a" else "n") for size, kind in runs for _ in range(int(size))]


def _impossible_bank(country: str) -> str:
    """The first four characters of an account at a bank that no register has."""
    return "".join("Q" if kind == "a" else "9" for kind in _bban(country)[:4])


_IBANS: Final = numdb.get("iban")


def _ip(value: str, seed: int) -> str:
    if ":" in value:
        return f"2001:db8::{seed % 65_535 + 1:x}:{(seed >> 16) % 65_535 + 1:x}"
    seed, net = divmod(seed, len(_NETS))
    return f"{_NETS[net]}.{seed % 254 + 1}"


def _mac(value: str, seed: int) -> str:  # noqa: ARG001 - as above
    return f"00:00:5e:00:53:{seed % 256:02x}"


_MAKERS: Final[Mapping[EntityType, Callable[[str, int], str | None]]] = {
    EntityType.PERSON: _person,
    EntityType.ORGANISATION: lambda _, seed: f"{_family(seed)} Group",
    EntityType.LOCATION: lambda _, seed: f"Port {_family(seed)}",
    EntityType.ADDRESS: lambda _, seed: f"{_family(seed)} Street",
    EntityType.EMAIL: _email,
    EntityType.URL: _url,
    EntityType.PHONE: _phone,
    EntityType.CARD: _card,
    EntityType.IBAN: _iban,
    EntityType.IP: _ip,
    EntityType.MAC: _mac,
}


SIGNS: Final = (
    *_TAILS,
    *("+1 ", "+33 6 39 98 ", "+44 7700 900", "+46 8 465 004 ", "+49 30 23125 ", "+61 2 5550 ", "400000"),
    *(f"{net}." for net in _NETS),
    *("2001:db8::", "00:00:5e:00:53:"),
    *sorted({_impossible_bank(country) for country in iban_countries()} - {""}),
)
"""Strings one of which every surrogate has."""


@cache
def surrogates() -> str:
    """What any surrogate looks like, as a pattern; a real value never does."""
    given, name = "|".join(_GIVEN), _NAME
    return "|".join((
        rf"(?:{given.lower()})\.(?:{name.lower()})\d{{1,3}}@example\.(?:com|net|org)",
        rf"https://(?:{name.lower()})-\d{{1,3}}\.example",
        rf"(?:(?:{given}|Port) )?{name}(?: (?:Group|Street))?",
        r"\+1 [2-9]\d\d 555 01\d\d|\+33 6 39 98 \d{4}|\+44 7700 900\d{3}|\+46 8 465 004 \d\d|\+49 30 23125 \d{3}",
        r"\+61 2 5550 \d{4}|400000\d{10}",
        r"192\.0\.2\.\d{1,3}|198\.51\.100\.\d{1,3}|203\.0\.113\.\d{1,3}|2001:db8::[0-9a-f]{1,4}:[0-9a-f]{1,4}",
        r"00:00:5e:00:53:[0-9a-f]{2}",
        "|".join(filter(None, map(_iban_pattern, sorted(iban_countries())))),
    ))  # fmt: skip


def _iban_pattern(country: str) -> str:
    kinds = _bban(country)
    rest = "".join("[A-Z]" if kind == "a" else r"\d" for kind in kinds[4:])
    return rf"{country}\d\d{_impossible_bank(country)}{rest}" if kinds else ""
