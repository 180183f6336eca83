import math
from typing import Any

import pytest

from proxy.wire.draft import ChoiceDraft, ToolCallDraft, error_kind, joined, token_logprobs, usage_of
from proxy.wire.reply import Choice, TokenLogprob, ToolCall, Usage


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([], ""),
        (["plain ", "text"], "plain text"),
        (["\ud83d", "\ude00!"], "\U0001f600!"),
        (["a\ud83d", "b"], "a\ufffdb"),
        (["\ude00\ud83d"], "\ufffd\ufffd"),
        (["\ud83d\ud83d", "\ude00"], "\ufffd\U0001f600"),
        (["\ufeffa\ud800"], "\ufeffa\ufffd"),
    ],
)
def test_halves_of_a_pair_are_joined_and_lone_ones_replaced(pieces: list[str], expected: str) -> None:
    assert joined(pieces) == expected


def test_tool_calls_are_built_in_the_order_of_their_index() -> None:
    draft = ChoiceDraft(text=["a", "b"], reasoning=["c"], finish_reason="stop")
    draft.call(5).name = "late"
    draft.call(2).arguments.extend(["{", "}"])
    draft.call(2).call_id = "id"
    assert draft.build() == Choice(
        text="ab",
        reasoning="c",
        finish_reason="stop",
        tool_calls=(ToolCall(name="", arguments="{}", call_id="id"), ToolCall(name="late", arguments="")),
    )


def test_a_call_broken_off_is_kept_as_far_as_it_was_heard() -> None:
    assert ToolCallDraft(name="f", arguments=['{"a": ']).build() == ToolCall(name="f", arguments='{"a": ')


def test_logprobs_of_chat_and_of_completions_are_read_alike() -> None:
    expected = [TokenLogprob(token="a", logprob=-0.5), TokenLogprob(token="b", logprob=0.0)]
    chat = {"content": [{"token": "a", "logprob": -0.5, "top_logprobs": []}, {"token": "b", "logprob": 0}]}
    assert token_logprobs(chat) == expected
    assert token_logprobs({"tokens": ["a", "b"], "token_logprobs": [-0.5, 0]}) == expected


@pytest.mark.parametrize("value", [None, "x", True, math.nan, math.inf, -math.inf, 10**400, [], {}])
def test_a_logprob_that_is_no_finite_number_is_left_out(value: Any) -> None:
    assert token_logprobs({"content": [{"token": "a", "logprob": value}]}) == []
    assert token_logprobs({"tokens": ["a"], "token_logprobs": [value]}) == []


@pytest.mark.parametrize(
    "source",
    [{}, {"content": None}, {"content": "a"}, {"content": [1, {"token": 1, "logprob": -1}]}, {"tokens": ["a"]}],
)
def test_logprobs_of_a_wrong_type_are_none(source: dict[str, Any]) -> None:
    assert token_logprobs(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({}, Usage()),
        ({"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}, Usage(prompt_tokens=5, completion_tokens=2)),
        (
            {"prompt_tokens": 5, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 4}},
            Usage(prompt_tokens=5, completion_tokens=0, cached_tokens=4),
        ),
        (
            {"input_tokens": 5, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 0}},
            Usage(prompt_tokens=5, completion_tokens=2, cached_tokens=0),
        ),
        (
            {
                "input_tokens": 5,
                "output_tokens": 2,
                "cache_read_input_tokens": 100,
                "cache_creation_input_tokens": 10,
            },
            Usage(prompt_tokens=115, completion_tokens=2, cached_tokens=100),
        ),
        ({"prompt_tokens": 5, "prompt_tokens_details": None}, Usage(prompt_tokens=5)),
        ({"prompt_tokens": "5", "completion_tokens": -1, "prompt_tokens_details": [4]}, Usage()),
        ({"prompt_tokens": 10**30, "input_tokens": 10**5000}, Usage()),
    ],
)
def test_usage_is_read_in_every_dialect_and_the_prompt_includes_the_cache(
    source: dict[str, Any], expected: Usage
) -> None:
    assert usage_of(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({}, ""),
        ({"error": None}, ""),
        ({"error": {"type": "rate_limit_error", "message": "a prompt"}}, "rate_limit_error"),
        ({"error": {"code": "context_length_exceeded"}}, "context_length_exceeded"),
        ({"error": {"code": 400, "message": "a prompt"}}, "error"),
        ({"error": {"type": "you said: my prompt", "code": "x" * 65}}, "error"),
        ({"error": "a prompt"}, "error"),
        ({"object": "error", "message": "a prompt", "code": "bad-request.v1"}, "bad-request.v1"),
        ({"type": "error", "code": None}, "error"),
        ({"detail": "a prompt"}, "error"),
        ({"detail": "low", "choices": []}, ""),
    ],
)
def test_the_kind_of_an_error_is_a_name_and_never_its_message(source: dict[str, Any], expected: str) -> None:
    assert error_kind(source) == expected
