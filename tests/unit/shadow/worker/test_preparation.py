import json
from typing import Any

import pytest

from proxy.exchange import Shape
from shadow.replay import Lane
from shadow.worker.preparation import prepare
from tests.records import deployment, exchange

BASELINE = deployment("baseline", engine="vllm")
CANDIDATE = deployment("candidate", engine="vllm")


def test_lanes_differ_in_model_and_salt_alone() -> None:
    one = exchange()
    baseline = prepare(one, deployment=BASELINE, lane=Lane.BASELINE, run="r")
    candidate = prepare(one, deployment=CANDIDATE, lane=Lane.CANDIDATE, run="r")
    left, right = json.loads(baseline.body), json.loads(candidate.body)
    assert baseline.parameters_hash == candidate.parameters_hash
    assert {name for name in left if left[name] != right[name]} == {"model", "cache_salt"}


def test_streaming_is_forced_with_usage_and_written_down() -> None:
    prepared = prepare(exchange(), deployment=BASELINE, lane=Lane.BASELINE, run="r")
    body = json.loads(prepared.body)
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert prepared.rewrites == ("cache_salt", "model", "stream", "stream_options")


def test_what_acts_outside_the_model_is_stripped() -> None:
    request = {
        "model": "production",
        "input": "hello",
        "store": True,
        "metadata": {"a": "b"},
        "tools": [{"type": "web_search"}, {"type": "function", "name": "lookup", "parameters": {}}],
    }
    prepared = prepare(
        exchange(shape=Shape.RESPONSES, request=request), deployment=BASELINE, lane=Lane.BASELINE, run="r"
    )
    body = json.loads(prepared.body)
    assert [tool["type"] for tool in body["tools"]] == ["function"]
    assert "store" not in body
    assert "metadata" not in body
    assert {"-store", "-metadata", "-server_side_tools"} <= set(prepared.rewrites)


def test_an_engine_that_does_not_know_the_salt_is_not_sent_it() -> None:
    other = deployment("other", engine="something")
    assert "cache_salt" not in json.loads(prepare(exchange(), deployment=other, lane=Lane.CANDIDATE, run="r").body)


def test_embeddings_are_not_streamed() -> None:
    asked = exchange(shape=Shape.EMBEDDINGS, request={"model": "production", "input": ["a"]})
    assert not prepare(asked, deployment=BASELINE, lane=Lane.BASELINE, run="r").streamed


def test_a_lone_surrogate_survives() -> None:
    request = {"model": "production", "messages": [{"role": "user", "content": "\ud83d"}]}
    asked = exchange().model_copy(update={"request": request})
    body = prepare(asked, deployment=BASELINE, lane=Lane.BASELINE, run="r").body
    assert json.loads(body)["messages"][0]["content"] == "\ud83d"


def sent(request: dict[str, Any], *, shape: Shape = Shape.CHAT) -> tuple[dict[str, Any], tuple[str, ...]]:
    asked = exchange(shape=shape, request={"model": "production"} | request)
    prepared = prepare(asked, deployment=BASELINE, lane=Lane.BASELINE, run="r")
    return json.loads(prepared.body), prepared.rewrites


def test_a_schema_is_sent_with_its_fields_in_the_order_of_the_capture() -> None:
    schema = {"type": "object", "properties": {"zeta": {"type": "string"}, "alpha": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": schema}}
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    asked = exchange(request={"model": "production", "response_format": wanted, "tools": tools})
    body = prepare(asked, deployment=BASELINE, lane=Lane.BASELINE, run="r").body.decode()
    for kept in (wanted, tools):
        assert json.dumps(kept, separators=(",", ":")) in body


def test_parts_of_a_message_are_left_alone() -> None:
    parts = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
    ]
    body, _ = sent({"messages": [{"role": "user", "content": parts}]})
    assert body["messages"][0]["content"] == parts


@pytest.mark.parametrize("field", ["web_search_options", "mcp_servers", "container", "background"])
def test_what_would_reach_other_services_is_stripped_and_written_down(field: str) -> None:
    body, rewrites = sent({field: {"a": 1}})
    assert field not in body
    assert f"-{field}" in rewrites


CLIENT_TOOL = {"type": "function", "function": {"name": "lookup"}}


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("auto", True),
        ({"type": "any"}, True),
        ({"type": "function", "function": {"name": "lookup"}}, True),
        ({"type": "tool", "name": "lookup"}, True),
        ({"type": "web_search"}, False),
        ({"type": "tool", "name": "web_search"}, False),
    ],
)
def test_a_choice_of_a_stripped_tool_goes_with_it(choice: object, *, kept: bool) -> None:
    body, rewrites = sent({"tools": [CLIENT_TOOL, {"type": "web_search"}], "tool_choice": choice})
    assert body["tools"] == [CLIENT_TOOL]
    assert ("tool_choice" in body) is kept
    assert ("-tool_choice" in rewrites) is not kept


@pytest.mark.parametrize("search", [{"use_beam_search": True, "n": 4}, {"best_of": 3}, {"best_of": 3, "n": 2}])
def test_a_search_over_several_answers_is_not_streamed(search: dict[str, Any]) -> None:
    body, rewrites = sent({"prompt": "once", **search}, shape=Shape.COMPLETIONS)
    assert "stream" not in body
    assert "stream" not in rewrites


def test_as_many_searched_as_wanted_is_no_search() -> None:
    assert sent({"prompt": "once", "best_of": 2, "n": 2}, shape=Shape.COMPLETIONS)[0]["stream"] is True
