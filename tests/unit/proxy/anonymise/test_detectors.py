import time

import pytest

from proxy.anonymise.detectors import detectors, find_all
from proxy.anonymise.found import EntityType

FOUND = [
    (EntityType.EMAIL, "write to [john.doe+x@example.co.uk]."),
    (EntityType.EMAIL, "https://example.com/?email=[john%40example.com]&page=1"),
    (EntityType.EMAIL, "mail [j (at) example.com] please"),
    (EntityType.EMAIL, "full width: [ｊｏｈｎ＠ｅｘａｍｐｌｅ．ｃｏｍ]"),  # noqa: RUF001 - the trick under test
    (EntityType.EMAIL, "joined: [jo\u200bhn@exa\u200dmple.com]"),
    (EntityType.CARD, "card [4111 1111 1111 1111], thanks"),
    (EntityType.CARD, "two of 12 [5105-1051-0510-5100] 34"),
    (EntityType.CARD, "amex [3782 822463 10005]"),
    (EntityType.CARD, "[４１１１ １１１１ １１１１ １１１１]"),  # noqa: RUF001 - as above
    (EntityType.CARD, "[4111\u200b1111\u200b1111\u200b1111]"),
    (EntityType.IBAN, "to [DE89 3704 0044 0532 0130 00] please"),
    (EntityType.IBAN, "iban:[gb82west12345698765432]."),
    (EntityType.IP, "from [203.0.113.7]."),
    (EntityType.IP, "addr:[2001:db8::1]: unreachable"),
    (EntityType.MAC, "at [00:1a:2b:3c:4d:5e]"),
    (EntityType.PHONE, "on [+44 20 7946 0123] at 5"),
    (EntityType.PHONE, "[+1 415 555 0110] 12 items"),
    (EntityType.PHONE, "call [+49 (0)30 23125 456]"),
    (EntityType.PHONE, "[0049 30 23125456]"),
    (EntityType.PHONE, "or [(415) 555-2671]"),
    (EntityType.PHONE, "au [06 12 34 56 78]"),
    (EntityType.PHONE, "my number is [555-0123]"),
    (EntityType.NATIONAL_ID, "[078-05-1120]"),
    (EntityType.NATIONAL_ID, "my ssn is [078051120]"),
    (EntityType.NATIONAL_ID, "Steuer-ID [36574261809]"),
    (EntityType.NATIONAL_ID, "[1 84 12 76 451 089 46]"),
    (EntityType.NATIONAL_ID, "con [12345678Z]"),
    (EntityType.NATIONAL_ID, "con [X1234567L]"),
    (EntityType.NATIONAL_ID, "BSN: [111222333]"),
    (EntityType.NATIONAL_ID, "CF [RSSMRA85T10A562S]"),
    (EntityType.NATIONAL_ID, "NI [AB 12 34 56 C]"),
    (EntityType.BIRTH_DATE, "born on [3 March 1980]"),
    (EntityType.BIRTH_DATE, "DOB: [03/04/1980]"),
    (EntityType.BIRTH_DATE, "geboren am [3. März 1980]"),
    (EntityType.BIRTH_DATE, "née le [3 mars 1980]"),
    (EntityType.BIRTH_DATE, "nacido el [3 de marzo de 1980]"),
    (EntityType.DOCUMENT, "passport number [C01X00T47]"),
    (EntityType.VEHICLE, "Kennzeichen [B-AB 1234]"),
    (EntityType.VEHICLE, "VIN [1HGCM82633A004352]"),
    (EntityType.CUSTOMER_ID, "customer id [998877]"),
    (EntityType.SECRET, "use [sk-abcdefghijklmnopqrst]"),
    (EntityType.SECRET, "[ghp_a1b2c3d4e5f6a1b2c3d4e5f6]"),
    (EntityType.SECRET, "[AKIAIOSFODNN7EXAMPLE]"),
    (EntityType.SECRET, "Authorization: Bearer [abc123def456]"),
    (EntityType.SECRET, "[eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcDEF123_-x]"),
    (EntityType.SECRET, "password: [hunter2!]"),
    (EntityType.SECRET, "my password is [swordfish]"),
    (EntityType.SECRET, "API_KEY=[a8f5f167f44f4964e6c998dee827110c]"),
    (EntityType.SECRET, "https://[bob:s3cret]@example.com/"),
    (EntityType.SECRET, "https://example.com/?token=[abcdef]&page=2"),
    (EntityType.SECRET, "[-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----]"),
    (EntityType.FILE, "see [data:image/png;base64,iVBORw0KGgo=]"),
    (EntityType.PHONE, "Fax: [345-899-3560x4587]"),
    (EntityType.PHONE, "[(415) 555-2671 ext. 12], please"),
    (EntityType.PHONE, "+1 or [001-212-555-0148] then"),
    (EntityType.PHONE, "Phone:\n[467 3395]\n"),
    (EntityType.PHONE, "they never answer at [374 780 163]"),
    (EntityType.PHONE, "text me on [9472 7916] tonight"),
    (EntityType.PHONE, "on my registered [668 5702]."),
    (EntityType.PHONE, "[781 1704] office\n"),
    (EntityType.PHONE, "[(71) 4233-6306]"),
    (EntityType.PHONE, "[71-33-52-22]"),
    (EntityType.PHONE, "“phone”: [467 3395]"),
    (EntityType.CARD, "my credit card [4111 1111 1111 1112] is lost"),
    (EntityType.IBAN, "IBAN: [DE88370400440532013000]"),
    (EntityType.URL, "see [https://www.velmora-shop.se/about?x=1]."),
    (EntityType.URL, "at [www.velmora-shop.se], thanks"),
    (EntityType.SECRET, "[https://bob:s3cret@velmora-shop.se/x]"),
    (EntityType.POSTCODE, "my zip code is [35350]"),
    (EntityType.POSTCODE, "Postcode: [SW1A 1AA]"),
    (EntityType.ADDRESS, "I live at [12 Old Mill Lane, Apt. 4], thanks"),
    (EntityType.ADDRESS, "Lieferung: [Musterstraße 12a] bitte"),
    (EntityType.ADDRESS, "via posta: [Via Garibaldi 12] grazie"),
    (EntityType.ADDRESS, "write to [P.O. Box 1234] now"),
    (EntityType.EMAIL, 'cut off: {"to": "[zoe\\u0040example.com]'),
    (EntityType.EMAIL, "mail [zoe&#64;example&#46;com]"),
    (EntityType.EMAIL, "?to=[%7A%6F%65%40example%2Ecom]"),
    (EntityType.CARD, "card [4%3111%201111%201111%201111]"),
]

KEPT = [
    "I ordered 12 items for 1,234.56 euros on 2024-01-15 at 12:30:45.",
    "version 1.2.3.4, v2.0.1.7 and python==3.13.0",
    "order number 123456789 and LF-4821",
    "in total 1 234 567 890 units, 1.000.000.000 more",
    "timestamps 1700000000, 1700000000000 and 1700000000000000",
    "x[1::2] + a[-1]; std::vector<int> a::b",
    "npm install lodash@4.17.21; icon@2x.png; git@github.com:org/repo.git; @app.route('/x')",
    "password: required; password = get_password(); api_key=os.environ['KEY']; token: string",
    "max_tokens: 4096, key=value, sort_key: created_at",
    "sha 9b74c9897bac770ffc029102a200c5de 550e8400-e29b-41d4-a716-446655440000",
    "ISBN 978-3-16-148410-0 or 0-7645-2641-3",
    "3.1415926535897932 and 0.4111111111111111",
    "call me at 5 pm about the phone 15 pro max",
    "127.0.0.1:8080, ::1 and 0.0.0.0 with 255.255.255.0",
    "born in 1980, 12.03.2024 - 14.03.2024",
    "https://example.com/a?page=2&sort=price&id=12345",
    "SELECT * FROM t WHERE id = 123456789; for i in range(10_000_000):",
    "May I pass 12345 to you? The passport application takes 12345 minutes.",
    "4111 1111 1111 1112 and DE88 3704 0044 0532 0130 00",
    "https://github.com/org/repo/issues/12345 and https://docs.python.org/3.13/library/re.html#re.compile",
    "gpt-4o-2024-08-06, claude-3-5-sonnet-20241022, meta-llama/Llama-3.1-8B-Instruct, qwen2.5-72b-instruct-awq",
    "$1,299.00, 1.299,00 €, USD 12000, 3 for 2, 50 % off, 12-14 pm, 09:00-17:30",
    "the cell B12345678 of sheet 3; line 1234567 of 2000000; office hours 09.00-17.00",
    "call sleep(1000000) on 2024-01-15; reach 1000000 users; text at 12pt on 12/05/2024",
    '{"id": "550e8400-e29b-41d4-a716-446655440000", "created": 1700000000, "score": 0.123456789}',
    "RFC 5321 section-4.5.3.1; 10 Gbit/s; 1e-10; 0xDEADBEEF; #ff8800; 192x108",
    "from 1990-2005; pages 100-120; 2020-2024; 1234-5678-90 is a part number",
    "def f(x: int = 1_000_000) -> str: return f'{x:>10}'  # noqa: E501",
    "Apartment 5 is bigger than suite 7; unit 3 of the course; a box of 12",
    "the post office; home work; a line of text; mobile phones; main street",
    "100% &amp; 5%20off \\u00e9 &nbsp; %d items",
]

HOSTILE = [
    "a", "1", "@", "<", "1 ", "4 ", "41 ", "+1 ", "06 12 34 56 78 ", "-eyJ", "eyJa.", "-----BEGIN PRIVATE KEY-----",
    "http://a:", "data:a;base64,", "my name is ", "Dear Mr ", "Xa ", "token: a1b2c3d4e5f6 ", "DE89 ", "1.1.1.1 ", "a:",
    "%40", "@a", "a@a.", "<EMAIL_aaaaaa>", "[", '{"', "\\", "\u200b", "１", "e\u0301", "born on 1 ", "aA1/",  # noqa: RUF001
]  # fmt: skip


@pytest.mark.parametrize(("type_", "marked"), FOUND, ids=[marked for _, marked in FOUND])
def test_an_identifier_is_found_where_it_stands(type_: EntityType, marked: str) -> None:
    start, end = marked.index("["), marked.index("]") - 1
    found = find_all(marked.replace("[", "", 1).replace("]", "", 1))
    assert [(one.type, one.start, one.end) for one in found] == [(type_, start, end)]


@pytest.mark.parametrize("text", [*KEPT, *(marked for _, marked in FOUND)])
def test_what_a_detector_is_not_shown_holds_nothing_for_it(text: str) -> None:
    plain = text.replace("[", "", 1).replace("]", "", 1)
    covered = {at for found in find_all(plain) for at in range(found.start, found.end)}
    for detector in detectors():
        for span in detector.find(plain) if plain.isascii() else ():
            assert covered >= set(range(span.start, span.end)), detector.name


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_identifier_stays(text: str) -> None:
    assert find_all(text) == []


def test_a_finding_says_why_and_holds_no_text() -> None:
    (found,) = find_all("card 4111 1111 1111 1111")
    assert (found.detector, found.reason) == ("card", "Luhn checksum holds")
    assert "4111" not in repr(found)


def test_overlapping_findings_cover_everything_that_either_found() -> None:
    text = "key=sk-abcdefghijklmnop@example.com"
    (found,) = find_all(text)
    assert (found.type, text[found.start : found.end]) == (EntityType.SECRET, text.removeprefix("key="))


def test_nothing_inside_a_placeholder_is_looked_at() -> None:
    assert find_all("<EMAIL_3f9a1c> <CARD_123456> my name is <PERSON_abcdef>") == []


def test_base64_of_some_length_is_a_file_and_a_long_path_is_none() -> None:
    (found,) = find_all(
        "iVBORw0KGgoAAAANSUhEUgAAAAUBCAYAAACNbyblAAAAHElEQVQI12P4r8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwP" * 3
    )
    assert found.type is EntityType.FILE
    assert find_all("src/main/java/org/example/project/module/Component2/" * 5) == []


@pytest.mark.timeout(10)
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    started = time.perf_counter()
    find_all(text)
    assert time.perf_counter() - started < 5
