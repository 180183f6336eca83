from pathlib import Path

import numpy as np
import pytest

from judges.embedding import WHEEL_MODEL, SentenceEmbedder, model_folder
from judges.settings import JudgeSettings
from proxy.errors import UsageError


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    loaded = SentenceEmbedder()
    loaded.load()
    return loaded


def test_each_text_becomes_a_unit_row_in_order(embedder: SentenceEmbedder) -> None:
    rows = embedder.encode(["a dog", "the stock market", "a dog"])
    assert rows.shape == (3, 384)
    assert rows.dtype == np.dtype(np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert rows[0] @ rows[2] > 0.999 > rows[0] @ rows[1]


def test_a_paraphrase_is_nearer_than_another_subject(embedder: SentenceEmbedder) -> None:
    one, again, other = embedder.encode(
        ["The parcel arrives on Monday.", "Your package will come Monday.", "Mix flour and eggs."]
    )
    assert one @ again > 0.6 > one @ other


def test_odd_texts_are_embedded_like_any_other(embedder: SentenceEmbedder) -> None:
    rows = embedder.encode(["", "\ud800", "\x00", "word " * 2_000])
    assert np.isfinite(rows).all()


def test_a_model_that_is_not_here_is_a_usage_error_that_says_what_to_do(tmp_path: Path) -> None:
    absent = SentenceEmbedder(str(tmp_path))
    assert absent.name == tmp_path.name
    with pytest.raises(UsageError, match="UNDERSTUDY_JUDGES_EMBEDDING_MODEL"):
        absent.load()


def test_the_default_model_comes_from_the_wheel_and_as_a_folder_is_the_same() -> None:
    folder = model_folder(JudgeSettings().embedding_model)
    assert model_folder(str(folder)) == folder
    assert SentenceEmbedder().name == WHEEL_MODEL
