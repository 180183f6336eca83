"""A suite from one's own traffic: stratified, without near duplicates, from held-out conversations only."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from pydantic import JsonValue, ValidationError

from proxy.exchange import Exchange, Shape
from shadow.suites.example import Example, is_encodable
from shadow.suites.lock import is_held_out
from shadow.suites.near_duplicates import Kept
from shadow.suites.strata import Member, by_stratum, shares
from shadow.suites.suite import Suite

_BATCH = 200
_LONGEST_OUTPUT = 131_072
_DEFAULT_OUTPUT = 1_024
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be built.

    Attributes:
        ratio: Share of conversations that are held out, in (0, 1].
        salt: Of the split; see `lock.is_held_out`.
    """

    name: str
    size: int
    ratio: float
    salt: str
    seed: int


@dataclass(frozen=True, slots=True)
class Text:
    """An exchange with the baseline's answer, or production's where the baseline was never asked."""

    exchange: Exchange
    answer: str


type Fetch = Callable[[Sequence[str]], Mapping[str, Text]]
"""Reads exchanges by id."""


@dataclass(frozen=True, slots=True)
class Built:
    """The suite, and how many exchanges were left out, by reason."""

    suite: Suite
    left_out: Mapping[str, int]


def build(members: Sequence[Member], wanted: Wanted, *, fetch: Fetch) -> Built:
    """Draw the suite; each example's weight is the number of held-out exchanges that it stands for."""
    held = [one for one in members if is_held_out(one.conversation_id, ratio=wanted.ratio, salt=wanted.salt)]
    strata = by_stratum(held, seed=wanted.seed)
    drawn = shares({stratum: len(those) for stratum, those in strata.items()}, size=wanted.size) if strata else {}
    left_out = Counter({"not held out": len(members) - len(held)})
    kept, examples = Kept(), list[Example]()
    for stratum, those in strata.items():
        found = _take(those, drawn[stratum], fetch=fetch, kept=kept, left_out=left_out)
        examples += [one.model_copy(update={"weight": len(those) / len(found)}) for one in found]
    left_out["not drawn"] = len(held) - len(examples) - (left_out.total() - left_out["not held out"])
    return Built(Suite(name=wanted.name, examples=tuple(examples)), {why: n for why, n in left_out.items() if n})


def _take(those: Sequence[Member], count: int, *, fetch: Fetch, kept: Kept, left_out: Counter[str]) -> list[Example]:
    """The first `count` members that make an example and are near to none that was kept."""
    found: list[Example] = []
    for part in batched(those, _BATCH, strict=False):
        texts = fetch([one.exchange_id for one in part])
        for member in part:
            if len(found) == count:
                return found
            text = texts.get(member.exchange_id)
            example = to_example(text) if text is not None else "no longer there"
            if isinstance(example, str):
                left_out[example] += 1
            elif not kept.add(question_of(example)):
                left_out["near duplicate"] += 1
            else:
                found.append(example)
    return found


def question_of(example: Example) -> str:
    """All that is said in an example, as one text."""
    return "\n".join(_said(message.get("content")) for message in example.messages)


def to_example(text: Text) -> Example | str:
    """The exchange as an example, or why it makes none. A JSON schema that was asked for becomes a check."""
    request = text.exchange.request
    if text.exchange.shape is not Shape.CHAT or not isinstance(request.get("messages"), list):
        return "no chat"
    if not text.answer or not is_encodable(text.answer):
        return "no answer"
    form = request.get("response_format")
    fields: dict[str, Any] = {
        "id": f"t-{hashlib.sha256(text.exchange.exchange_id.encode()).hexdigest()[:_ID_DIGITS]}",
        "category": text.exchange.category,
        "messages": request["messages"],
        "tools": request.get("tools") or (),
        "tool_choice": request.get("tool_choice"),
        "response_format": form if isinstance(form, dict) else None,
        "max_tokens": _limit(request),
        "checks": _checks(form),
        "reference": text.answer,
        "language": text.exchange.language,
        "family": "traffic",
        "conversation": text.exchange.conversation_id,
    }
    try:
        return Example.model_validate(fields)
    except ValidationError:
        return "no valid example"


def _limit(request: Mapping[str, JsonValue]) -> int:
    for name in ("max_completion_tokens", "max_tokens"):
        limit = request.get(name)
        if isinstance(limit, int) and not isinstance(limit, bool) and 1 <= limit <= _LONGEST_OUTPUT:
            return limit
    return _DEFAULT_OUTPUT


def _checks(form: JsonValue) -> list[dict[str, JsonValue]]:
    if not isinstance(form, dict) or form.get("type") != "json_schema":
        return []
    wrapped = form.get("json_schema")
    schema = wrapped.get("schema") if isinstance(wrapped, dict) else None
    return [{"kind": "json_schema", "schema": schema}] if isinstance(schema, dict) else []


def _said(content: JsonValue) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join(str(part["text"]) for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))
