"""vLLM's request log: the lines that name a prompt and its sampling parameters. The reply is unknown. Pure.

Older versions say both in one line; newer ones say the prompt in a line of its own at DEBUG, right before the other.
The logged prompt is the text after the chat template, so every request becomes one of /v1/completions.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from proxy.doors.imported.line import Line, NotImported, path_of, raw_exchange
from proxy.doors.imported.reading import Found
from proxy.exchange import RawExchange, Shape
from proxy.wire.fields import Json

_MARK = b"Received request "
_TEXT = r"'[^'\\]*(?:\\.[^'\\]*)*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\""
_LINE = re.compile(
    rf"Received request (?P<id>\S+): prompt: (?P<prompt>None|{_TEXT}), "
    r"params: (?P<params>\w+\(.*?\)), (?:prompt_token_ids|prompt_embeds shape|lora_request): "
)
_DETAILS = re.compile(rf"Request (?P<id>\S+) details: (?P<prompt>prompt: (?:None|{_TEXT}), )".encode())
_BARE = re.compile(rb"Received request (?P<id>\S+): (?P<params>params: )")
_TIME = re.compile(r"\b[A-Z]+ (\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\b")
_KEPT = frozenset(
    {
        "n", "presence_penalty", "frequency_penalty", "repetition_penalty", "temperature", "top_p", "top_k", "min_p",
        "seed", "stop", "stop_token_ids", "bad_words", "include_stop_str_in_output", "ignore_eos", "max_tokens",
        "min_tokens", "skip_special_tokens", "spaces_between_special_tokens", "logit_bias",
    }
)  # fmt: skip
_SHAPING = ("guided_decoding", "structured_outputs", "logits_processors")
_EMPTY: tuple[Any, ...] = (None, [], {}, "")
_DAY_S = 86_400


def join_details(lines: Iterator[Found]) -> Iterator[Found]:
    """The lines, with a prompt's own line and the request's line after it as one; it starts where the prompt's did.

    A prompt's line at the end of the file waits for what comes after it: it is given as not ended.
    """
    held: Found | None = None
    for found in lines:
        if held is not None:
            joined = _joined(held, found)
            held, found = None, joined or found  # noqa: PLW2901 - the pair goes on as one
        if _DETAILS.search(found.line.data) and _MARK not in found.line.data:
            held = found
        else:
            yield found
    if held is not None:
        yield replace(held, is_ended=False)


def _joined(prompt: Found, request: Found) -> Found | None:
    """The two in the older form, or None when they are not of one request."""
    told, bare = _DETAILS.search(prompt.line.data), _BARE.search(request.line.data)
    if told is None or bare is None or told["id"] != bare["id"]:
        return None
    data, cut = request.line.data, bare.start("params")
    line = replace(prompt.line, data=data[:cut] + told["prompt"] + data[cut:])
    return replace(request, line=line)


def read_vllm(line: Line) -> RawExchange | NotImported | None:
    """One request, or None for the log's other lines."""
    if _MARK not in line.data:
        return None
    found = _LINE.search(line.data.decode("utf-8", "replace"))
    if found is None:
        return NotImported("no_prompt" if b": params: " in line.data else "other_format", line.number)
    parameters, prompt = _parameters(found["params"]), _literal(found["prompt"])
    if reason := _refusal(found["params"], parameters=parameters, prompt=prompt):
        return NotImported(reason, line.number)
    return raw_exchange(
        line,
        path=path_of(Shape.COMPLETIONS),
        body=_body(line, request_id=found["id"], prompt=prompt, parameters=parameters or {}),
        heard=None,
        started_at=_started_at(line),
    )


def _refusal(written: str, *, parameters: Json | None, prompt: Any) -> str:  # noqa: ANN401 - any literal
    """Why a request cannot be sent again as it was, or nothing."""
    if not written.startswith("SamplingParams("):
        return "other_route"
    if parameters is None:
        return "bad_parameters"
    if not isinstance(prompt, str) or not prompt:
        return "no_prompt"
    return "structured_output" if any(parameters.get(name) is not None for name in _SHAPING) else ""


def _body(line: Line, *, request_id: str, prompt: str, parameters: Json) -> Json:
    kept = {name: value for name, value in parameters.items() if name in _KEPT and value not in _EMPTY}
    # The chat template has already put the special tokens there; a second start token would change the answer.
    templated = {"add_special_tokens": False} if request_id.startswith("chatcmpl") else {}
    return {"model": line.origin.model, "prompt": prompt, **kept, **templated}


def _parameters(written: str) -> Json | None:
    """The keywords of `SamplingParams(...)`; a value that is itself an object reads as its source text."""
    try:
        call = ast.parse(written, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(call, ast.Call):
        return None
    return {one.arg: _value(one.value) for one in call.keywords if one.arg}


def _value(node: ast.expr) -> Any:  # noqa: ANN401 - any literal
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return "object"


def _literal(written: str) -> Any:  # noqa: ANN401 - any literal
    try:
        return ast.literal_eval(written)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _started_at(line: Line) -> float | None:
    """Time of the line, taken as UTC, in the last year that is not after the file's last change."""
    found = _TIME.search(line.data[:200].decode("utf-8", "replace"))
    if found is None:
        return None
    month, day, hour, minute, second = map(int, found.groups())
    written_at = line.origin.written_at
    year = datetime.fromtimestamp(written_at + _DAY_S, UTC).year
    for candidate in (year, year - 1):
        try:
            told = datetime(candidate, month, day, hour, minute, second, tzinfo=UTC).timestamp()
        except ValueError:
            continue
        if told <= written_at + _DAY_S:
            return told
    return None
