import pytest
from pydantic import ValidationError

from proxy.wire.reply import Choice, Reply, TokenLogprob, ToolCall, Usage


def test_the_first_choice_of_none_is_empty() -> None:
    assert Reply().first == Choice()
    assert Reply(choices=(Choice(text="a"), Choice(text="b"))).first.text == "a"


def test_a_missing_count_is_none_and_not_zero() -> None:
    assert Usage() == Usage(prompt_tokens=None, completion_tokens=None, cached_tokens=None)
    assert Usage(completion_tokens=0) != Usage()


def test_a_reply_is_read_back_from_json_as_it_was() -> None:
    reply = Reply(
        choices=(
            Choice(
                text="a\U0001f600",
                reasoning="hm",
                tool_calls=(ToolCall(name="f", arguments='{"half', call_id="c"),),
                finish_reason="length",
                logprobs=(TokenLogprob(token="a", logprob=-0.5),),
            ),
            Choice(),
        ),
        usage=Usage(prompt_tokens=1, completion_tokens=0),
        model="m",
        error="server_error",
    )
    assert Reply.model_validate_json(reply.model_dump_json()) == reply


def test_a_reply_cannot_be_changed_or_hold_unknown_fields() -> None:
    with pytest.raises(ValidationError):
        Reply().model = "m"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Reply.model_validate({"models": "m"})
