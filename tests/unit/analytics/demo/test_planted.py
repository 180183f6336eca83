import ipaddress

import phonenumbers
from stdnum import iban, luhn

from analytics.demo.planted import PlantedKind, planted_pool


def test_every_type_has_distinct_strings() -> None:
    for kind in PlantedKind:
        texts = planted_pool()[kind]
        assert len(set(texts)) == len(texts) >= 20


def test_numbers_carry_right_check_digits_so_that_detectors_must_see_them() -> None:
    pool = planted_pool()
    assert all(iban.is_valid(text) for text in pool[PlantedKind.IBAN])
    assert all(luhn.is_valid(text.replace(" ", "").replace("-", "")) for text in pool[PlantedKind.CARD])
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(text)) for text in pool[PlantedKind.PHONE])
    assert all(ipaddress.ip_address(text).is_private for text in pool[PlantedKind.IP])


def test_mail_addresses_are_of_reserved_domains() -> None:
    assert {text.split("@")[1] for text in planted_pool()[PlantedKind.EMAIL]} <= {
        "example.com",
        "example.org",
        "example.net",
    }
