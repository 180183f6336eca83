from typing import Any

import pytest

from proxy.exchange import Shape
from proxy.sampling.stratum import stratum_of
from tests.records import exchange


def _asked(text: str, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **fields}


def test_shape_language_and_tenant_are_the_records_own() -> None:
    found = stratum_of(exchange(shape=Shape.MESSAGES, language="de", tenant="acme", request=_asked("hallo")))
    assert (found.shape, found.language, found.tenant) == (Shape.MESSAGES, "de", "acme")


@pytest.mark.parametrize(("characters", "bucket"), [(0, 0), (255, 0), (256, 1), (16_383, 3), (65_536, 5), (999_999, 5)])
def test_the_length_bucket_counts_characters_of_the_messages(characters: int, bucket: int) -> None:
    assert stratum_of(exchange(request=_asked("x" * characters))).length_bucket == bucket


def test_tools_count_in_either_spelling_and_an_empty_list_is_none() -> None:
    assert stratum_of(exchange(request=_asked("q", tools=[{"type": "function"}]))).has_tools
    assert stratum_of(exchange(request=_asked("q", functions=[{"name": "f"}]))).has_tools
    assert not stratum_of(exchange(request=_asked("q", tools=[]))).has_tools


@pytest.mark.parametrize("shape", list(Shape))
def test_a_body_of_wrong_types_has_a_stratum_all_the_same(shape: Shape) -> None:
    strange = {"messages": 7, "prompt": [1, 2], "input": {"a": None}, "tools": 0, "system": [None]}
    assert stratum_of(exchange(shape=shape, request=strange)).length_bucket == 0
