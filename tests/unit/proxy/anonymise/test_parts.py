from typing import Any

import pytest

from proxy.anonymise.parts import Cutter, joined

KEY = b"0123456789abcdef"
BODY: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "a\nb"}, "odd", {"role": "user", "content": "a\nb"}],
    "tools": [{"name": "f"}],
    "input": "text",
    "metadata": {"messages": [1]},
}


@pytest.mark.parametrize("body", [BODY, {}, {"messages": []}, {"messages": {"a": 1}}, {"messages": ["\ud800"]}])
def test_a_request_that_is_cut_and_joined_is_the_same(body: dict[str, Any]) -> None:
    assert joined(part.value for part in Cutter(KEY).cut(body)) == body
    assert list(joined(part.value for part in Cutter(KEY).cut(body))) == list(body)


def test_joining_leaves_the_parts_as_they_are() -> None:
    parts = [part.value for part in Cutter(KEY).cut(BODY)]
    assert joined(parts) == joined(parts) == BODY


def test_a_digest_tells_parts_apart_by_content_list_and_key() -> None:
    first, _, third, tool = Cutter(KEY).cut(BODY)[1:]
    assert first.digest == third.digest
    (other,) = Cutter(KEY).cut({"messages": [{"name": "f"}]})[1:]
    assert other.digest != tool.digest
    assert Cutter(KEY[::-1]).cut(BODY)[1].digest != first.digest


def test_what_cannot_be_encoded_has_no_digest() -> None:
    assert [part.digest for part in Cutter(KEY).cut({"messages": [{"content": "\ud800"}]})[1:]] == [None]
