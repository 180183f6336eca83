from typing import Any

import pytest
from pydantic import ValidationError

from tests.records import deployment


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "http://127.0.0.1:2"},
        {"price_usd_per_million_tokens": 0.2},
        {"price_usd_per_gpu_hour": 2.5},
        {"probed": {"block_size": "16", "num_gpu_blocks": "2048", "kv_cache_max_concurrency": "3.9"}},
    ],
)
def test_neither_address_nor_price_nor_free_memory_makes_another_deployment(changes: dict[str, Any]) -> None:
    known = deployment("d", probed={"block_size": "16", "num_gpu_blocks": "2047"})
    assert deployment("d", **({"probed": known.probed} | changes)).fingerprint == known.fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "other"},
        {"revision": "abc"},
        {"engine_version": "0.32.1"},
        {"quantisation": "awq"},
        {"hardware": "H100"},
        {"gpus": 2},
        {"flags": ("--enforce-eager",)},
        {"context_tokens": 4_096},
        {"probed": {"block_size": "32"}},
        {"probed": {}},
    ],
)
def test_all_that_changes_answers_or_speed_makes_another_deployment(changes: dict[str, Any]) -> None:
    known = deployment("d", probed={"block_size": "16"})
    assert deployment("d", **({"probed": known.probed} | changes)).fingerprint != known.fingerprint


def test_the_order_of_findings_is_no_difference() -> None:
    one = deployment("d", probed={"a": "1", "b": "2"})
    assert deployment("d", probed={"b": "2", "a": "1"}).fingerprint == one.fingerprint


def test_a_deployment_has_one_price_or_none() -> None:
    assert not deployment("d").is_priced
    assert deployment("d", price_usd_per_million_tokens=0).is_priced
    assert deployment("d", price_usd_per_gpu_hour=2).is_priced
    with pytest.raises(ValidationError, match="give one price"):
        deployment("d", price_usd_per_million_tokens=1, price_usd_per_gpu_hour=2)
