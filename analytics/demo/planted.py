"""The personal data that the demo plants in its traffic, by type, so that it can search for every piece afterwards.

All of it is invented: e-mail addresses of reserved domains, telephone numbers set aside for fiction, addresses of
documentation networks, and card and account numbers that carry right check digits but belong to nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from random import Random

from stdnum import iban, luhn

_SEED = 20_260_901
_EACH = 24

_GIVEN = ("Xaver", "Odalys", "Thorvald", "Ysolde", "Casimir", "Leocadia", "Wendelin", "Fiorella")
_FAMILY = ("Brandmoor", "Quellhaus", "Ashgrove", "Montesclaro", "Vinterholm", "Delacroute", "Harrowfell", "Zaldibarra")
_DOMAINS = ("example.com", "example.org", "example.net")


class PlantedKind(StrEnum):
    """The types of personal data that are planted."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    IP = "ip"


@dataclass(frozen=True, slots=True)
class Planted:
    """One piece of planted personal data, as it is written in the traffic."""

    kind: PlantedKind
    text: str


@cache
def planted_pool() -> dict[PlantedKind, tuple[str, ...]]:
    """Every string that may be planted, by type; the same in every process."""
    rng = Random(_SEED)  # noqa: S311 -- the same invented data each time is the point, not secrecy
    names = tuple(f"{given} {family}" for given in _GIVEN for family in rng.sample(_FAMILY, k=3))
    return {
        PlantedKind.NAME: names,
        PlantedKind.EMAIL: tuple(f"{name.lower().replace(' ', '.')}@{rng.choice(_DOMAINS)}" for name in names),
        PlantedKind.PHONE: _distinct(_phone, rng),
        PlantedKind.CARD: _distinct(_card, rng),
        PlantedKind.IBAN: _distinct(_iban, rng),
        PlantedKind.IP: _distinct(_ip, rng),
    }


def _distinct(draw: Callable[[Random], str], rng: Random) -> tuple[str, ...]:
    texts: dict[str, None] = {}
    while len(texts) < _EACH:
        texts[draw(rng)] = None
    return tuple(texts)


def _ip(rng: Random) -> str:
    # Source: RFC 5737, networks for documentation.
    return f"{rng.choice(('203.0.113', '198.51.100'))}.{rng.randint(100, 254)}"


def _phone(rng: Random) -> str:
    # Source: Ofcom numbers for drama; Bundesnetzagentur Vfg. 148/2021; NANP 555-0100 to 555-0199.
    forms = (
        f"+44 20 7946 0{rng.randint(100, 999)}",
        f"+49 30 23125 {rng.randint(100, 999)}",
        f"+1 415 555 01{rng.randint(10, 99)}",
    )
    return rng.choice(forms)


def _card(rng: Random) -> str:
    digits = rng.choice(("400000", "510510")) + f"{rng.randint(0, 10**9 - 1):09d}"
    digits += luhn.calc_check_digit(digits)
    separator = rng.choice((" ", "-", ""))
    return separator.join(digits[i : i + 4] for i in range(0, 16, 4))


def _iban(rng: Random) -> str:
    country, account = rng.choice(("DE", "AT")), rng.randint(10**9, 10**10 - 1)
    body = f"50010517{account}" if country == "DE" else f"20111{account}0"
    number = f"{country}{iban.calc_check_digits(f'{country}00{body}')}{body}"
    return iban.format(number) if rng.choice((True, False)) else number
