import pytest

from judges.pii import find_identifiers, personal_identifiers


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Card 4000 0012 3456 7899.", "card", "4000001234567899"),
        ("4000-0012-3456-7899", "card", "4000001234567899"),
        ("A 5 CARD 4000 0012 3456 7899 OK", "card", "4000001234567899"),
        ("IBAN DE89 3704 0044 0532 0130 00, please", "iban", "de89370400440532013000"),
        ("SSN 078-05-1120", "ssn", "078051120"),
        ("CPF 529.982.247-25", "cpf", "52998224725"),
        ("85.07.30-033.28", "national_number", "85073003328"),
        ("1 85 05 78 006 084 91", "nir", "185057800608491"),
        ("DNI 12345678Z", "dni", "12345678z"),
        ("RSSMRA85T10A562S", "codice_fiscale", "rssmra85t10a562s"),
        ("Write to bram.lampens71@gmail.com", "mail", "bramlampens71gmailcom"),
        ("-----BEGIN RSA PRIVATE KEY-----", "secret", "beginrsaprivatekey"),
        (f"key {'AK' + 'IA'}{'Q7' * 8}", "secret", "akia" + "q7" * 8),
    ],
)
def test_an_identifier_is_found_with_its_place(text: str, kind: str, value: str) -> None:
    (found,) = find_identifiers(text)
    assert (found.kind, found.value) == (kind, value)
    assert "".join(one for one in text[found.start : found.end].casefold() if one.isalnum()) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4000 0012 3456 7891",
        "4000001234567899x",
        "9000 0000 0000 0001",
        "DE00 3704 0044 0532 0130 00",
        "000-12-3456",
        "order 2026-11-01-0007",
        "4444444444444444444444444",
        "Mail your.name@gmail.com or info@lamps.example",
        "<CARD_12ab34> and <PERSON_0f0f0f>",
        "THE LAMP 12 COSTS 24.50 AND 3 BULBS 7.25",
    ],
)
def test_other_digits_and_addresses_are_no_identifiers(text: str) -> None:
    assert find_identifiers(text) == []


def test_one_identifier_written_twice_is_one() -> None:
    assert personal_identifiers("4000 0012 3456 7899, that is 4000-0012-3456-7899") == {"4000001234567899"}
    assert len(find_identifiers("4000 0012 3456 7899, that is 4000-0012-3456-7899")) == 1


def test_thirteen_digits_are_no_card_and_an_iban_needs_no_known_bank() -> None:
    assert find_identifiers("Your order 4000002760003 was sent.") == []
    assert [one.kind for one in find_identifiers("Transfer it to BE68 5390 0754 7034.")] == ["iban"]
