import json
from collections import Counter
from itertools import pairwise
from typing import Any

import openai
import pytest
from jsonschema_rs import validator_for

from analytics.demo.planted import PlantedKind
from analytics.demo.traffic import Operation, TrafficItem, all_planted, demo_traffic, small_traffic
from proxy.errors import UsageError

DEMO = demo_traffic(seed=7)
SMALL = small_traffic(seed=7)


def _conversation(item: TrafficItem) -> str:
    return item.headers["x-conversation-id"]


def _chats() -> list[TrafficItem]:
    return [item for item in DEMO if item.operation is Operation.CHAT]


def test_the_same_seed_gives_the_same_traffic_and_another_seed_other_traffic() -> None:
    assert demo_traffic(seed=7) == DEMO
    assert demo_traffic(seed=8) != DEMO


@pytest.mark.parametrize("count", [1, 5, 420, 700])
def test_as_many_items_come_as_are_asked_for(count: int) -> None:
    assert len(demo_traffic(seed=1, count=count)) == len(small_traffic(seed=1, count=count)) == count


@pytest.mark.parametrize("seed", range(5))
def test_traffic_is_varied(seed: int) -> None:
    items = demo_traffic(seed=seed)
    operations = Counter(item.operation for item in items)
    categories = Counter(item.headers["x-understudy-category"] for item in items)
    assert operations[Operation.RESPONSES] >= 3
    assert operations[Operation.EMBEDDINGS] >= 3
    assert all(categories[name] >= 15 for name in ("billing", "orders", "faq", "structured", "tools"))
    streamed = sum(bool(item.kwargs.get("stream")) for item in items)
    assert 100 < streamed < 300
    after_tool = [item for item in items if item.kwargs.get("messages", [{}])[-1].get("role") == "tool"]
    assert len(after_tool) >= 8
    several = sum(len(item.kwargs.get("messages", [])) > 3 for item in items)
    assert several >= 60


def test_three_languages_are_spoken() -> None:
    systems = Counter(item.kwargs["messages"][0]["content"].split()[0] for item in _chats())
    assert min(systems[word] for word in ("You", "Du", "Eres")) >= 50


def test_a_conversation_grows_by_what_was_said_and_keeps_its_order() -> None:
    by_conversation: dict[str, list[list[Any]]] = {}
    for item in _chats():
        by_conversation.setdefault(_conversation(item), []).append(item.kwargs["messages"])
    grown = [turns for turns in by_conversation.values() if len(turns) > 1]
    assert len(grown) >= 30
    for turns in grown:
        for earlier, later in pairwise(turns):
            assert later[: len(earlier)] == earlier
            assert len(later) == len(earlier) + 2


def test_planted_data_of_every_type_is_where_the_items_say() -> None:
    assert {piece.kind for piece in all_planted(DEMO)} == set(PlantedKind)
    for item in (*DEMO, *SMALL):
        # Quotes inside JSON arguments of tools are escaped once more; the personal data itself is plain.
        body = json.dumps(item.kwargs, ensure_ascii=False)
        assert all(piece.text in body for piece in item.planted)


def test_no_planted_string_stands_unlisted_in_the_traffic() -> None:
    listed = all_planted(DEMO)
    for item in DEMO:
        body = json.dumps(item.kwargs, ensure_ascii=False)
        assert {piece for piece in listed if piece.text in body} <= set(item.planted)


def test_names_follow_an_explicit_cue() -> None:
    cues = ("my name is ", "ich heiße ", "me llamo ")
    for item in (*DEMO, *SMALL):
        body = json.dumps(item.kwargs, ensure_ascii=False)
        for piece in item.planted:
            if piece.kind is PlantedKind.NAME:
                assert any(f"{cue}{piece.text}." in body for cue in cues)
                assert body.count(piece.text) == sum(body.count(f"{cue}{piece.text}.") for cue in cues)


def test_no_slot_is_left_unfilled() -> None:
    assert not [item for item in (*DEMO, *SMALL) if "$" in json.dumps(item.kwargs)]


def test_arrivals_have_the_asked_rate() -> None:
    gaps = [item.gap_s for item in demo_traffic(seed=3, count=2000, rate_per_s=12)]
    assert sum(gaps) / len(gaps) == pytest.approx(1 / 12, rel=0.1)
    assert len(set(gaps)) == len(gaps)


def test_wrong_sizes_are_refused() -> None:
    with pytest.raises(UsageError, match="count"):
        demo_traffic(seed=1, count=0)
    with pytest.raises(UsageError, match="rate_per_s"):
        small_traffic(seed=1, rate_per_s=0)


def test_schemas_are_valid_and_each_call_has_its_own_copy() -> None:
    for item in (*DEMO, *SMALL):
        if "response_format" in item.kwargs:
            validator_for(item.kwargs["response_format"]["json_schema"]["schema"])
        for tool in item.kwargs.get("tools", []):
            validator_for(tool["function"]["parameters"])


def test_small_traffic_is_short_english_chat_with_some_json() -> None:
    assert {item.operation for item in SMALL} == {Operation.CHAT}
    assert all(item.kwargs["max_tokens"] <= 40 for item in SMALL)
    assert all(len(json.dumps(item.kwargs["messages"])) < 400 for item in SMALL)
    assert 5 <= sum("response_format" in item.kwargs for item in SMALL) <= 20
    assert len(all_planted(SMALL)) >= 8
    assert not [item for item in SMALL if "tools" in item.kwargs]


def test_operations_name_methods_of_the_official_client() -> None:
    client = openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1")
    for operation in Operation:
        method: Any = client
        for part in operation.value.split("."):
            method = getattr(method, part)
        assert callable(method)
    client.close()
