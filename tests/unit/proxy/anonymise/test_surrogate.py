import ipaddress
import re

import phonenumbers
import pytest
from stdnum import iban, luhn

from proxy.anonymise.aliases import Aliases, marks_of
from proxy.anonymise.checks import iban_countries
from proxy.anonymise.found import EntityType
from proxy.anonymise.policy import Policy
from proxy.anonymise.surrogate import surrogate

KEY = b"0123456789abcdef"
REALISTIC = Policy(surrogates="realistic")
OURS = marks_of(REALISTIC)
SEEDS = [0, 1, 2**64 - 1, 2**127 + 12345, *(pow(7, n, 2**128) for n in range(40, 90))]

VALUES = {
    EntityType.PERSON: ["Xaver", "Xaver Brandmoor"],
    EntityType.ORGANISATION: ["Acme"],
    EntityType.LOCATION: ["Oslo"],
    EntityType.ADDRESS: ["12 Mill Lane"],
    EntityType.EMAIL: ["zoe@acme.com"],
    EntityType.URL: ["https://acme.com/x"],
    EntityType.PHONE: ["+44 20 7946 0123", "+49 30 23125456", "+33 1 23 45 67 89", "0664 123456", "+852 1234"],
    EntityType.CARD: ["5105 1051 0510 5100"],
    EntityType.IBAN: ["DE89370400440532013000", "gb82 WEST 1234 5698 7654 32"],
    EntityType.IP: ["10.1.2.3", "fe80::1"],
    EntityType.MAC: ["00:1a:2b:3c:4d:5e"],
}


@pytest.mark.parametrize(("type_", "value"), [(kind, value) for kind, values in VALUES.items() for value in values])
def test_every_surrogate_is_known_as_ours_and_depends_on_its_seed(type_: EntityType, value: str) -> None:
    made = [surrogate(type_, value, seed=seed) for seed in SEEDS]
    assert all(one and OURS.spans(one) == [(0, len(one))] for one in made)
    assert len(set(made)) > 20
    assert made == [surrogate(type_, value, seed=seed) for seed in SEEDS]


def test_no_value_of_people_is_taken_for_ours() -> None:
    for value in (one for values in VALUES.values() for one in values if one != "+49 30 23125456"):
        assert not OURS.spans(value)


def test_a_card_and_an_account_carry_valid_check_digits() -> None:
    for seed in SEEDS:
        card = surrogate(EntityType.CARD, "", seed=seed)
        assert card is not None
        assert luhn.is_valid(card)
        for country in iban_countries():
            account = surrogate(EntityType.IBAN, f"{country}00", seed=seed)
            assert account is None or iban.is_valid(account, check_country=False)
            assert account is None or OURS.spans(account) == [(0, len(account))]


def test_a_telephone_number_stays_in_its_country_where_the_country_has_numbers_for_films() -> None:
    for value, region in (("+44 20 7946 0123", 44), ("+49 30 1234567", 49), ("+46 8 123456", 46), ("0664 1234", 1)):
        made = surrogate(EntityType.PHONE, value, seed=99)
        assert made is not None
        assert phonenumbers.parse(made).country_code == region


def test_addresses_of_hosts_are_those_of_documentation() -> None:
    nets = [ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
    for value in ("10.1.2.3", "fe80::1"):
        for seed in SEEDS:
            address = ipaddress.ip_address(surrogate(EntityType.IP, value, seed=seed) or "")
            assert any(address in net for net in nets)


def test_a_type_without_a_safe_range_keeps_its_placeholder() -> None:
    for kind in set(EntityType) - set(VALUES):
        alias = Aliases(KEY, REALISTIC).alias("c", kind, "x1234567")
        assert re.fullmatch(rf"<{kind}_[0-9a-f]{{6}}>", alias)


def test_a_surrogate_is_stable_in_a_conversation_and_unlinkable_beyond_it() -> None:
    value = "zoe@acme.com"
    alias = Aliases(KEY, REALISTIC).alias("c", EntityType.EMAIL, value)
    assert alias == Aliases(KEY, REALISTIC).alias("c", EntityType.EMAIL, value.upper())
    assert alias != Aliases(KEY, REALISTIC).alias("d", EntityType.EMAIL, value)
    assert alias != Aliases(KEY[::-1], REALISTIC).alias("c", EntityType.EMAIL, value)


def test_two_values_of_a_conversation_never_share_a_surrogate() -> None:
    aliases = Aliases(KEY, REALISTIC)
    numbers = [f"+46 8 {number}" for number in range(100_000, 100_150)]
    made = [aliases.alias("c", EntityType.PHONE, number) for number in numbers]
    assert len(set(made)) == len(numbers)
    assert made == [aliases.alias("c", EntityType.PHONE, number) for number in numbers]
