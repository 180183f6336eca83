"""Writing answers of /v1/chat/completions: the whole body and the chunks of a stream."""

from collections.abc import Iterator

from proxy.wire.fields import Json
from shadow.simulator.answer import CREATED, FINGERPRINT, Answer, TokenProbability
from shadow.simulator.said import CallStart, CallToken, Said, TextToken, Token
from shadow.simulator.wire_event import Wire, WireEvent, sse

DONE = b"data: [DONE]\n\n"


def chat_body(answer: Answer) -> Json:
    """The body of a reply that is not streamed."""
    choices = [_choice(answer, index, said) for index, said in enumerate(answer.choices)]
    return _head(answer, "chat.completion") | {"choices": choices, "usage": usage_fields(answer)}


def chat_events(answer: Answer) -> Iterator[WireEvent]:
    """The chunks of a stream; choices are sent side by side."""
    head = _head(answer, "chat.completion.chunk")
    told = [said.tokens for said in answer.choices]
    for index in range(len(told)):
        yield _chunk(answer, head, 0, index, {"role": "assistant", "content": ""})
    for step in range(answer.steps):
        for index, tokens in enumerate(told):
            if step < len(tokens):
                yield _token_chunk(answer, head, step, index, tokens[step])
            if step == max(len(tokens), 1) - 1:
                yield _chunk(answer, head, step, index, {}, finish=str(answer.choices[index].finish))
    if answer.include_usage:
        yield sse(answer.steps - 1, head | {"choices": [], "usage": usage_fields(answer)})
    yield WireEvent(answer.steps - 1, DONE)


def usage_fields(answer: Answer) -> Json:
    """Token counts as chat and completions name them."""
    usage = answer.usage
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def probability_fields(probability: TokenProbability) -> Json:
    """A token's log-probability as chat and responses name it."""
    return _logprob(probability.token, probability.logprob) | {
        "top_logprobs": [_logprob(token, logprob) for token, logprob in probability.alternatives]
    }


def _logprob(token: str, logprob: float) -> Json:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}


def _head(answer: Answer, kind: str) -> Json:
    return {
        "id": f"chatcmpl-{answer.answer_id}",
        "object": kind,
        "created": CREATED,
        "model": answer.model,
        "system_fingerprint": FINGERPRINT,
    }


def _choice(answer: Answer, index: int, said: Said) -> Json:
    message: Json = {"role": "assistant", "content": said.text or None, "refusal": None}
    if said.calls:
        message["tool_calls"] = [
            _call(answer.call_id(index, place), call.name, call.arguments) for place, call in enumerate(said.calls)
        ]
    found = answer.probabilities[index]
    logprobs = None if found is None else {"content": [probability_fields(one) for one in found]}
    return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": str(said.finish)}


def _call(call_id: str, name: str, arguments: str) -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _token_chunk(answer: Answer, head: Json, step: int, index: int, token: Token) -> WireEvent:
    match token:
        case TextToken(place=place, text=text):
            found = answer.probabilities[index]
            logprobs = None if found is None else {"content": [probability_fields(found[place])]}
            return _chunk(answer, head, step, index, {"content": text}, logprobs=logprobs)
        case CallStart(index=place, name=name):
            call: Json = {"index": place} | _call(answer.call_id(index, place), name, "")
            return _chunk(answer, head, step, index, {"tool_calls": [call]})
        case CallToken(index=place, text=text):
            call = {"index": place, "function": {"arguments": text}}
            return _chunk(answer, head, step, index, {"tool_calls": [call]})


def _chunk(
    answer: Answer, head: Json, step: int, index: int, delta: Json, *, logprobs: Json | None = None, finish: str = ""
) -> WireEvent:
    choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish or None}
    usage: Json = {"usage": None} if answer.include_usage else {}
    return sse(step, head | {"choices": [choice]} | usage)


CHAT = Wire(chat_body, chat_events)
