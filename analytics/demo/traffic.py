"""The demo's production traffic: what each client call carries and when it is made. Nothing here sends anything.

The words stand in `scripts/wordings.toml`; here they become conversations with seeded facts, planted personal
data and arrival times. `scripts/support.toml` is the simulator's side of the same talk.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from random import Random
from string import Template
from typing import Any

from analytics.demo.planted import Planted, PlantedKind, planted_pool
from proxy.errors import UsageError

_LANGUAGES = ("en", "en", "de", "es")
_TURNS = (1, 1, 1, 1, 1, 1, 1, 2, 3, 4)
_TURN_SPREAD = 8.0
_CITIES = ("Porto", "Vienna", "Oslo", "Lyon", "Dublin", "Prague")
_TENANTS = ("web", "app", "phone-desk")


class Operation(StrEnum):
    """Which method of the `openai` client an item is for."""

    CHAT = "chat.completions.create"
    RESPONSES = "responses.create"
    EMBEDDINGS = "embeddings.create"


@dataclass(frozen=True, slots=True)
class TrafficItem:
    """One call of production's client.

    Attributes:
        kwargs: Keyword arguments of the client method that `operation` names.
        headers: The call's `extra_headers`: category, conversation and tenant.
        gap_s: Time from this call's start to the next one's, s.
        planted: The personal data that the call carries.
    """

    operation: Operation
    kwargs: dict[str, Any]
    headers: dict[str, str]
    gap_s: float = 0.0
    planted: tuple[Planted, ...] = ()


@dataclass(slots=True)
class _Slots:
    """The values of one ask's slots; personal ones are drawn when a wording names them, and remembered."""

    rng: Random
    facts: dict[str, str]
    planted: list[Planted] = field(default_factory=list)

    def fill(self, text: str) -> str:
        template = Template(text)
        for name in template.get_identifiers():
            if name not in self.facts:
                kind = PlantedKind(name)
                self.facts[name] = self.rng.choice(planted_pool()[kind])
                self.planted.append(Planted(kind=kind, text=self.facts[name]))
        return template.substitute(self.facts)


def demo_traffic(
    *, seed: int, count: int = 420, rate_per_s: float = 12.0, model: str = "support"
) -> tuple[TrafficItem, ...]:
    """Varied support traffic for the simulated demo, in sending order; the same seed gives the same items.

    About one conversation in three has several turns, one item in thirty uses the Responses API and one in
    forty embeds.

    Args:
        count: Number of calls, at least 1.
        rate_per_s: Mean arrivals per second; gaps are exponential.
        model: Model name that every call asks for.
    """
    rng = _seeded(seed)
    return _scheduled(lambda number: _conversation(rng, number=number, model=model), rng, count, rate_per_s)


def small_traffic(
    *, seed: int, count: int = 60, rate_per_s: float = 1.0, model: str = "support"
) -> tuple[TrafficItem, ...]:
    """Short English chat calls of at most 40 output tokens, for a very small real model; see `demo_traffic`."""
    rng = _seeded(seed)
    return _scheduled(lambda number: [_small(rng, number=number, model=model)], rng, count, rate_per_s)


def all_planted(items: Iterable[TrafficItem]) -> tuple[Planted, ...]:
    """Every distinct piece of personal data in the items: what must be found nowhere afterwards."""
    return tuple(dict.fromkeys(piece for item in items for piece in item.planted))


@cache
def _wordings() -> dict[str, Any]:
    text = resources.files("analytics.demo").joinpath("scripts/wordings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 -- repeatable traffic is the point, not secrecy


def _scheduled(
    make: Callable[[int], list[TrafficItem]], rng: Random, count: int, rate_per_s: float
) -> tuple[TrafficItem, ...]:
    if count < 1 or rate_per_s <= 0:
        message = f"traffic needs count >= 1 and rate_per_s > 0, not {count} and {rate_per_s}"
        raise UsageError(message)
    placed: list[tuple[float, int, TrafficItem]] = []
    number = 0
    while len(placed) < count:
        place = rng.uniform(0, count)
        for item in make(number)[: count - len(placed)]:
            placed.append((place, len(placed), item))
            place += rng.uniform(1, _TURN_SPREAD)
        number += 1
    ordered = [item for _, _, item in sorted(placed, key=lambda entry: entry[:2])]
    return tuple(replace(item, gap_s=rng.expovariate(rate_per_s)) for item in ordered)


def _conversation(rng: Random, *, number: int, model: str) -> list[TrafficItem]:
    if number % 30 == 7:  # noqa: PLR2004 -- one conversation in thirty embeds, one in twenty-four is a response
        return [_embedding(rng, number=number, model=model)]
    asks = _wordings()["ask"]
    language = rng.choice(_LANGUAGES)
    if number % 24 == 11:  # noqa: PLR2004 -- as above
        return [_response(rng, number=number, model=model, language=language)]
    ask = rng.choice(asks)
    if "schema" in ask:
        return [_structured(rng, ask, number=number, model=model, language=language)]
    if "tool" in ask:
        return _tool_turns(rng, ask, number=number, model=model, language=language)
    prose = [other for other in asks if "answer" in other and other is not ask]
    chosen = [ask, *rng.sample(prose, k=rng.choice(_TURNS) - 1)]
    return list(_prose_turns(rng, chosen, number=number, model=model, language=language))


def _prose_turns(
    rng: Random, asks: list[dict[str, Any]], *, number: int, model: str, language: str
) -> Iterator[TrafficItem]:
    messages: list[dict[str, Any]] = [{"role": "system", "content": _wordings()["system"][language]}]
    planted: list[Planted] = []
    for turn, ask in enumerate(asks):
        slots = _facts(rng, language=language)
        question = _question(rng, ask, slots=slots, language=language, opens=turn == 0)
        messages.append({"role": "user", "content": question})
        planted += slots.planted
        yield _chat(rng, messages, number=number, model=model, category=ask["category"], planted=planted)
        messages.append({"role": "assistant", "content": slots.fill(ask["answer"][language])})


def _tool_turns(rng: Random, ask: dict[str, Any], *, number: int, model: str, language: str) -> list[TrafficItem]:
    slots = _facts(rng, language=language)
    question = _question(rng, ask, slots=slots, language=language)
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": _wordings()["system"][language]},
        {"role": "user", "content": question},
    ]
    first = _chat(rng, messages, number=number, model=model, category="tools", planted=slots.planted, tools=_tools())
    if rng.choice((True, False)):
        return [first]
    call_id = f"call_{number:05d}"
    function = {"name": ask["tool"], "arguments": slots.fill(ask["arguments"])}
    messages += [
        {"role": "assistant", "tool_calls": [{"id": call_id, "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": call_id, "content": slots.fill(ask["result"])},
    ]
    second = _chat(rng, messages, number=number, model=model, category="tools", planted=slots.planted, tools=_tools())
    return [first, second]


def _structured(rng: Random, ask: dict[str, Any], *, number: int, model: str, language: str) -> TrafficItem:
    slots = _facts(rng, language=language)
    form = _wordings()["schema"][ask["schema"]]
    messages = [
        {"role": "system", "content": form["system"]},
        {"role": "user", "content": slots.fill(rng.choice(ask["wordings"][language]))},
    ]
    extra = {"response_format": _response_format(ask["schema"])}
    return _chat(rng, messages, number=number, model=model, category="structured", planted=slots.planted, **extra)


def _small(rng: Random, *, number: int, model: str) -> TrafficItem:
    kind = _wordings()["small"][number % len(_wordings()["small"])]
    slots = _facts(rng, language="en")
    messages = [{"role": "user", "content": slots.fill(rng.choice(kind["wordings"]))}]
    extra: dict[str, Any] = {"max_tokens": 40}
    if "schema" in kind:
        messages.insert(0, {"role": "system", "content": _wordings()["schema"][kind["schema"]]["system"]})
        extra["response_format"] = _response_format(kind["schema"])
    return _chat(rng, messages, number=number, model=model, category=kind["category"], planted=slots.planted, **extra)


def _response(rng: Random, *, number: int, model: str, language: str) -> TrafficItem:
    ask = rng.choice([ask for ask in _wordings()["ask"] if "answer" in ask])
    slots = _facts(rng, language=language)
    kwargs = {
        "model": model,
        "instructions": _wordings()["system"][language],
        "input": _question(rng, ask, slots=slots, language=language),
        "temperature": 0,
        "max_output_tokens": 200,
    }
    headers = _headers(rng, category=ask["category"], number=number)
    return TrafficItem(Operation.RESPONSES, kwargs, headers, planted=tuple(slots.planted))


def _embedding(rng: Random, *, number: int, model: str) -> TrafficItem:
    slots = _facts(rng, language="en")
    asks = rng.sample([ask for ask in _wordings()["ask"] if "answer" in ask], k=2)
    kwargs = {"model": model, "input": [slots.fill(rng.choice(ask["wordings"]["en"])) for ask in asks]}
    headers = _headers(rng, category="search", number=number)
    return TrafficItem(Operation.EMBEDDINGS, kwargs, headers, planted=tuple(slots.planted))


def _chat(
    rng: Random,
    messages: list[dict[str, Any]],
    *,
    number: int,
    model: str,
    category: str,
    planted: list[Planted],
    **extra: Any,  # noqa: ANN401 -- whatever the client method takes
) -> TrafficItem:
    kwargs: dict[str, Any] = {"model": model, "messages": [*messages], "temperature": 0, "max_tokens": 200, **extra}
    if rng.choice((True, False)):
        kwargs |= {"stream": True, "stream_options": {"include_usage": True}}
    headers = _headers(rng, category=category, number=number)
    return TrafficItem(Operation.CHAT, kwargs, headers, planted=tuple(planted))


def _headers(rng: Random, *, category: str, number: int) -> dict[str, str]:
    return {
        "x-understudy-category": category,
        "x-conversation-id": f"conversation-{number:05d}",
        "x-tenant-id": rng.choice(_TENANTS),
    }


def _question(rng: Random, ask: dict[str, Any], *, slots: _Slots, language: str, opens: bool = True) -> str:
    words = _wordings()
    opener = rng.choice(words["openers"][language]) if opens else ""
    return slots.fill(opener + rng.choice(ask["wordings"][language]) + rng.choice(words["closers"][language]))


def _facts(rng: Random, *, language: str) -> _Slots:
    n, p, k, rate = rng.randint(2, 9), rng.randint(3, 19), rng.randint(2, 6), rng.randint(11, 49)
    order, v = rng.randint(1000, 9999), rng.randint(2, 5)
    facts: dict[str, object] = {
        "n": n, "p": p, "total": n * p, "v": v, "due": n * p - v, "double": 2 * p,
        "k": k, "rate": rate, "basket": k * rate, "shipping": 5 * k,
        "order": order, "days": order % 5 + 2, "d": rng.randint(5, 60), "hour": rng.randint(9, 17),
        "age": rng.randint(18, 79), "city": rng.choice(_CITIES), "thing": rng.choice(_wordings()["things"][language]),
    }  # fmt: skip
    return _Slots(rng=rng, facts={name: str(value) for name, value in facts.items()})


def _tools() -> list[dict[str, Any]]:
    return [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": tool["description"],
                "parameters": _object(tool["properties"]),
            },
        }
        for name, tool in _wordings()["tools"].items()
    ]


def _response_format(schema: str) -> dict[str, Any]:
    body = {"name": schema, "strict": True, "schema": _object(_wordings()["schema"][schema]["properties"])}
    return {"type": "json_schema", "json_schema": body}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    copied = json.loads(json.dumps(properties))
    return {"type": "object", "properties": copied, "required": [*copied], "additionalProperties": False}
