from pathlib import Path

import pytest

from analytics.decide import score_card
from analytics.decide.score_card import load_score_card
from proxy.errors import UsageError

SHIPPED = Path(score_card.__file__).with_name("default.toml")


def test_the_default_card_holds_the_documented_thresholds() -> None:
    card = load_score_card("default")
    assert (card.latency.limit_ms, card.latency.allowed_share, card.alpha) == (500, 0.05, 0.05)
    assert (card.accuracy.least_ratio, card.accuracy.least_baseline) == (0.7, 0.2)
    assert (card.catastrophe.limit_share, card.validity.completeness_ratio, card.tie_points) == (0.005, 0.99, 0.3)
    assert list(card.weights.model_dump().values()) == [0.25, 0.30, 0.25, 0.20]


def test_comments_do_not_change_the_hash_and_thresholds_do(tmp_path: Path) -> None:
    text = SHIPPED.read_text()
    same, other = tmp_path / "same.toml", tmp_path / "other.toml"
    same.write_text("# another comment\n" + text)
    other.write_text(text.replace("limit_ms = 500.0", "limit_ms = 501.0"))
    hashes = [load_score_card(name).content_hash for name in ("default", str(same), str(other))]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("limit_ms = 500.0", "limit_ms = -1.0", "latency.limit_ms"),
        ("limit_ms = 500.0", "limit_ms = inf", "latency.limit_ms"),
        ("agency = 0.20", "agency = 0.30", "weights"),
        ("ten_ms = 100.0", "ten_ms = 2000.0", "anchors"),
        ("tie_points = 0.3", "tie_point = 0.3", "tie_point"),
        ("[not_applicable]", '[not_applicable]\n"kalibration" = ""', "not_applicable"),
        ("version = 1", "version =", "no TOML"),
    ],
)
def test_a_wrong_card_is_refused_with_the_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "card.toml"
    path.write_text(SHIPPED.read_text().replace(old, new))
    with pytest.raises(UsageError, match=said):
        load_score_card(str(path))


def test_a_card_that_is_not_there_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no score card nowhere"):
        load_score_card("nowhere")
