"""Writing answers of /v1/completions: the whole body and the chunks of a stream. Text only."""

from collections.abc import Iterator

from proxy.wire.fields import Json
from shadow.simulator.answer import CREATED, FINGERPRINT, Answer, TokenProbability
from shadow.simulator.said import TextToken
from shadow.simulator.wire_chat import DONE, usage_fields
from shadow.simulator.wire_event import Wire, WireEvent, sse


def completions_body(answer: Answer) -> Json:
    """The body of a reply that is not streamed."""
    choices = [
        _choice(index, said.text, answer.probabilities[index], finish=str(said.finish))
        for index, said in enumerate(answer.choices)
    ]
    return _head(answer) | {"choices": choices, "usage": usage_fields(answer)}


def completions_events(answer: Answer) -> Iterator[WireEvent]:
    """The chunks of a stream; choices are sent side by side."""
    head = _head(answer)
    usage: Json = {"usage": None} if answer.include_usage else {}
    told = [said.tokens for said in answer.choices]
    for step in range(answer.steps):
        for index, tokens in enumerate(told):
            if step < len(tokens) and isinstance(token := tokens[step], TextToken):
                found = answer.probabilities[index]
                choice = _choice(index, token.text, None if found is None else found[token.place : token.place + 1])
                yield sse(step, head | {"choices": [choice]} | usage)
            if step == max(len(tokens), 1) - 1:
                last = _choice(index, "", None, finish=str(answer.choices[index].finish))
                yield sse(step, head | {"choices": [last]} | usage)
    if answer.include_usage:
        yield sse(answer.steps - 1, head | {"choices": [], "usage": usage_fields(answer)})
    yield WireEvent(answer.steps - 1, DONE)


def _head(answer: Answer) -> Json:
    return {
        "id": f"cmpl-{answer.answer_id}",
        "object": "text_completion",
        "created": CREATED,
        "model": answer.model,
        "system_fingerprint": FINGERPRINT,
    }


def _choice(index: int, text: str, found: tuple[TokenProbability, ...] | None, *, finish: str = "") -> Json:
    logprobs: Json | None = None
    if found is not None:
        logprobs = {
            "tokens": [one.token for one in found],
            "token_logprobs": [one.logprob for one in found],
            "top_logprobs": [dict(one.alternatives) for one in found],
        }
    return {"index": index, "text": text, "logprobs": logprobs, "finish_reason": finish or None}


COMPLETIONS = Wire(completions_body, completions_events)
