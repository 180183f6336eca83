"""What is planned must be what the clients' own parsers read, in every shape, streamed or not."""

import json
from typing import Any

import pytest

from proxy.errors import BadRecord
from proxy.exchange import Chunk, Shape
from proxy.wire.assemble import Assembly, read_reply
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.faults import SLOW_START_FACTOR, Fault
from shadow.simulator.planning import Planned, Planner
from shadow.simulator.script import FALLBACK

SHAPES = [Shape.CHAT, Shape.COMPLETIONS, Shape.RESPONSES, Shape.MESSAGES]
TALKING = [Shape.CHAT, Shape.RESPONSES, Shape.MESSAGES]
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 3}}}
CUT = {"length", "max_tokens", "max_output_tokens"}


def request(shape: Shape, words: str = "Hello there", **more: Any) -> dict[str, Any]:
    message = [{"role": "user", "content": words}]
    match shape:
        case Shape.CHAT:
            return {"model": "m", "messages": message, **more}
        case Shape.MESSAGES:
            return {"model": "m", "messages": message, "max_tokens": 400, **more}
        case Shape.RESPONSES:
            return {"model": "m", "input": words, **more}
        case Shape.COMPLETIONS:
            return {"model": "m", "prompt": words, **more}
        case Shape.EMBEDDINGS:
            return {"model": "m", "input": words, **more}


def offered(shape: Shape) -> dict[str, Any]:
    match shape:
        case Shape.CHAT:
            tools: list[Any] = [{"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}]
            return {"tools": tools, "tool_choice": {"type": "function", "function": {"name": "weather"}}}
        case Shape.RESPONSES:
            tools = [{"type": "function", "name": "weather", "parameters": PARAMETERS}]
            return {"tools": tools, "tool_choice": "required"}
        case _:
            tools = [{"name": "weather", "input_schema": PARAMETERS}]
            return {"tools": tools, "tool_choice": {"type": "any"}}


def planner(**faults: float) -> Planner:
    return Planner(Behaviour.model_validate({"model": "m", "faults": faults}))


def heard(shape: Shape, planned: Planned) -> Assembly:
    if planned.events is None:
        return read_reply(shape, streamed=False, chunks=[Chunk(0, planned.body)])
    chunks = [Chunk(place, event.data) for place, event in enumerate(planned.events)]
    return read_reply(shape, streamed=True, chunks=chunks)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("streamed", [True, False])
def test_text_and_counts_are_read_as_planned(shape: Shape, streamed: bool) -> None:  # noqa: FBT001 - a case
    options: dict[str, Any] = {"stream_options": {"include_usage": True}} if streamed and shape in SHAPES[:2] else {}
    planned = planner().plan(shape, request(shape, stream=streamed, **options))
    found = heard(shape, planned)
    assert found.reply.first.text in FALLBACK
    assert found.ended
    assert not found.malformed
    assert found.reply.usage.prompt_tokens == planned.prompt_tokens
    assert found.reply.usage.completion_tokens == planned.completion_tokens == len(planned.schedule.offsets_ms)
    assert found.reply.usage.cached_tokens == 0
    assert found.reply.model == "m"
    assert not found.reply.error


@pytest.mark.parametrize("shape", SHAPES)
def test_streamed_and_whole_replies_to_one_request_are_the_same(shape: Shape) -> None:
    options: dict[str, Any] = {"stream_options": {"include_usage": True}} if shape in SHAPES[:2] else {}
    streamed = heard(shape, planner().plan(shape, request(shape, stream=True, **options)))
    assert streamed.reply == heard(shape, planner().plan(shape, request(shape))).reply


@pytest.mark.parametrize("shape", SHAPES)
def test_each_token_is_one_output_event_at_its_own_step(shape: Shape) -> None:
    planned = planner().plan(shape, request(shape, stream=True))
    assert len(heard(shape, planned).output_events_ns) == planned.completion_tokens
    assert planned.events is not None
    steps = [event.step for event in planned.events if event.step is not None]
    assert steps == sorted(steps)
    assert set(steps) == set(range(planned.completion_tokens))


@pytest.mark.parametrize("shape", SHAPES[:2])
def test_usage_is_streamed_only_when_it_is_asked_for(shape: Shape) -> None:
    found = heard(shape, planner().plan(shape, request(shape, stream=True)))
    assert found.reply.usage.prompt_tokens is None
    assert found.ended


@pytest.mark.parametrize("shape", TALKING)
@pytest.mark.parametrize("streamed", [True, False])
def test_a_required_tool_is_called_with_arguments_that_fit_its_schema(shape: Shape, streamed: bool) -> None:  # noqa: FBT001 - a case
    found = heard(shape, planner().plan(shape, request(shape, stream=streamed, **offered(shape)))).reply.first
    (call,) = found.tool_calls
    assert call.name == "weather"
    assert json.loads(call.arguments) == {"city": "example", "days": 3}
    assert call.call_id.startswith("call_")
    assert found.finish_reason in {"tool_calls", "completed", "tool_use"}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("streamed", [True, False])
def test_a_length_limit_cuts_and_says_so(shape: Shape, streamed: bool) -> None:  # noqa: FBT001 - a case
    limit = "max_output_tokens" if shape is Shape.RESPONSES else "max_tokens"
    planned = planner().plan(shape, request(shape, stream=streamed) | {limit: 3})
    assert planned.completion_tokens == 3
    assert heard(shape, planned).reply.first.finish_reason in CUT


@pytest.mark.parametrize("shape", SHAPES[:3])
@pytest.mark.parametrize("streamed", [True, False])
def test_log_probabilities_are_reported_for_every_token(shape: Shape, streamed: bool) -> None:  # noqa: FBT001 - a case
    wanted: dict[str, Any] = {"logprobs": True, "top_logprobs": 2} if shape is Shape.CHAT else {"logprobs": 2}
    if shape is Shape.RESPONSES:
        wanted = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
    found = heard(shape, planner().plan(shape, request(shape, stream=streamed, **wanted))).reply.first
    assert "".join(one.token for one in found.logprobs) == found.text
    assert all(one.logprob <= 0 for one in found.logprobs)


def test_several_choices_are_counted_together() -> None:
    found = heard(Shape.CHAT, planner().plan(Shape.CHAT, request(Shape.CHAT, n=3, stream=True)))
    assert len(found.reply.choices) == 3
    assert all(choice.text in FALLBACK for choice in found.reply.choices)
    assert all(choice.finish_reason == "stop" for choice in found.reply.choices)


@pytest.mark.parametrize(
    "form",
    [
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": PARAMETERS}}},
        {"response_format": {"type": "json_object"}},
        {"text": {"format": {"type": "json_schema", "schema": PARAMETERS}}},
        {"structured_outputs": {"json": PARAMETERS}},
    ],
)
def test_a_reply_is_json_where_json_is_asked_for(form: dict[str, Any]) -> None:
    body = json.loads(heard(Shape.CHAT, planner().plan(Shape.CHAT, request(Shape.CHAT, **form))).reply.first.text)
    assert body == {"city": "example", "days": 3} or body["answer"] in FALLBACK


def test_a_stop_ends_the_text_before_it() -> None:
    text = heard(Shape.CHAT, planner().plan(Shape.CHAT, request(Shape.CHAT, stop=["simulator"]))).reply.first.text
    assert text
    assert "simulator" not in text


def test_a_prompt_seen_before_is_cached_but_not_under_another_salt() -> None:
    simulated, words = planner(), "many words " * 40
    cached = [
        heard(Shape.CHAT, simulated.plan(Shape.CHAT, request(Shape.CHAT, words, cache_salt=salt))).reply.usage
        for salt in ("a", "a", "b")
    ]
    assert [usage.cached_tokens for usage in cached[::2]] == [0, 0]
    assert 60 < (cached[1].cached_tokens or 0) < (cached[1].prompt_tokens or 0)


def test_the_messages_api_reports_cached_tokens_apart() -> None:
    simulated, words = planner(), "many words " * 40
    first, second = (
        heard(Shape.MESSAGES, simulated.plan(Shape.MESSAGES, request(Shape.MESSAGES, words))).reply.usage
        for _ in range(2)
    )
    assert second.cached_tokens
    assert second.prompt_tokens == first.prompt_tokens


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_seed_and_requests_give_the_same_bytes(shape: Shape) -> None:
    def series(seed: int) -> list[Planned]:
        simulated = Planner(Behaviour(model="m", seed=seed, faults={Fault.REFUSAL: 0.3}, ttft_sigma=0.4, itl_sigma=0.4))
        return [simulated.plan(shape, request(shape, f"question {i % 4}", stream=i % 2 == 0)) for i in range(24)]

    assert series(1) == series(1)
    assert series(1) != series(2)


def test_two_askings_of_one_request_may_be_worded_differently_and_have_their_own_ids() -> None:
    simulated = planner()
    bodies = [json.loads(simulated.plan(Shape.CHAT, request(Shape.CHAT)).body) for _ in range(12)]
    assert len({body["id"] for body in bodies}) == 12
    assert len({body["choices"][0]["message"]["content"] for body in bodies}) > 1
    assert len({body["created"] for body in bodies}) == 1


def test_a_fault_is_planned_in_every_shape_and_truly_there() -> None:
    for shape in SHAPES:
        planned = planner(refusal=1.0).plan(shape, request(shape, stream=True))
        assert planned.fault is Fault.REFUSAL
        assert heard(shape, planned).reply.first.text not in FALLBACK


def test_a_slow_start_multiplies_the_first_token_time_alone() -> None:
    usual, slow = (one.plan(Shape.CHAT, request(Shape.CHAT)).schedule for one in (planner(), planner(slow_start=1.0)))
    assert slow.ttft_ms == usual.ttft_ms * SLOW_START_FACTOR
    assert slow.at_ms(3) - slow.ttft_ms == pytest.approx(usual.at_ms(3) - usual.ttft_ms)


def test_broken_arguments_cannot_hide_in_the_messages_api() -> None:
    planned = planner(broken_json=1.0).plan(Shape.MESSAGES, request(Shape.MESSAGES, **offered(Shape.MESSAGES)))
    (block,) = json.loads(planned.body)["content"]
    assert list(block["input"]) == ["invalid_json"]


def test_a_tool_result_of_the_messages_api_is_a_turn_of_the_tool() -> None:
    results = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x", "content": "sunny"}]}
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "weather?"}, results]}
    assert heard(Shape.MESSAGES, planner().plan(Shape.MESSAGES, body)).reply.first.text


@pytest.mark.parametrize(
    ("shape", "body", "said"),
    [
        (Shape.CHAT, {"messages": [{"role": "user", "content": "x"}]}, "no model"),
        (Shape.CHAT, {"model": "m"}, "no messages"),
        (Shape.CHAT, {"model": "m", "messages": [{"content": "x"}]}, "no role"),
        (Shape.CHAT, request(Shape.CHAT, max_tokens=0), "max_tokens"),
        (Shape.CHAT, request(Shape.CHAT, n=1000), "n must be"),
        (Shape.CHAT, request(Shape.CHAT, logprobs=True, top_logprobs=99), "log-prob"),
        (Shape.CHAT, request(Shape.CHAT, max_tokens=40_000), "context"),
        (Shape.COMPLETIONS, {"model": "m", "prompt": [1, 2]}, "no prompt"),
        (Shape.RESPONSES, {"model": "m"}, "no input"),
        (Shape.MESSAGES, {"model": "m", "messages": [{"role": "user", "content": "x"}]}, "max_tokens is required"),
        (Shape.EMBEDDINGS, {"model": "m", "input": ""}, "input must"),
        (Shape.EMBEDDINGS, {"model": "m", "input": "x", "dimensions": 0}, "dimensions"),
        (Shape.EMBEDDINGS, {"model": "m", "input": "x", "encoding_format": "png"}, "encoding_format"),
    ],
)
def test_a_wrong_request_is_refused_without_being_quoted(shape: Shape, body: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRecord, match=said):
        planner().plan(shape, body)
