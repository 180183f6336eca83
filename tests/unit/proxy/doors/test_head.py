from collections.abc import AsyncIterator

import pytest

from proxy.doors.gateway import head
from proxy.doors.gateway.head import after, model_of, read_head


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"model": "llama", "messages": []}', "llama"),
        (b'{"messages": [{"content": "\\"model\\": \\"x\\""}], "metadata": {"model": "y"}, "model": "llama"}', "llama"),
        (b'{"messages": []}', ""),
        (b'{"model": 5}', ""),
        (b'{"model": "ll', ""),
        (b"[]", ""),
        (b"\xff\xfe", ""),
        (b"", ""),
    ],
)
def test_only_the_body_s_own_model_counts(body: bytes, expected: str) -> None:
    assert model_of(body) == expected


async def _body(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_body_comes_out_as_it_went_in() -> None:
    body = _body(b"a", b"b", b"c")
    held = await read_head(body)
    assert held == [b"a", b"b", b"c"]
    assert [data async for data in after(held, body)] == [b"a", b"b", b"c"]


async def test_beyond_the_bound_the_rest_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "HELD_BYTES", 1)
    body = _body(b"a", b"b", b"c")
    held = await read_head(body)
    assert held == [b"a", b"b"]
    assert [data async for data in after(held, body)] == [b"a", b"b", b"c"]
