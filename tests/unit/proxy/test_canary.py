from typing import Any

import pytest

from proxy.canary import CANARY_CATEGORY, CANARY_HEADER, CANARY_SUITE, is_canary, mark_of, marked, nonce_of
from proxy.exchange import RawExchange
from tests.records import NOON, exchange, raw_exchange

_KEY = b"0123456789abcdef"
_NONCE = "5" * 32
_BODY = raw_exchange().body
_AT = NOON.timestamp()


def _raw(mark: str, **changes: Any) -> RawExchange:
    return raw_exchange(headers=((CANARY_HEADER, mark),), **changes)


def _mark(*, at: float = _AT, key: bytes = _KEY) -> str:
    return mark_of(_BODY, nonce=_NONCE, at=at, key=key)


def test_a_mark_of_the_key_is_known_again() -> None:
    assert nonce_of(_raw(_mark()), key=_KEY) == _NONCE


def test_a_marked_exchange_becomes_a_canary_and_nothing_else_of_it_changes() -> None:
    found = marked(exchange(), _raw(_mark()), key=_KEY)
    assert is_canary(found)
    assert (found.suite, found.category, found.example_id) == (CANARY_SUITE, CANARY_CATEGORY, _NONCE)
    assert found.model_copy(update={"suite": "", "category": "chat", "example_id": ""}) == exchange()


def test_an_exchange_without_a_mark_stays_as_it_is() -> None:
    assert marked(exchange(), raw_exchange(), key=_KEY) == exchange()


@pytest.mark.parametrize(
    "mark",
    [
        _mark(key=b"another key of 16"),
        _mark(at=_AT - 301),
        _mark(at=_AT + 301),
        _mark().replace(_NONCE, "6" * 32),
        _mark()[:-1] + ("0" if _mark()[-1] != "0" else "1"),
        _mark().upper(),
        f"{int(_AT)}.{_NONCE}.",
        "",
        "é.é.é",
        "9" * 5_000,
    ],
)
def test_a_mark_that_is_forged_stale_or_malformed_is_none(mark: str) -> None:
    assert nonce_of(_raw(mark), key=_KEY) is None


def test_a_mark_that_somebody_saw_is_worth_nothing_for_another_body() -> None:
    assert nonce_of(_raw(_mark(), body=b'{"model": "m"}'), key=_KEY) is None


def test_two_marks_are_none() -> None:
    twice = raw_exchange(headers=((CANARY_HEADER, _mark()), (CANARY_HEADER, _mark())))
    assert nonce_of(twice, key=_KEY) is None
