import json
from urllib.parse import quote

import pytest

from proxy.anonymise.reading import read, readings

TEXT = "zoë@acme.com"


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(TEXT)[1:-1],
        "".join(f"\\u{ord(letter):04x}" for letter in TEXT),
        json.dumps("\\u0040").join(["zoë", "acme.com"]).replace('"', ""),
        quote(TEXT),
        "".join(f"&#{ord(letter)};" for letter in TEXT),
        "".join(f"&#x{ord(letter):X};" for letter in TEXT),
        "zoë&commat;acme&period;com",
        "".join(f"%{byte:02x}" for byte in TEXT.encode()),
    ],
)
def test_an_escaped_text_reads_as_what_it_stands_for_and_leads_back(written: str) -> None:
    before, after = "a b ", " c d"
    *_, decoded = readings(before + written + after)
    assert decoded.text == before + TEXT + after
    start = decoded.text.index(TEXT)
    assert decoded.origin(start, start + len(TEXT)) == (len(before), len(before + written))


def test_a_surrogate_pair_is_one_letter() -> None:
    *_, decoded = readings("\\ud83d\\ude00x")
    assert (decoded.text, decoded.origin(0, 1)) == ("\U0001f600x", (0, 12))


def test_a_text_without_escapes_is_read_once() -> None:
    assert len(list(readings("100 % & more \\n"))) == 1


def test_what_cannot_be_seen_is_not_there() -> None:
    reading = read("4\u200b1")
    assert (reading.text, reading.origin(1, 2)) == ("41", (2, 3))
