"""The adapter, on a tiny model that is built here: random weights, real code."""

from pathlib import Path

import numpy as np
import pytest

from judges.cross_encoder import CrossEncoderEntailer
from proxy.errors import UsageError


def build(folder: Path, labels: list[str]) -> str:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "lamp", "is", "bright", "dark"]
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    config = BertConfig(  # type: ignore[call-arg]  # the library passes its common fields on by keyword
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=len(labels), id2label=dict(enumerate(labels)), label2id={one: at for at, one in enumerate(labels)},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # the library has no types
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=64,
    )  # fmt: skip
    fast.save_pretrained(folder)
    return str(folder)


PAIRS = [("the lamp is bright", "the lamp is dark"), ("the lamp", "bright \ud800")]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_three_labels_are_told_by_name_in_whatever_order(tmp_path: Path) -> None:
    model = CrossEncoderEntailer(build(tmp_path / "nli", ["entailment", "neutral", "contradiction"]))
    found = model.predict(PAIRS)
    assert found.shape == (2, 3)
    assert np.allclose(found.sum(axis=1), 1)
    assert np.array_equal(model.predict(PAIRS[::-1]), found[::-1])
    assert model.name == "nli"
    assert model.predict([]).shape == (0, 3)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_one_label_is_taken_for_entailment(tmp_path: Path) -> None:
    found = CrossEncoderEntailer(build(tmp_path / "one", ["consistent"])).predict(PAIRS)
    assert (found[:, 0] == 0).all()
    assert ((found[:, 2] >= 0) & (found[:, 2] <= 1)).all()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_what_is_no_such_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="labels"):
        CrossEncoderEntailer(build(tmp_path / "odd", ["red", "green", "blue"])).load()
    with pytest.raises(UsageError, match="no model at"):
        CrossEncoderEntailer(str(tmp_path / "nothing")).load()
