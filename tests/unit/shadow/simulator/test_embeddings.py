import base64
import math
from array import array

import pytest

from shadow.simulator.embeddings import embeddings_body, read_inputs, unit_vector


def test_vectors_have_length_one_and_depend_on_the_text_alone() -> None:
    vector = unit_vector("a text", dimensions=384)
    assert len(vector) == 384
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-5)
    assert vector == unit_vector("a text", dimensions=384)
    assert abs(sum(a * b for a, b in zip(vector, unit_vector("another", dimensions=384), strict=True))) < 0.3


def test_both_encodings_hold_the_same_numbers() -> None:
    plain, packed = (
        embeddings_body(("x",), {"encoding_format": encoding, "dimensions": 8}, model="m", dimensions=384)["data"][0]
        for encoding in ("float", "base64")
    )
    assert array("f", base64.b64decode(packed["embedding"])).tolist() == plain["embedding"]


def test_inputs_are_texts_or_token_ids_one_or_many() -> None:
    assert read_inputs({"input": "x"}) == ("x",)
    assert read_inputs({"input": ["x", "y"]}) == ("x", "y")
    assert read_inputs({"input": [1, 2]}) == ("1 2",)
    assert read_inputs({"input": [[1, 2], [3]]}) == ("1 2", "3")
