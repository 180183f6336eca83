"""Vectors kept in the store: a text is embedded once, whoever asks and however often."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analytics.jobs.remembering import RememberingEmbedder
from judges.similarity import embed_all
from shadow.store.clickhouse import Store


@dataclass
class Counting:
    """Embeds by length, and keeps what it was asked."""

    asked: list[str] = field(default_factory=list)
    name: str = "counting"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        angles = np.array([len(text) for text in texts], np.float32)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_a_text_is_embedded_once_over_calls_and_objects(store: Store) -> None:
    model = Counting()
    first = RememberingEmbedder(model, store=store).encode(["one", "three", "one", "\ud800"])
    again = RememberingEmbedder(model, store=store).encode(["three", "one", "fresh one"])
    assert model.asked == ["one", "three", "\ud800", "fresh one"]
    assert np.array_equal(first[0], first[2])
    assert np.allclose(again[1], first[0])
    assert np.allclose(again[0], first[1])


def test_models_do_not_share_vectors_and_nothing_asked_is_nothing_embedded(store: Store) -> None:
    model, other = Counting(), Counting(name="other")
    RememberingEmbedder(model, store=store).encode(["one"])
    RememberingEmbedder(other, store=store).encode(["one"])
    assert other.asked == ["one"]
    assert RememberingEmbedder(model, store=store).encode([]).shape == (0, 1)


def test_the_judge_embeds_through_it(store: Store) -> None:
    model = Counting()
    for _ in range(2):
        found = embed_all(["a text", "another"], embedder=RememberingEmbedder(model, store=store))
        assert set(found) == {"a text", "another"}
    assert sorted(model.asked) == ["a text", "another"]


def test_the_text_itself_is_not_kept(store: Store) -> None:
    RememberingEmbedder(Counting(), store=store).encode(["a secret text"])
    assert "secret" not in str(store.rows("SELECT * FROM {database}.embeddings"))
