"""How much is found, and how little where nobody is named: the bounds that the bench's tables are held to."""

import pytest

from proxy.anonymise.detectors import find_all
from proxy.anonymise.found import EntityType
from tests.bench.anonymise import PRESIDIO, STRUCTURED, corpora, findings, recalls
from tests.unit.proxy.anonymise.harmless import CODE, JSON, PROSE, VALUES, values

LEAST_RECALL = 0.98
MOST_CHANCE = {"ids of 12 digits": 0.02, "ids of 16 digits": 0.08}
"""Share of random ids that carry an issuer's first digits and Luhn's check digit; every other kind has none."""

PUBLIC = ("mt_bench", "gsm8k", "ifeval prompts", "bfcl", "bfcl functions")
NAMES_ASIDE = frozenset(EntityType) - {EntityType.PERSON, EntityType.EMAIL, EntityType.URL}
MOST_PER_100_KB = 6.0

FORMS = {
    "a call": "please call me at {} after five",
    "a label": "Name: A\nPhone:\n{}\n\nE-mail: b",
    "a desk": "Mobile: 1\nDesk: {}\nFax: 2",
    "a card of a visitor": "Suite 5\n{} office\n",
    "a registered number": "no message on my registered {}. Why?",
}
NUMBERS = (
    *("555-0148", "415-555-0148", "(415) 555-0148", "415.555.0148x4587", "1-415-555-0148 x12", "001-415-555-0148"),
    *("020 7946 0123", "07700 900123", "+44 (0)20 7946 0123", "+447700900123", "030 23125 456", "+49(0)30 23125456"),
    *("01 99 00 12 34", "01.99.00.12.34", "+33 (0)6 39 98 12 34", "91 234 56 78", "+34 912345678", "06-1234567"),
    *("(02) 5550 1234", "5550 1234", "0412 345 678", "12 34 56 78", "+45 12 34 56 78", "08-465 004 12"),
    *("(11) 91234-5678", "11 1234-5678", "+7 (912) 345-67-89", "8 912 345 67 89", "(40)/575-8117", "04/ 450 52 44"),
    *("5554567890", "081 234 5678", "0812-345678", "21 234 567 8901", "72 345 678", "98765 43210"),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_telephone_number_is_found_however_it_is_written(form: str, number: str) -> None:
    text = FORMS[form].format(number)
    start = FORMS[form].index("{}")
    covered = {at for found in find_all(text) for at in range(found.start, found.end)}
    missing = [at for at, letter in enumerate(number, start) if letter.isalnum() and at not in covered]
    assert missing == []


@pytest.mark.parametrize("text", [*CODE, *PROSE, *JSON])
def test_code_json_and_prose_are_left_alone(text: str) -> None:
    assert find_all(text) == []


@pytest.mark.parametrize("kind", VALUES)
def test_numbers_dates_prices_and_versions_are_left_alone_but_for_chance(kind: str) -> None:
    found = findings(values(kind, count=1_000))
    assert found.total() <= 1_000 * MOST_CHANCE.get(kind, 0)


@pytest.fixture(scope="module")
def public() -> dict[str, list[str]]:
    texts = {name: held for name, held in corpora().items() if name in PUBLIC}
    if not texts:
        pytest.skip("public data is missing: set UNDERSTUDY_DATA to a folder with mt_bench, gsm8k, ifeval and bfcl")
    return texts


def test_questions_of_public_sets_hold_next_to_no_identifiers(public: dict[str, list[str]]) -> None:
    for name, texts in public.items():
        found = sum(count for kind, count in findings(texts).items() if EntityType(kind) in NAMES_ASIDE)
        assert found <= max(2, MOST_PER_100_KB * sum(map(len, texts)) / 100_000), name


@pytest.mark.skipif(not PRESIDIO.exists(), reason=f"{PRESIDIO.name} is missing: set UNDERSTUDY_DATA")
@pytest.mark.parametrize("kind", STRUCTURED)
def test_structured_identifiers_of_the_presidio_data_are_found(kind: str) -> None:
    assert recalls(PRESIDIO, STRUCTURED)[kind].ratio >= LEAST_RECALL
