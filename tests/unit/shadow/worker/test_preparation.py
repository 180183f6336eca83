import json

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
