import base64
import json
import time
from urllib.parse import quote, quote_plus

import pytest

from analytics.demo.planted import Planted, PlantedKind, planted_pool
from analytics.demo.scan import Form, find_planted

ALL = tuple(Planted(kind, text) for kind, texts in planted_pool().items() for text in texts)
CARD = Planted(PlantedKind.CARD, "4000 0012 3456 7899")
NAME = Planted(PlantedKind.NAME, "Zoë Brandmoor")


def test_a_clean_haystack_gives_no_hit() -> None:
    assert find_planted([b"", "nothing to see", b"\xff\xfe", '{"content": "mail <EMAIL_1a2b>"}'], ALL) == []


@pytest.mark.parametrize("piece", ALL[::7], ids=lambda piece: piece.kind)
@pytest.mark.parametrize("offset", range(4))
def test_every_way_of_writing_is_found(piece: Planted, offset: int) -> None:
    written = [
        piece.text,
        piece.text.upper(),
        json.dumps({"text": piece.text}),
        json.dumps(json.dumps({"text": piece.text})),
        quote(piece.text, safe=""),
        quote_plus(piece.text),
        piece.text.replace(" ", "").replace("-", ""),
        base64.b64encode(b"x" * offset + piece.text.encode() + b" tail").decode(),
        base64.urlsafe_b64encode(b"x" * offset + piece.text.encode()).decode(),
    ]
    assert [hit.haystack for hit in find_planted(written, [piece])] == list(range(len(written)))


def test_json_escapes_of_letters_outside_ascii_are_found() -> None:
    hits = find_planted([json.dumps(NAME.text).encode()], [NAME])
    assert [(hit.planted, hit.form) for hit in hits] == [(NAME, Form.JSON)]


def test_other_separators_do_not_hide_a_number() -> None:
    assert [hit.form for hit in find_planted(["4000-0012-3456-7899", "4000001234567899"], [CARD])] == [
        Form.STRIPPED,
        Form.STRIPPED,
    ]


def test_a_string_is_reported_once_a_haystack() -> None:
    assert len(find_planted([f"{CARD.text} and {CARD.text} and 4000001234567899"], [CARD])) == 1


def test_part_of_a_string_is_no_hit() -> None:
    assert find_planted([CARD.text[:-1], "7899"], [CARD]) == []


def test_the_demo_is_scanned_within_seconds() -> None:
    haystacks = [b'{"text": "the delivery of two parcels costs ten euros in all"}' * 30] * 500
    started = time.perf_counter()
    find_planted(haystacks, ALL)
    assert time.perf_counter() - started < 10
